"""How many more months of prices the questions ask for."""
