"""What the laws mean for a service that buys or sells tokens: price futures, accounts, decisions."""
