"""The executed notebook as filed: nothing that differs between equal runs, figures as files."""

from html import escape

from nbformat import NotebookNode, from_dict

VOLATILE = ("papermill", "execution")
SVG = "image/svg+xml"
INJECTED = "injected-parameters"


def stable(notebook: NotebookNode) -> NotebookNode:
    """The notebook without times, paths, random identifiers and interpreter patch level."""
    notebook.metadata.pop("papermill", None)
    notebook.metadata.get("language_info", {}).pop("version", None)
    for cell in notebook.cells:
        for key in VOLATILE:
            cell.metadata.pop(key, None)
        if INJECTED in cell.metadata.get("tags", []):
            cell["id"] = INJECTED
    return notebook


def linked(notebook: NotebookNode) -> NotebookNode:
    """A copy whose figures are the files beside it, so that a report holds each picture once."""
    copy: NotebookNode = from_dict(notebook)
    for cell in copy.cells:
        for output in cell.get("outputs", []):
            figure = output.get("metadata", {}).get("token_exports")
            if figure and SVG in output.get("data", {}):
                source = f"../figures/{figure['stem']}.svg"
                alt = escape(figure["alt"], quote=True)
                data = {k: v for k, v in output["data"].items() if k != SVG}
                output["data"] = data | {"text/html": f'<img src="{source}" alt="{alt}">'}
    return copy


def grafted(committed: NotebookNode, executed: NotebookNode) -> NotebookNode:
    """An executed notebook with the text cells as they are committed now.

    Parameters
    ----------
    committed
        Notebook whose code cells are those that were executed.
    executed
        Filed notebook with outputs; holds one cell more, the injected parameters.
    """
    copy: NotebookNode = from_dict(executed)
    own = {cell["id"]: cell for cell in copy.cells}
    cells = []
    for cell in committed.cells:
        if cell.cell_type == "code":
            cells.append(own[cell["id"]])
        else:
            cell.metadata.setdefault("tags", [])  # as papermill files it
            cells.append(cell)
        if "parameters" in cell.metadata.get("tags", []) and INJECTED in own:
            cells.append(own[INJECTED])
    copy.cells = cells
    return copy
