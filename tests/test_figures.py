"""Figures: never without words and data, the same bytes twice, readable in the dark."""

import io
import re
from xml.etree import ElementTree

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from PIL import Image

from token_exports import figures, formats, paths, results
from token_exports.figures import FigureError, alt, hits, outline, show, svg, theme
from token_exports.pages import checks
from token_exports.pages.inline import inline_svg
from token_exports.results import ResultError, Results
from token_exports.units import UNITS

WORDS = {
    "title": "Chinese models take 61%",
    "subtitle": "Share of tokens, week to 17 February 2026",
    "source": "OpenRouter, read 2026-10-11",
    "alt": "Two bars; the Chinese one is half as tall again.",
    "units": ("share",),
}
CAPTION = figures.Caption(**WORDS)
FRAME = pd.DataFrame({"origin": ["cn", "us"], "token_share": [0.61, 0.39]})


def drawn():
    fig, (ax,) = figures.canvas(2.0)
    colours = [theme.ORIGIN_COLOURS[origin] for origin in FRAME["origin"]]
    ax.bar(FRAME["origin"], FRAME["token_share"], color=colours)
    ax.set_xlabel("Origin")
    ax.set_title("Tokens by origin")
    figures.essay_line(ax, 0.61, "essay: 61%", horizontal=True)
    return fig


@pytest.fixture
def shown(monkeypatch):
    """What was displayed, as the notebook stores it."""
    found = []
    monkeypatch.setattr(show, "display", lambda content, **_: found.append(content))
    return found


@pytest.fixture
def build(tmp_path, monkeypatch):
    monkeypatch.setenv(results.OUTPUT_VARIABLE, str(tmp_path))
    return tmp_path


@pytest.fixture
def found():
    return Results("01_openrouter_share", "?")


def svg_of(shown, found, name="origins"):
    figures.figure(found, name, drawn(), CAPTION, FRAME)
    return shown[-1]["image/svg+xml"]


@pytest.mark.parametrize("part", WORDS)
def test_a_figure_needs_all_its_words(part):
    empty = () if part == "units" else "  "
    with pytest.raises(FigureError, match=f"figure without {part}"):
        figures.Caption(**WORDS | {part: empty})


def test_a_figure_is_in_a_unit_of_the_closed_list():
    with pytest.raises(FigureError, match="figure in furlongs, which is no unit"):
        figures.Caption(**WORDS | {"units": ("share", "furlongs")})
    several = figures.Caption(**WORDS | {"units": ("usd_per_kwh", "share", "count")})
    assert several.unit == "USD/kWh, percent, number"


@pytest.mark.parametrize("name", UNITS)
def test_every_unit_can_be_named_on_a_page(name):
    assert figures.Caption(**WORDS | {"units": (name,)}).unit


def test_an_alt_text_that_repeats_the_title_is_refused():
    repeated = f"Bars. {WORDS['title']}. And more words to be long enough."
    with pytest.raises(FigureError, match="repeats the title"):
        figures.Caption(**WORDS | {"alt": repeated})


def test_a_short_alt_text_says_too_little():
    with pytest.raises(FigureError, match="alt text of 9 characters"):
        figures.Caption(**WORDS | {"alt": "Two bars."})


def test_a_figure_without_data_is_refused(shown, found):
    with pytest.raises(FigureError, match="figure 'origins' has no data behind it"):
        figures.figure(found, "origins", drawn(), CAPTION, FRAME.head(0))
    assert found.figures == []
    assert shown == []
    plt.close("all")


def test_a_name_taken_twice_is_refused(shown, found):
    svg_of(shown, found)
    with pytest.raises(ResultError, match="'origins' exists already in 01_openrouter_share"):
        svg_of(shown, found)
    plt.close("all")


def test_a_figure_is_closed_once_it_is_shown(shown, found):
    before = plt.get_fignums()
    svg_of(shown, found)
    assert plt.get_fignums() == before


def test_the_same_figure_has_the_same_bytes(shown, build):
    bytes_of = []
    for _ in range(2):
        svg_of(shown, Results("01_openrouter_share", "?"))
        files = sorted(path for path in build.rglob("*") if path.is_file())
        bytes_of.append([path.read_bytes() for path in files])
        assert [path.relative_to(build).as_posix() for path in files] == [
            "figures/01_origins.png",
            "figures/01_origins.svg",
            "tables/01_origins.csv",
        ]
    assert bytes_of[0] == bytes_of[1]


def test_the_data_behind_a_figure_can_be_downloaded(shown, found, build):
    svg_of(shown, found)
    assert pd.read_csv(build / "tables" / "01_origins.csv").equals(FRAME)


def test_outside_a_build_nothing_is_written(shown, found, tmp_path, monkeypatch):
    monkeypatch.delenv(results.OUTPUT_VARIABLE, raising=False)
    monkeypatch.chdir(tmp_path)
    assert svg_of(shown, found).startswith("<svg")
    assert shown[0]["text/plain"].startswith(WORDS["alt"])
    assert list(tmp_path.iterdir()) == []


def test_identifiers_are_those_of_the_figure(shown, found):
    drawing = svg_of(shown, found)
    names = re.findall(r'\bid="([^"]+)"', drawing)
    assert names
    assert len(set(names)) == len(names)
    assert all(re.fullmatch("aa[0-9A-Z]+", name) for name in names)
    used = re.findall(r'(?:href="#|url\(#)([^")]+)', drawing)
    assert used
    assert set(used) <= set(names)


def test_two_figures_on_a_page_share_no_identifier(shown, found):
    first, second = (
        set(re.findall(r'\bid="([^"]+)"', svg_of(shown, found, n))) for n in ("a", "b")
    )
    assert len(first) == len(second)
    assert not first & second


def test_no_two_figures_of_a_report_begin_their_identifiers_alike():
    begins = {svg.prefix_of(f"{n:02d}_x", count) for n in (1, 2, 3) for count in range(1, 80)}
    assert len(begins) == 3 * 79
    assert all(re.fullmatch("[a-z]{2,3}", begin) for begin in begins)  # what follows is no letter


def test_words_stay_text_that_can_be_read_and_found(shown, found):
    drawing = svg_of(shown, found)
    texts = re.findall(r"<text([^>]*)>([^<]*)</text>", drawing)
    assert {"Origin", "Tokens by origin", "essay: 61%"} <= {words for _, words in texts}
    assert all("font-size" in attributes for attributes, _ in texts)
    assert "DejaVu Sans,Verdana" in drawing[: drawing.index(">")]


def test_bends_that_go_on_are_written_once():
    circle = "M 0 -8 Q 8 -8 8 0 Q 8 8 0 8 Q -8 8 -8 0 z"
    assert outline.steps(circle, 1, 1) == "m0-8q8 0 8 8t-8 8-8-8z"
    away = "M 0 -8 Q 8 -8 8 0 Q 12 8 0 8"
    assert outline.steps(away, 1, 1) == "m0-8q8 0 8 8 4 8-8 8"


def test_a_figure_is_well_formed_when_a_group_is_empty():
    fig, (ax,) = figures.canvas(1.0)
    ax.plot([1, 2], [float("nan")] * 2, "D")
    ElementTree.fromstring(svg.text(fig, "aa"))
    plt.close(fig)


def test_a_line_without_a_point_leaves_no_empty_path():
    fig, (ax,) = figures.canvas(1.0)
    ax.plot([1, 2], [float("nan")] * 2)
    tree = ElementTree.fromstring(svg.text(fig, "aa"))
    assert all(path.get("d") for path in tree.iter("{http://www.w3.org/2000/svg}path"))
    plt.close(fig)


def test_a_figure_has_no_style_of_its_own_but_the_dark_rules(shown, found):
    drawing = svg_of(shown, found)
    assert "style=" not in drawing
    assert drawing.count("<style>") == 1
    rules = drawing.partition("<style>")[2].partition("</style>")[0]
    assert rules.startswith("@media screen and (prefers-color-scheme:dark)")
    for light in set(re.findall(r'(?:fill|stroke)="(#[0-9a-f]{6})"', drawing)) & set(theme.DARK):
        assert f'="{light}"]' in rules


def test_a_series_without_points_leaves_a_picture_that_opens(shown, found):
    fig = drawn()
    fig.axes[0].plot([0, 1], [float("nan")] * 2, "o", color=theme.INK["text"])
    figures.figure(found, "empty", fig, CAPTION, FRAME)
    ElementTree.fromstring(shown[-1]["image/svg+xml"])


def test_a_figure_holds_no_date_and_no_maker(shown, found):
    drawing = svg_of(shown, found)
    for mark in ("<metadata", "dc:date", "matplotlib.org"):
        assert mark not in drawing


def test_every_colour_inside_a_page_is_a_pair_of_both_schemes(shown, found):
    drawing = inline_svg(svg_of(shown, found), WORDS["alt"])
    assert "<style" not in drawing
    assert not [colour for colour in theme.DARK if f'="{colour}"' in drawing]
    fills = re.findall(r'<text[^>]* fill="([^"]+)"', drawing)
    assert len(fills) >= 5  # axis label, title, ticks, the essay's flag
    assert {fill.partition("(")[0] for fill in fills} == {"light-dark"}


def test_a_colour_is_of_the_theme(shown, found):
    palette = {*theme.INK.values(), *theme.ORIGIN_COLOURS.values()}
    drawn_in = re.findall(r'="(#[0-9a-f]{6})"[ />]', svg_of(shown, found))
    assert set(drawn_in) <= palette


def test_an_inline_figure_scales_and_is_described(shown, found):
    drawing = inline_svg(svg_of(shown, found), 'He said "61%" & <b>more</b>')
    opening = drawing[: drawing.index(">")]
    assert 'role="img"' in opening
    assert 'aria-label="He said &quot;61%&quot; &amp; &lt;b&gt;more&lt;/b&gt;"' in opening
    assert "viewBox=" in opening
    assert not re.search(r'\s(width|height)="', opening)


def test_no_two_meanings_share_a_colour():
    for palette in (theme.ORIGIN_COLOURS, theme.COMPONENT_COLOURS):
        assert len(set(palette.values())) == len(palette)
        assert not set(palette.values()) & set(theme.INK.values())
    assert set(theme.ORIGIN_NAMES) == set(theme.ORIGIN_COLOURS)


def contrast(one, other):
    def luminance(colour):
        parts = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
        red, green, blue = (
            p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts
        )
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("name", [*theme.ORIGIN_COLOURS, *theme.COMPONENT_COLOURS])
def test_a_mark_can_be_seen_on_dark_paper(name):
    light = (theme.ORIGIN_COLOURS | theme.COMPONENT_COLOURS)[name]
    dark = theme.DARK.get(light, light)
    assert contrast(dark, theme.DARK_INK["paper"]) >= 4.5  # names of lines wear their colour


def test_words_on_a_mark_can_be_read_in_both_schemes():
    for mark in (theme.COMPONENT_COLOURS["accelerator"], theme.ORIGIN_COLOURS["cn"]):
        assert contrast(theme.ON_DARK, mark) >= 4.5
        assert contrast(theme.DARK[theme.ON_DARK], theme.DARK[mark]) >= 4.5


def test_the_stylesheet_has_the_same_inks():
    style = (paths.reports() / "template" / "pages" / "style.css").read_text(encoding="utf-8")
    light, *dark = re.findall(r"--paper: [^}]*?color-scheme: (?:light|dark);", style)
    assert len(dark) == 2
    for block, inks in ((light, theme.INK), *((block, theme.DARK_INK) for block in dark)):
        written = dict(re.findall(r"--(\w+): (#[0-9a-f]{6});", block))
        assert {name: written[name] for name in inks} == inks


TABLE = pd.DataFrame({"model": ["a", "b", "c"], "token_share": [0.25, 0.5, None]})


def test_the_extremes_of_a_table_are_told_with_their_names():
    said = alt.extremes(TABLE, "model", "token_share", "share")
    assert said == "Highest share: 50.0% (b); lowest: 25.0% (a)."


def test_extremes_are_told_of_what_is_known():
    assert alt.extremes(TABLE.tail(1), "model", "token_share", "share") == "No share is known."
    assert alt.extremes(TABLE.head(1), "model", "token_share", "share") == "Every share: 25.0%."


def test_the_axes_of_a_figure_are_read_off_the_drawing():
    fig, (left, right) = figures.canvas(2.0, columns=2)
    for ax, title in ((left, "China"), (right, "United States")):
        ax.set_title(title)
        ax.set_xlim(0, 10)
        ax.set_xlabel("USD per kWh")
        ax.set_yticks([0, 1, 2], ["hydro", "coal", "4 Oct 2026"])
    svg.text(fig, "aa")
    assert alt.axes(fig) == (
        "Panels: China; United States. Across: USD per kWh, 0 to 10."
        " 3 rows, from 4 Oct 2026 down to hydro."
    )
    plt.close(fig)


def hit(name="China"):
    fig, (ax,) = figures.canvas(2.0)
    ax.set_position([0, 0, 1, 1])
    fig.set_layout_engine("none")
    ax.set_xlim(0, 4)
    ax.set_ylim(0, 2)
    with hits.series(name, ax):
        ax.plot([1, 3], [1, 2])
    frame = pd.DataFrame({"day": [1, 3], "token_share": [1.0, 2.0]})
    hits.points(ax, name, theme.ORIGIN_COLOURS["cn"], hits.told(frame, "day", "token_share"))
    return fig


def test_a_point_lies_where_it_is_drawn():
    fig = hit()
    wide, high = theme.WIDTH_IN * 72, 2.0 * 72
    said = hits.markup(fig)
    assert f'"{wide / 4:.1f} {high / 2:.1f} 1: 100%|{wide * 3 / 4:.1f} 0.0 3: 200%"' in said
    assert hits.markup(fig) == ""  # told once, not kept
    plt.close(fig)


def test_a_unit_is_said_once_and_after_the_ends():
    fig, (ax,) = figures.canvas(2.0)
    frame = pd.DataFrame(
        {
            "month": ["2014-01", "2014-02"],
            "low": [0.1, 2.0],
            "value_usd_per_kwh": [0.5, 2.0],
            "high": [1.5, 2.0],
        }
    )
    ax.set(xlim=(0, 1), ylim=(0, 3))
    told = hits.told(frame, "month", "value_usd_per_kwh", across=[0, 1], ends=("low", "high"))
    hits.points(ax, "mining", theme.INK["soft"], told)
    said = hits.markup(fig)
    assert f'data-unit="{formats.THIN}USD/kWh"' in said
    assert re.findall(r" (2014-0\d: [^|\"]+)", said) == [
        "2014-01: 0.500 (0.100 to 1.50)",
        "2014-02: 2.00",
    ]
    plt.close(fig)


def test_a_point_beyond_the_ends_of_an_axis_is_left_out():
    fig, (ax,) = figures.canvas(2.0)
    ax.set(xlim=(0, 1), ylim=(0, 1))
    hits.points(ax, "a", theme.INK["soft"], [(0.5, 0.5, "inside"), (0.5, 3.0, "far above")])
    said = hits.markup(fig)
    assert "inside" in said
    assert "far above" not in said
    plt.close(fig)


def test_a_series_can_be_told_from_the_rest_of_the_drawing():
    fig = hit("<b>A & B</b>")
    drawing = svg.text(fig, "aa").replace("</svg>", f"{hits.markup(fig)}</svg>")
    tree = ElementTree.fromstring(drawing)
    groups = [g for g in tree.iter() if g.get("data-series") == "<b>A & B</b>"]
    assert len(groups) == 1
    (named,) = [g for g in tree.iter() if g.get("data-name")]
    assert named.get("data-name") == "<b>A & B</b>"
    plt.close(fig)


@pytest.fixture
def filed(shown, found, build):
    """A folder with one figure, and what its notebook recorded."""
    svg_of(shown, found)
    return build, found.as_dict()


def test_a_complete_figure_passes_the_last_look(filed):
    folder, content = filed
    checks.figures(folder, [content])


@pytest.mark.parametrize("part", ["title", "subtitle", "source", "alt", "unit", "number"])
def test_a_report_with_a_figure_without_words_is_refused(filed, part):
    folder, content = filed
    content["figures"][0][part] = " "
    with pytest.raises(FigureError, match=f"figure 01_origins: no {part}"):
        checks.figures(folder, [content])


@pytest.mark.parametrize("file", ["figures/01_origins.svg", "tables/01_origins.csv"])
def test_a_report_with_a_figure_without_its_files_is_refused(filed, file):
    folder, content = filed
    (folder / file).unlink()
    with pytest.raises(FigureError, match=f"figure 01_origins: no file {file}"):
        checks.figures(folder, [content])


def test_a_report_with_a_broken_figure_is_refused(filed):
    folder, content = filed
    path = folder / "figures" / "01_origins.svg"
    path.write_text(path.read_text(encoding="utf-8").replace("</svg>", "</g></svg>"))
    with pytest.raises(FigureError, match="figure 01_origins: its SVG is broken"):
        checks.figures(folder, [content])


def test_one_pass_draws_what_savefig_draws():
    written = io.StringIO()
    fig = drawn()
    with mpl.rc_context({"svg.hashsalt": "aa"}):
        fig.savefig(written, format="svg", metadata={"Date": None, "Creator": None})
    plt.close(fig)
    fig = drawn()
    assert svg._drawn(fig, "aa") == written.getvalue()
    plt.close(fig)


def test_the_png_shows_the_same_picture_on_white(shown, found, build):
    svg_of(shown, found)
    pixels = np.asarray(Image.open(build / "figures" / "01_origins.png").convert("RGB"))
    assert pixels.shape[:2] == (int(2.0 * show.PNG_DPI), int(theme.WIDTH_IN * show.PNG_DPI))
    assert pixels[0, 0].tolist() == [255, 255, 255]
    for colour in (theme.ORIGIN_COLOURS["cn"], theme.ORIGIN_COLOURS["us"], theme.INK["essay"]):
        wanted = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)])
        assert np.abs(pixels.astype(int) - wanted).sum(axis=2).min() <= 12
