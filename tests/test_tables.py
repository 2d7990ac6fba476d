"""Tables as a reader meets them: real markup, units in the header, nothing that runs."""

import pandas as pd
import pytest

from token_exports import results, tables
from token_exports.results import ResultError, Results

FRAME = pd.DataFrame(
    {
        "model": ["<script>alert(1)</script>", "b & c"],
        "output_tokens": [2.5e12, None],
        "price_usd_per_mtok": [0.28, 1.1],
        "cn_share": [0.614, 0.0],
        "open": [True, False],
        "date": pd.to_datetime(["2026-02-17", None]),
    }
)
COLUMNS = {str(column): str(column) for column in FRAME}
HTML = tables.html(FRAME, COLUMNS)
FIRST, SECOND = HTML.partition("<tbody>")[2].removesuffix("</tbody></table>").split("</tr><tr>")


@pytest.fixture
def shown(monkeypatch):
    """Markup of what was displayed."""
    found = []
    monkeypatch.setattr("IPython.display.display", lambda thing, **_: found.append(thing.data))
    return found


def test_text_from_a_table_does_not_run():
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in FIRST
    assert "<script" not in HTML
    assert "b &amp; c" in SECOND


def test_a_heading_is_escaped_too():
    frame = pd.DataFrame({"a": [1]})
    assert '<th scope="col">&lt;i&gt;</th>' in tables.html(frame, {"a": "<i>"})


def test_missing_is_shown_as_unknown_and_never_as_zero():
    assert SECOND.count('<span class="missing">unknown</span>') == 2  # tokens and date
    assert "unknown" not in FIRST
    assert ">0.0%<" in SECOND  # a share of zero is known


def test_the_unit_stands_in_the_header():
    head = HTML.partition("</thead>")[0]
    assert 'price_usd_per_mtok <span class="unit">USD/Mtok</span></th>' in head
    assert "output_tokens</th>" in head  # its name says the unit already
    assert head.count("unit") == 1  # the cells of a share carry their percent sign


def test_cells_are_rounded_by_their_unit():
    assert ">2.50T<" in FIRST
    assert ">0.280<" in FIRST
    assert ">61.4%<" in FIRST
    assert ">yes<" in FIRST
    assert ">no<" in SECOND
    assert ">2026-02-17<" in FIRST


def test_every_column_and_every_row_has_a_real_heading():
    assert HTML.count('<th scope="col">') == len(COLUMNS)
    assert HTML.count('<th scope="row">') == len(FRAME)
    assert FIRST.startswith('<tr><th scope="row">&lt;script')


def test_numbers_are_marked_for_alignment():
    assert FIRST.count("class=num") == 3  # tokens, price and share, not the switch


def test_a_table_is_listed_filed_and_shown(shown, tmp_path, monkeypatch):
    monkeypatch.setenv(results.OUTPUT_VARIABLE, str(tmp_path))
    found = Results("01_openrouter_share", "?")
    tables.show(found, "models", FRAME, "Models & <b>prices</b>.", {"model": "Model"})
    (entry,) = found.tables
    assert (entry["stem"], entry["number"]) == ("01_models", "1.1")
    assert (entry["kind"], entry["row_count"]) == ("table", len(FRAME))
    assert "Models &amp; &lt;b&gt;prices&lt;/b&gt;." in shown[0]
    assert 'href="tables/01_models.csv"' in shown[0]
    assert "price_usd_per_mtok" not in shown[0]  # not chosen, but in the download
    filed = pd.read_csv(tmp_path / "tables" / "01_models.csv")
    assert list(filed) == list(FRAME)


def test_several_sources_of_a_row_are_a_link_each():
    rows = pd.DataFrame({"a": [1], "source_id": ["who_said|who_else"]})
    html = tables.html(rows, {"a": "a", "source_id": "s"})
    assert html.count("<a href=") == 2
    assert 'href="data.html#source-who_else"' in html


def test_a_source_is_a_link_to_its_entry():
    link = tables.html(
        pd.DataFrame({"a": [1], "source_id": ["who_said"]}), {"a": "a", "source_id": "s"}
    )
    assert 'href="data.html#source-who_said"' in link


def test_tables_are_counted(shown):
    found = Results("01_openrouter_share", "?")
    for name in ("first", "second"):
        tables.show(found, name, FRAME, "A table.")
    assert "<b>Table 1.2.</b>" in shown[1]


def test_a_name_taken_twice_is_refused(shown):
    found = Results("01_openrouter_share", "?")
    tables.show(found, "models", FRAME, "A table.")
    with pytest.raises(ResultError, match="'models' exists already in 01_openrouter_share"):
        tables.show(found, "models", FRAME, "Another table.")


def test_outside_a_build_nothing_is_written(shown, tmp_path, monkeypatch):
    monkeypatch.delenv(results.OUTPUT_VARIABLE, raising=False)
    monkeypatch.chdir(tmp_path)
    tables.show(Results("01_openrouter_share", "?"), "models", FRAME, "A table.")
    assert shown
    assert list(tmp_path.iterdir()) == []
