"""What a loss states about itself is true, and no larger than it must be."""

from __future__ import annotations

from laws.collection import law
from lossbook.checks.stating import statements

for _check in statements().values():
    law(_check)
