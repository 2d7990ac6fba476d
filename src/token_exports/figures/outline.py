"""Outlines of an SVG in fewer bytes: steps on a grid, and bends that go on.

What is lost is less than a hundredth of a point, which nobody sees.
"""

import re
from dataclasses import dataclass, field

_OUTLINE = re.compile(r' d="([^"]*)"')
_STEP = re.compile(r"([MLQCz])([^A-Za-z]*)")
POINT_STEPS = 100
"""Steps of a point of the paper."""


def shortened(svg: str) -> str:
    """SVG with each outline written as steps."""
    return _OUTLINE.sub(lambda found: f' d="{steps(found[1], POINT_STEPS, POINT_STEPS)}"', svg)


@dataclass
class _Pen:
    """Where an outline has come to, and where its last bend was pulled from."""

    unit: int
    here: list[int] = field(default_factory=lambda: [0, 0])
    start: list[int] = field(default_factory=lambda: [0, 0])
    pull: list[int] = field(default_factory=lambda: [0, 0])

    def draw(self, letter: str, places: list[int]) -> tuple[str, list[int]]:
        """Command and numbers that lead through the places."""
        moved = [place - self.here[i % 2] for i, place in enumerate(places)]
        command, numbers = letter.lower(), moved
        if letter == "L" and 0 in moved:
            command, numbers = ("h", moved[:1]) if moved[1] == 0 else ("v", moved[1:])
        mirrored = [2 * h - p for h, p in zip(self.here, self.pull, strict=True)]
        self.pull = places[:2] if letter == "Q" else places[-2:] or self.start
        if letter == "Q" and all(
            abs(a - b) <= 1 for a, b in zip(mirrored, places[:2], strict=True)
        ):
            command, numbers, self.pull = "t", moved[2:], mirrored
        self.here = places[-2:] or self.start
        self.start = self.here if letter == "M" else self.start
        return command, numbers

    def text(self, numbers: list[int]) -> str:
        """Numbers in the units of the file."""
        return " ".join(f"{number / self.unit:.2f}".rstrip("0").rstrip(".") for number in numbers)


def steps(outline: str, grid: float, unit: int) -> str:
    """Steps from point to point on a grid; places in full would need half as much again."""
    pen, written, last = _Pen(unit), "", ""
    for letter, numbers in _STEP.findall(outline):
        command, moved = pen.draw(letter, [round(float(n) * grid) for n in numbers.split()])
        written += (" " if command == last else command) + pen.text(moved)
        last = "l" if command == "m" else command
    return re.sub(r"(?<!\d)0\.", ".", written.replace(" -", "-"))
