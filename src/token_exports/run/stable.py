"""The executed notebook as filed: nothing that differs between equal runs, figures as files."""

from html import escape

from nbformat import NotebookNode, from_dict

VOLATILE = ("papermill", "execution")
SVG = "image/svg+xml"


def stable(notebook: NotebookNode) -> NotebookNode:
    """The notebook without times, paths, random identifiers and interpreter patch level."""
    notebook.metadata.pop("papermill", None)
    notebook.metadata.get("language_info", {}).pop("version", None)
    for cell in notebook.cells:
        for key in VOLATILE:
            cell.metadata.pop(key, None)
        if "injected-parameters" in cell.metadata.get("tags", []):
            cell["id"] = "injected-parameters"
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
