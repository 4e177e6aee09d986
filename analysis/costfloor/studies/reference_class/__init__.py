"""What technologies of known fate would change as a prior."""
