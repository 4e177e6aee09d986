"""The report: figures, tables and sentences made from results, set by Typst."""
