"""A small panel whose numbers are worked by hand, and the panels that the notebooks build."""

from functools import cache
from unittest import mock

import nbformat

from token_exports import paths, scenarios, whatif
from token_exports.whatif.panel import Chart, Choice, Control, Option, Panel, Shown, Verdict


def control(name="gpu_price_usd", **changes):
    given = {"label": "Price", "low": 10.0, "central": 20.0, "high": 40.0, "believed": (15.0, 30.0)}
    return Control(name=name, **(given | changes))


def panel(**changes):
    """Price of a machine over its life, by year."""
    dear = Option(label="dear", values={"gpu_price_usd": 40.0})
    condition = {"claim_id": "dear", "statement": "It is dear.", "asked": "at least 3"}
    ends = {"quantities": {"cost": "cost_usd_per_year"}, "low": 3.0, "high": float("inf")}
    life = control("gpu_lifetime_years", label="Life", central=10.0, believed=(10.0, 12.0))
    given = {
        "columns": {"": "Value"},
        "notes": ("Straight line.",),
        "controls": (control(), life),
        "choices": (Choice(label="Machine", options=(dear,)),),
        "shown": (Shown(name="cost_usd_per_year", label="Cost", headline=True),),
        "charts": (Chart(title="Cost", bars={"all": ("cost_usd_per_year",)}),),
        "verdicts": (Verdict(**condition, **ends),),
        "compute": lambda v: {"cost_usd_per_year": v["gpu_price_usd"] / v["gpu_lifetime_years"]},
    }
    return Panel(**(given | changes))


@cache
def of_notebook(name, scenario="baseline", *settings):
    """Panel that a committed notebook builds in a run, by its cells down to the panel's."""
    values = scenarios.resolve(scenario, settings).notebooks[name]
    names = values.model_dump(mode="json")
    cells = nbformat.read(paths.notebooks() / f"{name}.ipynb", as_version=4).cells
    code = [c for c in cells if c.cell_type == "code"]
    with mock.patch.object(whatif, "show") as shown:
        for cell in code:
            if "parameters" not in cell.metadata.get("tags", []):
                exec(cell.source, names)
            if shown.called:
                return shown.call_args.args[1]
    raise AssertionError(f"{name} shows no panel")
