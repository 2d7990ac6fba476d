"""The data and formulas of a panel as a static script, so that a page may name it by its hash."""

import json
from collections.abc import Mapping
from typing import Any

from token_exports.units import UNITS

NAME = "whatIf"
FORBIDDEN = ("</", "<!--")


def script(panel: Mapping[str, Any]) -> str:
    """JavaScript that defines what the page's own script turns into controls.

    Parameters
    ----------
    panel
        A panel as results hold it.

    Raises
    ------
    ValueError
        The formulas hold what would end the script.
    """
    body = str(panel["formulas"])
    if any(text in body for text in FORBIDDEN):
        raise ValueError("a formula holds what ends a script")
    parts = json.dumps(_brief(panel), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    # text of tables must not end the script or open a comment of the page
    safe = parts.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    return f"const {NAME} = {safe};\n{NAME}.compute = (v) => {{\n{body}\n}};\n"


def _brief(panel: Mapping[str, Any]) -> dict[str, Any]:
    """What the script cannot read from the tables of the page, in short rows.

    Quantities and controls are referred to by their place in one list, quantities first.
    """
    controls = [
        [c["name"], c["unit"], c["low"], c["central"], c["high"], *c["believed"]]
        + [int(c["log"]), int(c["more"]), int(c["setting"])]
        for c in panel["controls"]
    ]
    rows = [*panel["quantities"], *panel["controls"]]
    place = {row["name"]: i for i, row in enumerate(rows)}
    return {
        "units": {name: UNITS[name].label for name in sorted({row["unit"] for row in rows})},
        "controls": controls,
        "choices": [
            [
                choice["label"],
                [[o["label"], *_placed(o["values"], place)] for o in choice["options"]],
            ]
            for choice in panel["choices"]
        ],
        "quantities": [[q["name"], q["unit"]] for q in panel["quantities"]],
        "headlines": [place[s["name"]] for s in panel["shown"] if s["headline"]],
        "charts": [
            [c["title"], [[label, [place[n] for n in bar]] for label, bar in c["bars"]], c["parts"]]
            for c in panel["charts"]
        ],
        "verdicts": [
            [v["statement"], v["asked"], [[of, place[n]] for of, n in v["quantities"]]]
            + [v["low"], v["high"]]
            for v in panel["verdicts"]
        ],
    }


def _placed(values: Mapping[str, float], place: Mapping[str, int]) -> list[tuple[int, float]]:
    return sorted((place[name], value) for name, value in values.items())
