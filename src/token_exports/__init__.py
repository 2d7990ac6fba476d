"""Recompute, from cited data, whether AI tokens are exports of electricity."""

__version__ = "0.1.0"
