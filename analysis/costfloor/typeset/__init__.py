"""What the chapters of studies and the report share: blocks, tables, words for numbers, one look for figures."""
