"""Price of open models as the price of a parameter times the parameters needed: a joint model with a law of motion in either channel."""
