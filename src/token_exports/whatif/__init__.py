"""What a reader may move on a page of the report, computed again in the browser."""

from token_exports.whatif.markup import show
from token_exports.whatif.script import script

__all__ = ["script", "show"]
