"""Figures of the page of a sweep: each is text in the page, with words for who cannot see it."""

from dataclasses import dataclass, field
from string import ascii_lowercase

from markupsafe import Markup
from matplotlib.figure import Figure

from token_exports.figures import alt, svg
from token_exports.pages.inline import inline_svg


@dataclass(frozen=True)
class Drawing:
    """A figure with its number and the finding above it."""

    number: int
    title: str
    svg: Markup


@dataclass
class Numbering:
    """Counts the figures of a page, so that no two share an identifier."""

    drawn: list[int] = field(default_factory=list)

    def drawing(self, fig: Figure, title: str, words: str) -> Drawing:
        """A drawn figure as text.

        Parameters
        ----------
        fig
            The drawing.
        title
            The finding, with its numbers.
        words
            What is drawn, for who cannot see it; the axes are read off the drawing and added.
        """
        number = len(self.drawn) + 1
        self.drawn.append(number)
        tens, ones = divmod(number - 1, len(ascii_lowercase))
        prefix = f"s{ascii_lowercase[tens]}{ascii_lowercase[ones]}"
        text = svg.text(fig, prefix)
        return Drawing(number, title, Markup(inline_svg(text, f"{words} {alt.axes(fig)}")))
