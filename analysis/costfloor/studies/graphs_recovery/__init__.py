"""Whether the joint model of price and size finds what is there, in markets of the panel's own design."""
