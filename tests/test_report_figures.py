"""The figures of the baseline report: small enough, large enough to read, told and numbered."""

import re
from xml.etree import ElementTree

import pytest

from token_exports import results
from token_exports.figures import theme
from token_exports.parameters import NOTEBOOKS

COLUMN_PIXELS, LEAST_POINTS = 720, 9.0
MOST_HITS_BYTES = 40_000  # a point a week and model of every week that is known
MOST_MEGABYTES = {"figures": 2.6, "tables": 0.9}


def entries(folder, kind):
    paths = sorted((folder / "results").glob("*.json"))
    return [entry for path in paths for entry in results.load(path)[kind]]


def drawing(folder, entry):
    return (folder / "figures" / f"{entry['stem']}.svg").read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", MOST_MEGABYTES)
def test_figures_and_tables_stay_small(baseline, kind):
    size = sum(path.stat().st_size for path in (baseline / kind).iterdir())
    assert size < MOST_MEGABYTES[kind] * 1e6


@pytest.mark.parametrize("kind", ["figures", "tables"])
def test_numbers_run_through_each_chapter(baseline, kind):
    numbers = [entry["number"] for entry in entries(baseline, kind)]
    for chapter in range(1, len(NOTEBOOKS) + 1):
        own = [n for n in numbers if n.startswith(f"{chapter}.")]
        assert own == [f"{chapter}.{count}" for count in range(1, len(own) + 1)]
        assert own
    assert len(set(numbers)) == len(numbers)


def test_an_alt_text_tells_values_and_axes(baseline):
    for entry in entries(baseline, "figures"):
        assert re.search(r"\d", entry["alt"]), entry["stem"]
        assert re.search(r"Across: |Upwards: | rows, from ", entry["alt"]), entry["stem"]
        assert entry["title"] not in entry["alt"]
        assert 80 <= len(entry["alt"]) <= 1000, entry["stem"]


def test_no_word_in_a_figure_is_too_small_to_read(baseline):
    for entry in entries(baseline, "figures"):
        svg = drawing(baseline, entry)
        width = float(re.search(r'viewBox="0 0 ([\d.]+)', svg)[1])
        sizes = {float(s) for s in re.findall(r'<t\w+[^>]* font-size="([\d.]+)"', svg)}  # in points
        shown = min(sizes) * COLUMN_PIXELS / width * 72 / 96
        assert shown >= LEAST_POINTS, entry["stem"]


def test_every_figure_is_well_formed_and_inside_its_frame(baseline):
    for entry in entries(baseline, "figures"):
        tree = ElementTree.fromstring(drawing(baseline, entry))
        width, height = (float(part) for part in tree.get("viewBox").split()[2:])
        for words in tree.iter("{http://www.w3.org/2000/svg}text"):
            moved = re.match(r"translate\(([\d.-]+) ([\d.-]+)\)", words.get("transform", ""))
            place = moved.groups() if moved else (words.get("x"), words.get("y"))
            if None not in place:
                left, bottom = (float(number) for number in place)
                assert -1 <= left <= width + 1, entry["stem"]
                assert 0 <= bottom <= height + 1, entry["stem"]


def test_no_colour_is_left_dim_in_the_dark(baseline):
    dim = {light for light, dark in theme.DARK.items() if light != dark}
    for entry in entries(baseline, "figures"):
        head, _, rest = drawing(baseline, entry).partition("</style>")
        for name, colour in set(re.findall(r'(fill|stroke)="(#[0-9a-f]{6})"', rest)):
            assert colour not in dim or f'[{name}="{colour}"]' in head, entry["stem"]


def test_points_to_look_at_are_few_bytes_and_inside_the_picture(baseline):
    interactive = [entry for entry in entries(baseline, "figures") if entry["interactive"]]
    assert len(interactive) >= 8
    for entry in interactive:
        svg = drawing(baseline, entry)
        hits = svg[svg.index('<g class="hits">') :]
        assert len(hits.encode()) <= MOST_HITS_BYTES, entry["stem"]
        width, height = map(float, re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)', svg).groups())
        for points in re.findall(r'data-points="([^"]+)"', hits):
            for point in points.split("|"):
                x, y, words = point.split(" ", 2)
                assert 0 <= float(x) <= width, entry["stem"]
                assert -1 <= float(y) <= height, entry["stem"]
                assert re.search(r"\w", words)


def test_an_interactive_figure_stands_in_its_page_and_others_are_files(baseline):
    for notebook in NOTEBOOKS:
        pages = sorted(baseline.glob(f"{notebook}*.html"))
        page = "".join(path.read_text(encoding="utf-8") for path in pages)
        for entry in results.load(baseline / "results" / f"{notebook}.json")["figures"]:
            image = f'src="figures/{entry["stem"]}.svg"'
            assert (image in page) is not entry["interactive"], entry["stem"]
