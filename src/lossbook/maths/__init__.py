"""Namespaces of mathematics: the ``m`` that every formula of the library is written over."""
