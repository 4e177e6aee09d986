"""The first part of the report: the answer in at most five pages, in words that need no glossary."""
