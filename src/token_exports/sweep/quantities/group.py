"""Points that differ in columns alone: one run's background, evaluated over blocks of points."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

from token_exports import data, scenarios
from token_exports.assumptions import Assumptions
from token_exports.results import Recorded, Results
from token_exports.sweep.quantities import cost, machines, trade
from token_exports.sweep.quantities.known import Column, Drawn, PointAssumptions
from token_exports.sweep.quantities.recorded import PointResults

COST, TRADE = "02_token_cost", "03_bitcoin_vs_tokens"
NOTEBOOKS = (COST, TRADE)
KEPT_GROUPS = 4

Found = dict[str, Recorded]
Family = Callable[[Results, Any], None]


@dataclass(frozen=True)
class Group:
    """What points have in common: a scenario and settings, and the names that are columns."""

    scenario: str
    settings: tuple[str, ...]
    columns: tuple[str, ...]


class Evaluator:
    """Quantities of a group at any values of its columns."""

    def __init__(self, group: Group) -> None:
        self.group = group
        notebooks = scenarios.resolve(group.scenario, group.settings).notebooks
        self.p: dict[str, Any] = {name: notebooks[name] for name in NOTEBOOKS}
        self._known = {name: Assumptions(p.overrides) for name, p in self.p.items()}
        self._rows: dict[str, dict[Any, Drawn]] = {name: {} for name in NOTEBOOKS}
        self.cost = cost.Background(self.p[COST], self._known[COST])
        self.trade = trade.Background(self.p[TRADE], self._known[TRADE])
        self.machines = machines.Machines(self.trade)
        self.makes: dict[str, frozenset[str]] = {}
        """Family to the quantities it gives, filled as families are evaluated."""

    @property
    def n_draws(self) -> int:
        """Draws of every uncertain assumption."""
        return int(self.p[COST].n_draws)

    @property
    def families(self) -> dict[str, tuple[str, Family]]:
        """Name of a family of quantities to its notebook and the function that records it."""
        found = {f"{COST}/{n}": (COST, f) for n, f in cost.FAMILIES.items()}
        found |= {f"{TRADE}/{n}": (TRADE, f) for n, f in trade.FAMILIES.items()}
        kept = partial(machines.record, machines=self.machines)
        return found | {f"{TRADE}/machines": (TRADE, kept)}

    def at(self, values: Mapping[str, Column], families: Collection[str] | None = None) -> Found:
        """Quantities of all notebooks under ``<notebook>:<name>``.

        Parameters
        ----------
        values
            Name to its values, each of shape (points, 1).
        families
            Those of `families` that are wanted; all where none are named.
        """
        scenes = self._scenes(values)
        found: Found = {}
        for name, (notebook, record) in self.families.items():
            if families is None or name in families:
                recorded = PointResults(notebook, "")
                record(recorded, scenes[notebook])
                made = {f"{notebook}:{n}": row for n, row in recorded.quantities.items()}
                self.makes[name] = frozenset(made)
                found |= made
        return found

    def hour_at(self, values: Mapping[str, Column], region: str) -> Any:
        """Drawn inputs of an accelerator-hour, as the quantities of the group are made of them."""
        return self._scenes(values)[COST].hours[region].draws

    def _scenes(self, values: Mapping[str, Column]) -> dict[str, Any]:
        known = {n: PointAssumptions(self._known[n], values, self._rows[n]) for n in NOTEBOOKS}
        return {
            COST: cost.Scene(known[COST], self.cost),
            TRADE: trade.Scene(known[TRADE], self.trade),
        }


@lru_cache(maxsize=KEPT_GROUPS)
def evaluator(group: Group, inputs_digest: str) -> Evaluator:
    """Evaluator of a group; the digest keeps those of other data apart."""
    return Evaluator(group)


def bases_of() -> dict[str, list[str]]:
    """Claim that a number tests to the results it is judged on."""
    table = data.load("claim_bases")
    found: dict[str, list[str]] = {}
    for claim, result in zip(table["claim_id"], table["result"], strict=True):
        found.setdefault(str(claim), []).append(str(result))
    return found
