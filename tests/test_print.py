"""The baseline in one file and on paper: whole, silent, linked, its figures uncut."""

import ctypes
import re
import shutil

import browser_tools
import html_tools
import pypdfium2
import pypdfium2.raw as pdfium
import pytest
from browser_tools import OF_COLOUR, Opener, too_wide, violations

from token_exports.pages import single
from token_exports.run import pdf

pytestmark = [browser_tools.needed, pytest.mark.slow]


@pytest.fixture(scope="module")
def printed(baseline, tmp_path_factory):
    """Folder of a copy of the baseline with its one file and its PDF."""
    folder = tmp_path_factory.mktemp("printed") / "report"
    shutil.copytree(baseline, folder)
    pdf.write(folder)
    return folder


@pytest.fixture
def whole(browser, printed, tmp_path):
    """Open the one file, alone in a folder."""
    shutil.copyfile(printed / single.FILE, tmp_path / single.FILE)
    opener = Opener(browser, tmp_path.resolve())
    yield opener
    opener.close()
    assert opener.faults == []


# ---- one file, and print


def test_the_one_file_is_silent_and_fits_every_width(whole):
    page = whole(single.FILE)
    assert page.locator("article.claim").count() == 86
    assert too_wide(page) == ""


def test_axe_finds_nothing_on_the_one_file(whole):
    assert violations(whole(single.FILE), without=OF_COLOUR) == {}  # colours are those of the pages


def test_links_between_pages_work_in_the_one_file(whole):
    page = whole(single.FILE)
    page.locator("article[data-section=index] a[href='#claims']").first.click()
    assert page.evaluate("document.getElementById('claims').getBoundingClientRect().top") < 900
    page.locator("a[href='#verdict=contradicted']").first.click()
    assert page.locator("article.claim:visible:not([data-verdict=contradicted])").count() == 0


def test_every_picture_of_the_one_file_is_drawn(whole):
    page = whole(single.FILE)
    blank = "all => all.filter(i => !(i.complete && i.naturalWidth)).length"
    assert page.eval_on_selector_all("img", "all => all.length") > 20
    assert page.eval_on_selector_all("img", blank) == 0


CAPTION = re.compile(r"^Figure [\d.]+ \S", re.M)
PAGE_MM = (210, 297)
TALLEST_PX = 259 / 25.4 * 96  # what a sheet of paper leaves between its margins


def captions(folder):
    """Captions with a number on the pages of a report that are printed."""
    pages = [name for name in html_tools.names(folder) if "/" not in name and name != single.FILE]
    texts = [(folder / name).read_text(encoding="utf-8") for name in pages]
    return sum(len(re.findall(r'class="number"[^>]*>Figure ', text)) for text in texts)


def test_the_pdf_has_every_figure_numbered_sheets_and_working_links(printed):
    document = pypdfium2.PdfDocument(printed / pdf.FILE)
    texts = [page.get_textpage().get_text_range() for page in document]
    size = tuple(round(points / 72 * 25.4) for points in document[0].get_size())
    assert size == PAGE_MM
    for number, text in enumerate(texts, 1):
        assert f"{number} / {len(texts)}" in text
    assert sum(len(CAPTION.findall(text.replace("\r", ""))) for text in texts) == captions(printed)
    assert sum(leading_inside(document, page) for page in document) > 100
    assert len(list(document.get_toc())) > 20


def leading_inside(document, page):
    """How many links of a sheet lead to another place of the document."""
    count, at, link = 0, ctypes.c_int(0), pdfium.FPDF_LINK()
    while pdfium.FPDFLink_Enumerate(page, at, link):
        count += bool(pdfium.FPDFLink_GetDest(document, link))
    return count


def test_no_figure_and_no_row_is_taller_than_a_sheet(whole):
    page = whole(single.FILE, width=658)  # the width of the text on paper
    page.emulate_media(media="print")
    heights = "all => all.map(e => e.getBoundingClientRect().height)"
    for kept_whole in ("figure.plot", "tr", "dl.keys"):
        found = page.eval_on_selector_all(kept_whole, heights)
        assert 0 < max(found) < TALLEST_PX, kept_whole


def test_print_is_light_in_a_dark_system_and_shows_no_control_and_no_code(whole):
    page = whole(single.FILE, scheme="dark")
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    page.emulate_media(media="print", color_scheme="dark")
    scheme = "all => all.map(e => getComputedStyle(e).colorScheme)"
    assert set(page.eval_on_selector_all("html, img", scheme)) == {"light"}
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(27, 32, 38)"
    for control in ("button", "select", "input", "a.code", "nav[aria-label=Pages]"):
        assert page.locator(f"{control}:visible").count() == 0, control
