"""A notebook is cut at tagged headings, and every result knows its section."""

from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from token_exports.pages import companions, parts


def cell(name, stem="", count=None):
    cell = new_code_cell(f"{name} = 1", id=name, execution_count=count)
    if stem:
        entry = {"token_exports": {"stem": stem, "kind": "figure"}}
        cell.outputs = [new_output("display_data", {"text/plain": stem}, metadata=entry)]
    return cell


def notebook():
    return new_notebook(
        cells=[
            new_markdown_cell("# Title", id="title"),
            cell("setup", count=1),
            new_markdown_cell("## One", id="one"),
            cell("values", count=2),
            cell("first", "01_first", count=3),
            new_markdown_cell("## Two", id="two", metadata={"tags": ["page"]}),
            cell("second", "01_second", count=4),
        ]
    )


def test_a_tagged_heading_begins_a_page():
    found = parts.parts("01_openrouter_share", notebook())
    assert [part.stem for part in found] == ["01_openrouter_share", "01_openrouter_share-2"]
    assert [part.stems for part in found] == [{"01_first"}, {"01_second"}]
    assert [c.id for c in found[1].notebook.cells] == ["two", "second"]


def test_no_cell_is_lost_or_doubled():
    cells = [c.id for part in parts.parts("01_x", notebook()) for c in part.notebook.cells]
    assert cells == [c.id for c in notebook().cells]


def test_a_result_belongs_to_the_section_that_recorded_it():
    rows = [{"name": "a", "cell": 2}, {"name": "b", "cell": 4}, {"name": "c"}]
    assert parts.recorded_in(notebook(), {"quantities": rows}) == {"a": 1, "b": 2}


def test_code_is_grouped_up_to_each_output():
    groups = companions.code_groups(notebook())
    assert [group.anchor for group in groups] == ["code-first", "code-second"]
    assert "setup" in groups[0].html
    assert "values" in groups[0].html
    assert "second" in groups[1].html
