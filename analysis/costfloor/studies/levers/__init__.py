"""What lowers the bill once at one price list."""
