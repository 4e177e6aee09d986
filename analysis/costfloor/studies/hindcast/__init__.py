"""What would have been concluded at past dates."""
