"""The raw store, the identity of models, the cleaning rules, and the table of quotes they give."""
