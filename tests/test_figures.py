"""Figures: never without words and data, the same bytes twice, readable in the dark."""

import re

import matplotlib.pyplot as plt
import pandas as pd
import pytest

from token_exports import figures, results
from token_exports.figures import FigureError, show, theme
from token_exports.results import ResultError, Results
from token_exports.run.render import inline_svg, shared_glyphs

WORDS = {
    "title": "Chinese models take 61%",
    "subtitle": "Share of tokens, week to 17 February 2026",
    "source": "OpenRouter, read 2026-10-11",
    "alt": "Two bars; the Chinese one is half as tall again.",
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
    with pytest.raises(FigureError, match=f"figure without {part}"):
        figures.Caption(**WORDS | {part: "  "})


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
    assert shown[0]["text/plain"] == WORDS["alt"]
    assert list(tmp_path.iterdir()) == []


def test_identifiers_are_those_of_the_figure(shown, found):
    svg = svg_of(shown, found)
    names = re.findall(r'\bid="([^"]+)"', svg)
    assert len(names) > 5
    assert len(set(names)) == len(names)
    assert all(name.startswith("g0101-") for name in names)
    used = re.findall(r'(?:href="#|url\(#)([^")]+)', svg)
    assert used
    assert set(used) <= set(names)


def test_two_figures_on_a_page_share_no_identifier(shown, found):
    first, second = (
        set(re.findall(r'\bid="([^"]+)"', svg_of(shown, found, n))) for n in ("a", "b")
    )
    assert len(first) == len(second)
    assert not first & second


def test_letters_keep_their_size(shown, found):
    scales = set(re.findall(r"scale\(([^)]*)\)", svg_of(shown, found)))
    assert {"0.25", "0.085 -0.085"} <= scales  # of a glyph on its grid, and of 8.5 points


def test_a_figure_holds_no_date_and_no_maker(shown, found):
    svg = svg_of(shown, found)
    for mark in ("<metadata", "dc:date", "matplotlib.org"):
        assert mark not in svg


def test_all_text_follows_the_colours_of_the_page(shown, found):
    svg = inline_svg(svg_of(shown, found), WORDS["alt"])
    assert not [colour for colour in theme.INK.values() if colour in svg]
    fills = re.findall(r'<g style="fill:([^;"]+)[^>]*scale', svg)
    assert len(fills) >= 5  # axis label, title, ticks, the essay's flag
    assert {fill.partition("--")[0] for fill in fills} == {"var("}


def test_a_colour_is_of_the_theme(shown, found):
    palette = {*theme.INK.values(), *theme.ORIGIN_COLOURS.values()}
    assert set(re.findall(r"#[0-9a-f]{6}\b", svg_of(shown, found))) <= palette


def test_an_inline_figure_scales_and_is_described(shown, found):
    svg = inline_svg(svg_of(shown, found), 'He said "61%" & <b>more</b>')
    opening = svg[: svg.index(">")]
    assert 'role="img"' in opening
    assert 'aria-label="He said &quot;61%&quot; &amp; &lt;b&gt;more&lt;/b&gt;"' in opening
    assert "viewBox=" in opening
    assert not re.search(r'\s(width|height)="', opening)


def test_no_two_meanings_share_a_colour():
    for palette in (theme.ORIGIN_COLOURS, theme.COMPONENT_COLOURS):
        assert len(set(palette.values())) == len(palette)
        assert not set(palette.values()) & set(theme.INK.values())
    assert set(theme.ORIGIN_NAMES) == set(theme.ORIGIN_COLOURS)


def test_the_figures_of_a_page_draw_from_one_set_of_letters(shown, found):
    page = "".join(inline_svg(svg_of(shown, found, name), WORDS["alt"]) for name in ("a", "b"))
    shared = shared_glyphs(page)
    assert len(shared) < 0.9 * len(page)
    names = re.findall(r'\bid="([^"]+)"', shared)
    assert len(set(names)) == len(names)
    used = re.findall(r'(?:href="#|url\(#)([^")]+)', shared)
    assert set(used) <= set(names)
    assert len(used) == len(re.findall(r'(?:href="#|url\(#)([^")]+)', page))
