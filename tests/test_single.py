"""The one-file report, made from a small report written by hand."""

import base64
import os
import re
import subprocess
import sys
from html import escape
from html.parser import HTMLParser
from urllib.parse import unquote

import pytest

from token_exports.pages import single, single_style
from token_exports.pages.template import script_of

SVG = '<svg xmlns="http://www.w3.org/2000/svg">\n<path d="m0 0\n1 1" fill="#1b2026"/></svg>'
CSV = 'label,tokens\n"<b>, 100%",1\n'
STYLE = """
main, header.site { max-width: 42rem; }  /* main */
.page-more main > p { color: red; }
#notes .main-part { grid-area: main; }
@media print { main { max-width: none; } }
"""
SCRIPT = 'document.getElementById("island");'
NAVIGATION = {"index": "Answers", "more": "More", "table": "Tables"}

FRONT = """
<h1>Is it so?</h1>
<nav aria-label="Here"><a href="#notes">Notes</a></nav>
<p><a href="more.html">all</a> <a href="more.html#notes">part</a>
<a href="more.html#verdict=so">set</a> <a href="table/one.html#row">row</a>
<a href="https://example.org/a.html#b">away</a></p>
<h2 id="notes">Notes</h2>
"""
MORE = """
<h1>More</h1>
<nav aria-label="Here"><a href="index.html#notes">back</a></nav>
<h2 id="notes">Notes &amp; &lt;b&gt;</h2><p>1 &lt; 2<br></p>
<section aria-labelledby="notes"><label for="words">Words</label> <input id="words" list="all">
<datalist id="all"><option value="x"></datalist></section>
<figure><img src="figures/f.svg" alt="Line" loading="lazy">
<figcaption>Source. <span class="downloads"><a href="figures/f.svg" download>SVG</a>
<a href="tables/f.csv" download>CSV</a></span> <a href="data/d.csv">rows</a></figcaption></figure>
<svg viewBox="0 0 1 1"><defs><clipPath id="clip"><path id="dot" d="m0 0"/></clipPath></defs>
<use href="#dot" clip-path="url(#clip)"/></svg>
"""
ONE = '<h1>One</h1><p id="row"><a href="../more.html#notes">notes</a> <a href="#row">me</a></p>'
ISLAND = '<script type="application/json" id="island">{"a": "\\u003cb"}</script>'


def page(stem, text, root=""):
    links = "".join(f'<a href="{root}{s}.html">{t}</a>' for s, t in NAVIGATION.items())
    return f"""<!doctype html><html lang="en"><head><title>{stem}</title></head>
<body class="page-{stem}"><header class="site"><nav>{links}</nav></header>
<main id="main">{text}</main>
<footer class="site"><a href="{root}manifest.json">manifest</a></footer>
{ISLAND if stem == "more" else ""}<script>{SCRIPT}</script></body></html>"""


@pytest.fixture
def report(tmp_path):
    """Folder of a report with two pages, a companion, and one page in a folder."""
    files = {
        "index.html": page("index", FRONT),
        "more.html": page("more", MORE),
        "more-code.html": page("more-code", "<h1>Code of more</h1>"),
        "table.html": page("table", '<h1>Tables</h1><a href="table/one.html">one</a>'),
        "table/one.html": page("table/one", ONE, "../"),
        "assets/style.css": STYLE,
        "figures/f.svg": SVG,
        "tables/f.csv": CSV,
        "data/d.csv": CSV,
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


class Read(HTMLParser):
    """Every start tag with its attributes."""

    def __init__(self, text):
        super().__init__()
        self.tags = []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def values(self, key, tag=None):
        return [a[key] for t, a in self.tags if key in a and tag in (None, t)]


@pytest.fixture
def text(report):
    return single.write(report).read_text(encoding="utf-8")


@pytest.fixture
def read(text):
    return Read(text)


def test_pages_follow_the_navigation_each_with_what_belongs_to_it(read):
    names = [a["data-section"] for t, a in read.tags if t == "article"]
    assert names == ["index", "more", "more-code", "table", "table/one"]


def test_every_id_is_unique_and_every_link_arrives(read):
    ids = read.values("id")
    assert len(set(ids)) == len(ids)
    links = [h for h in read.values("href", "a") if h.startswith("#") and "=" not in h]
    assert {"#more", "#more--notes", "#index--notes", "#table/one--row"} <= set(links)
    assert {link[1:] for link in links} <= set(ids)


def test_nothing_outside_the_file_is_needed(read):
    assert all(value.startswith("data:") for value in read.values("src"))
    links = read.values("href", "a")
    assert all(re.match(r"#|data:|https://", link) for link in links)
    assert not [t for t, a in read.tags if t == "link"]


def test_a_message_to_a_script_stays_as_it_is_and_knows_its_page(read):
    (link,) = [a for t, a in read.tags if a.get("href") == "#verdict=so"]
    assert link["data-page"] == "more"


def test_references_between_elements_follow_their_ids(read):
    assert "more--notes" in read.values("aria-labelledby")
    assert read.values("for") == ["more--words"]
    assert read.values("list") == ["more--all"]
    assert read.values("href", "use") == ["#more--dot"]
    assert read.values("clip-path") == ["url(#more--clip)"]


def test_an_id_that_a_script_looks_up_keeps_its_name(read, text):
    assert "island" in read.values("id")
    assert text.count('{"a": "\\u003cb"}') == 1


def test_a_script_runs_once_and_by_its_hash(text):
    assert text.count(SCRIPT) == 1
    assert f"'sha256-{script_of(SCRIPT).hash}'" in text


def test_the_style_is_allowed_by_its_hash(text):
    style = re.search(r"<style>(.*?)</style>", text, re.S)[1]
    assert f"style-src 'sha256-{script_of(style).hash}'" in text


def test_a_picture_is_whole_and_loads_at_once(read):
    (source,) = read.values("src")
    kind, _, content = source.partition(",")
    assert kind == "data:image/svg+xml;base64"
    assert base64.b64decode(content).decode() == SVG
    assert read.values("loading") == []


def test_the_table_behind_a_figure_can_be_saved(read):
    (link,) = [a for t, a in read.tags if "download" in a]
    assert link["download"] == "f.csv"
    assert unquote(link["href"].partition(",")[2]) == CSV


def test_what_is_not_carried_is_no_link(text):
    assert '<span class="elsewhere">rows</span>' in text
    assert ">SVG</" not in text
    assert "manifest.json" not in text


def test_text_is_not_unescaped(text):
    assert "Notes &amp; &lt;b&gt;" in text
    assert "1 &lt; 2<br>" in text


def test_landmarks_of_two_pages_have_two_names(read):
    labels = read.values("aria-label", "nav")
    assert len(set(labels)) == len(labels)


def test_pages_in_folders_stay_out_of_a_file_that_would_grow_too_large(report):
    text = single.write(report, most_bytes=1).read_text(encoding="utf-8")
    assert 'data-section="table/one"' not in text
    assert '<span class="elsewhere">one\N{DAGGER}</span>' in text
    assert "<code>table/</code>" in text


def test_the_file_is_the_same_twice(report):
    assert single.write(report).read_bytes() == single.write(report).read_bytes()


def test_selectors_find_the_renamed_parts_and_weigh_the_same():
    style = single_style.rewritten(STYLE, {})
    assert "div:where(.main), header.site {" in style
    assert ".page-more div:where(.main) > p {" in style
    assert ':is(#notes, [id$="--notes"]) .main-part { grid-area: main; }' in style
    assert "@media print { div:where(.main) {" in style


def test_a_title_cannot_leave_its_rule():
    style = single_style.rewritten("", {"p": '"; } body { display: none } \\'})
    (content,) = re.findall(r'content: "(.*)"; \} \}', style)
    assert not set(content) & set('"\\{}<')


def test_a_title_is_escaped_in_the_contents(report):
    title = "<script>alert(1)</script>"
    (report / "zoo.html").write_text(page("zoo", f"<h1>{escape(title)}</h1>"), encoding="utf-8")
    assert title not in single.write(report).read_text(encoding="utf-8")


def test_printing_without_chromium_ends_with_2_and_names_the_package(home):
    answer = subprocess.run(
        [sys.executable, "-m", "token_exports.cli", "pdf"],
        capture_output=True,
        text=True,
        timeout=120,
        env=os.environ | {"PATH": str(home)},
    )
    assert answer.returncode == 2
    assert "apt-get install chromium" in answer.stderr
    assert "Traceback" not in answer.stderr
    assert not (home / "reports" / "baseline").exists()
