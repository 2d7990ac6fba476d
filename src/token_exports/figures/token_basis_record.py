"""Inputs of a week of tokens on every basis, and what hosts declare of its place."""

import pandas as pd

from token_exports.assumptions import Assumptions
from token_exports.figures import cost_record
from token_exports.models import market_share, serving_place, week_energy
from token_exports.models.disclosed_service import Day
from token_exports.models.host_places import HostTables
from token_exports.models.week_energy import Bases
from token_exports.models.windows import when_known
from token_exports.parameters import ServedInChina
from token_exports.uncertainty import Both, Interval

SERVED_ON = "h800-sxm"
"""Accelerator of the disclosed service, whose hours are rented or owned."""


def bases(
    known: Assumptions,
    p: ServedInChina,
    day: Day,
    beliefs: Both,
    tables: tuple[pd.DataFrame, pd.DataFrame],
) -> Bases:
    """What every combination of bases needs.

    Parameters
    ----------
    known, p
        Assumptions and parameters of the run.
    day
        The disclosed day.
    beliefs
        Central and drawn assumptions of the comparison, as mappings.
    tables
        ``measured_energy`` and ``accelerators``.
    """
    measured, accelerators = tables
    points = week_energy.measured_points(measured)
    facility = None
    for chip in points["accelerator"].unique()[:1]:
        power_w = accelerators.set_index("accelerator")["board_power_w"].get(chip)
        if power_w is not None:
            own = points[points["accelerator"] == chip]
            site = cost_record.inputs(known, p, "cn", (str(chip), p.cn_electricity))
            facility = week_energy.measured_energy(own, site, float(power_w), (p.n_draws, p.seed))
    return Bases(
        day=day,
        n_draws=p.n_draws,
        beliefs=beliefs,
        hour=cost_record.inputs(known, p, "cn", (SERVED_ON, p.cn_electricity)),
        measured=facility,
        calculated_j_per_token=week_energy.calculated_energy(measured),
    )


def declared_share(
    parts: pd.DataFrame, stealth: pd.DataFrame, hosts: HostTables
) -> Interval | None:
    """Limits of the week's tokens computed in China by what developers' interfaces declare.

    Parameters
    ----------
    parts
        Chinese models of a week, from `token_mix.week_parts`.
    stealth
        Table ``stealth_models``.
    hosts
        Developers, hosts and who hosts what.
    """
    board = parts.rename(columns={"model_slug": "model_permaslug"})
    developer = market_share.developers(board["model_permaslug"], stealth, "resolved")
    places = when_known(serving_place.model_places, board, developer, hosts)
    return None if places is None else serving_place.served_in_china(places)
