"""One latent capability per model from all its benchmark scores, and the capability bands prices are compared in."""
