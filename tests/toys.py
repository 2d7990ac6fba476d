"""Three small notebooks in the shape of the real ones, for tests of the pipeline."""

from collections.abc import Mapping
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from token_exports import paths
from token_exports.models.accelerator_hour import ServingInputs
from token_exports.pages import runs
from token_exports.pages import write as pages
from token_exports.parameters import NOTEBOOKS

LOCK = paths.root() / "requirements.lock"
METADATA = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}

SETUP = """
import pandas as pd
from IPython.display import Markdown
from token_exports import figures, parameters, tables
from token_exports.results import Results
p = parameters.read("{name}", globals())
found = Results("{name}", "Is {name} so?", p.model_dump(mode="json"))
"""

# A round machine: half of 8,766 h serve, 4,383 h a year; life 5 years; draw while serving 0.8 kW,
# idle 0.3 kW, PUE 1.25.
ROUND = ServingInputs(
    gpu_price_usd=30_000,
    server_network_adder_ratio=0.5,
    gpu_lifetime_years=5,
    cost_of_capital_share_per_year=0.10,
    utilisation_share=0.5,
    it_power_kw=1.0,
    load_factor_share=0.8,
    idle_power_share=0.3,
    pue_ratio=1.25,
    hosting_usd_per_kw_month=100,
    opex_share_per_year=0.02,
    electricity_price_usd_per_kwh=0.08,
)

FIGURE = """
frame = pd.DataFrame({"label": ["<script>alert(1)</script>", "b"], "output_tokens": [1, 2]})
tables.show(found, "rows", frame, "Rows with a name that tries to run.")
fig, (ax,) = figures.canvas(2)
ax.plot(frame["output_tokens"])
words = {"title": "Two <b>points</b>", "subtitle": "tokens", "source": "toy", "alt": "Line " * 9}
caption = figures.Caption(**words, units=("tokens",))
figures.figure(found, "line", fig, caption, frame)
"""

ANSWER = """
found.add("output_tokens", 3, "Tokens <i>written</i>", tables=("claims",), headline=True)
found.answer = "It is **3** tokens."
found.write()
Markdown("**Takeaway.** Three.")
"""


def write(
    folder: Path,
    *,
    breaking: str = "",
    code: str = 'raise ValueError("no such week")',
    codes: Mapping[str, str] | None = None,
):
    """Write the notebooks; the one named ``breaking`` runs ``code`` in place of its figure.

    So do those in ``codes``, each its own.
    """
    instead = {breaking: code} | dict(codes or {})
    folder.mkdir(exist_ok=True)
    for name, model in NOTEBOOKS.items():
        defaults = model.model_validate({}).model_dump(mode="json")
        cell = "\n".join(f"{key} = {value!r}" for key, value in defaults.items())
        cells = [
            new_markdown_cell(f"# Is {name} so?\n\n**Question.** Is it? $a = b$", id="question"),
            new_code_cell(cell, id="parameters", metadata={"tags": ["parameters"]}),
            new_code_cell(SETUP.format(name=name), id="setup", metadata={"tags": ["hide"]}),
            new_markdown_cell("## How much?", id="how"),
            new_code_cell(instead.get(name, FIGURE), id="figure"),
            new_code_cell(ANSWER, id="answer", metadata={"tags": ["takeaway"]}),
        ]
        nbformat.write(new_notebook(cells=cells, metadata=METADATA), folder / f"{name}.ipynb")


def plain_pages(patch, names):
    """Write pages that hold their names only, for tests that do not look at them."""

    def write(folder, *_, **__):
        for name in names:
            (folder / name).write_text(name)

    patch.setattr(pages, "write", write)
    patch.setattr(runs, "write", lambda *_, **__: None)
