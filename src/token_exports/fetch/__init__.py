"""Live sources: asked over the network, kept as bytes, read by pure functions."""
