"""Strip from an executed notebook what differs between two equal runs."""

from nbformat import NotebookNode

VOLATILE = ("papermill", "execution")


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
