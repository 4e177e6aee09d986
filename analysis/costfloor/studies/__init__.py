"""What is studied once, stored, and shown in the report: one folder each."""
