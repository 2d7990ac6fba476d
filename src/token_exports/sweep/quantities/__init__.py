"""The level ``quantities``: the report's quantities at millions of points, without its pages.

Assumptions that model functions take value by value are columns of numpy; points that differ in
anything else fall into groups, and what no column moves comes from the notebooks, run once a group.
"""

from token_exports.sweep.quantities.level import LEVEL

__all__ = ["LEVEL"]
