"""Whether prices fall faster after dated innovations in serving."""
