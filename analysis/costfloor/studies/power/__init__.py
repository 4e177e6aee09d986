"""How often the checks and the first question tell what is true, in panels of today's design."""
