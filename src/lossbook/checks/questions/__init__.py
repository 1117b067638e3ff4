"""What a check asks of its subject, one kind of question per file."""
