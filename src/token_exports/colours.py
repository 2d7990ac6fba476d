"""Inks of figures on light and on dark ground; pages need them without the drawing library.

Every colour that has to change in the dark is in ``DARK``; the SVG carries both, so that one file
serves light and dark.
"""

INK = {
    "text": "#1b2026",
    "soft": "#5b6570",
    "rule": "#d4d9de",
    "paper": "#fefefd",
    "essay": "#7a28c9",
}
"""Text, secondary text, rules, background, and the mark of the essay's own figure."""

DARK_INK = {
    "text": "#e4e6e8",
    "soft": "#a3acb5",
    "rule": "#3a4249",
    "paper": "#14171a",
    "essay": "#c79bf2",
}
"""The same on the dark page; a test keeps them alike with the variables of its stylesheet."""

SCALE = {
    "#edf3fa": "#1a2632",
    "#d5e4f3": "#1f3850",
    "#b5d0ea": "#264d70",
    "#8db7dd": "#316491",
    "#639acb": "#4680b3",
    "#3f7cb5": "#6a9fce",
    "#235e97": "#9cc3e6",
    "#0f4073": "#d3e7f8",
}
"""Steps of a map from low to high, each farther from the ground, on light and on dark."""

VERDICTS = {
    "supported": ("#e2f1e8", "#1e6b45"),
    "within-uncertainty": ("#faefd4", "#7a5300"),
    "depends-on-basis": ("#faefd4", "#7a5300"),
    "contradicted": ("#fbe6e2", "#a02c1e"),
}
"""Ground and words of a verdict, as on its chip."""
NO_VERDICT = ("#eaecee", "#555d66")

ON_DARK, ON_LIGHT = "#ffffff", "#101010"
"""Words on a strong and on a pale mark, in the light."""

DARK = (
    {INK[name]: dark for name, dark in DARK_INK.items()}
    | SCALE
    | {
        ON_DARK: "#101010",  # strong marks turn pale
        "#2f6db3": "#5f9fe2",
        "#6fa3d8": "#a3c9f2",
        "#c8402f": "#f07c68",
        "#5c9c6b": "#74b885",
        "#8b78b4": "#ab99d6",
        "#7a5fb0": "#ab93de",
        "#3f7d52": "#69b482",
        "#a86a12": "#d69b45",
        "#1f8a8a": "#45b5b2",
        "#3f8f5b": "#62bb81",
        "#b5701a": "#dc9a48",
        "#6b747d": "#98a2ac",
        "#7d8894": "#9aa5b0",
        "#6a8cae": "#8db0d4",
        "#b9c6d3": "#d3deea",
        "#4f9ab8": "#74bbd8",
        "#8a6100": "#d99a1c",
        "#a7afb7": "#7d868f",
        "#e2f1e8": "#173526",
        "#1e6b45": "#8fd3ae",
        "#fbe6e2": "#43201a",
        "#a02c1e": "#f3a294",
        "#faefd4": "#3c3014",
        "#7a5300": "#ecc873",
        "#eaecee": "#2b3136",
        "#555d66": "#b9c1c8",
    }
)
"""What takes the place of a colour on dark ground: inks, and what would be too dim there."""
