"""One function per figure: a finished table in, a picture out, nothing quotable computed."""

from token_exports.figures.alt import extremes
from token_exports.figures.show import Caption, figure
from token_exports.figures.theme import apply, canvas, essay_line
from token_exports.results import FigureError

__all__ = ["Caption", "FigureError", "apply", "canvas", "essay_line", "extremes", "figure"]
