"""Whether the answer depends on what is measured."""
