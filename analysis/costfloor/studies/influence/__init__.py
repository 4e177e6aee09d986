"""Which models and prices decide the verdict."""
