"""Tokens of one origin that OpenRouter's leaderboard sold in a week, with energy and revenue.

    power [MW]      = electricity of the week / hours of the week
    value [USD/kWh] = list revenue / electricity
    net revenue     = list revenue - server rent of the fresh prompt and output tokens

Two bases of energy per token run side by side: a disclosed production service, token class by token
class, and a broker's single figure on every token. A cache price that nobody lists leaves two
bounds of the revenue, and the ends of a value combine them with the draws of the energy.

Left out on purpose: discounts, the platform's fee, models below the leaderboard (their token
classes are not published), and where a token was served.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from token_exports.models import disclosed_service, electricity_export, scale
from token_exports.models.disclosed_service import Day
from token_exports.models.electricity_export import TokenExportInputs
from token_exports.models.windows import span_label
from token_exports.uncertainty import (
    HIGH_QUANTILE,
    LOW_QUANTILE,
    Interval,
    bounds,
    exact,
    interval,
    plain,
    spread,
)
from token_exports.units import DAYS_PER_WEEK, TOKENS_PER_MTOK, Quantity

CLASSES = {
    "fresh_prompt_tokens": "fresh_prompt_tokens",
    "cache_read_tokens": "cached_prompt_tokens",
    "output_tokens": "output_tokens",
}
BELIEFS = (
    "prompt_energy_j_per_token",
    "output_energy_j_per_token",
    "cache_read_cost_ratio",
    "served_in_china_share",
)


@dataclass(frozen=True)
class CoveredDays:
    """A run of days with known totals."""

    first: pd.Timestamp
    last: pd.Timestamp
    tokens_per_day: float

    @property
    def label(self) -> str:
        """Days in words."""
        return span_label(self.first.date(), self.last.date())


def sold_by_class(parts: pd.DataFrame) -> dict[str, float]:
    """Tokens of each class over some models of a week, from `token_mix.week_parts`.

    Raises
    ------
    ValueError
        No model was chosen.
    """
    if parts.empty:
        raise ValueError("no model of that origin is among the largest of the week")
    return {name: float(parts[column].sum()) for column, name in CLASSES.items()}


def list_revenue_usd(parts: pd.DataFrame) -> Interval:
    """List spend on some models of a week; the ends are the bounds of missing cache prices."""
    low, high = (float(parts[f"list_spend_{end}_usd"].sum()) for end in ("low", "high"))
    return bounds((low + high) / 2, low, high)


def less_lease_usd(revenue_usd: Interval, sold: Mapping[str, float], day: Day) -> Interval:
    """Revenue after the rent of the servers, at the disclosed service's rent per token."""
    lease = (
        sold["fresh_prompt_tokens"] * disclosed_service.fresh_prompt_usd_per_mtok(day)
        + sold["output_tokens"] * disclosed_service.output_usd_per_mtok(day)
    ) / TOKENS_PER_MTOK
    rest = (revenue_usd.central - lease, revenue_usd.low - lease, revenue_usd.high - lease)
    return bounds(*(float(value) for value in rest))


def latest_covered_days(totals: pd.DataFrame, origin: str) -> CoveredDays:
    """Tokens a day of one origin over the latest run of days, a week at most.

    Parameters
    ----------
    totals
        Table ``openrouter_totals_daily``.
    origin
        Origin of the models, revealed previews included.

    Raises
    ------
    ValueError
        There is no day at all.
    """
    daily = totals[totals["origin_resolved"] == origin].groupby("date")["tokens"].sum()
    if daily.empty:
        raise ValueError(f"openrouter_totals_daily has no day with tokens of origin {origin!r}")
    daily = daily.sort_index().tail(int(DAYS_PER_WEEK))
    behind = (daily.index[-1] - daily.index).days
    run = daily[behind == np.arange(len(daily))[::-1]]
    return CoveredDays(run.index[0], run.index[-1], float(run.mean()))


# ---- energy and value


@dataclass(frozen=True)
class Trade:
    """One week of tokens at central and at drawn assumptions, on both bases of energy."""

    revenue_usd: Interval
    sold: Mapping[str, float]
    central: TokenExportInputs
    drawn: TokenExportInputs
    central_twh: Mapping[str, Quantity]
    drawn_twh: Mapping[str, Quantity]

    @property
    def tokens(self) -> float:
        """Tokens of all classes."""
        return sum(self.sold.values())

    @property
    def power_mw(self) -> dict[str, Interval]:
        """Average power over the week, by basis."""
        return {b: week_power_mw(self.central_twh[b], self.drawn_twh[b]) for b in self.central_twh}

    @property
    def served_power_mw(self) -> dict[str, Interval]:
        """Average power of what was served in China, by basis."""
        share, drawn = self.central.served_in_china_share, self.drawn.served_in_china_share
        return {
            basis: week_power_mw(twh * share, self.drawn_twh[basis] * drawn)
            for basis, twh in self.central_twh.items()
        }

    @property
    def served_revenue_usd(self) -> Interval:
        """Revenue of what was served in China."""
        drawn = self.drawn.served_in_china_share
        return envelope(
            electricity_export.exported_value_usd(self.central),
            self.revenue_usd.low * drawn,
            self.revenue_usd.high * drawn,
        )

    @property
    def kwh_per_mtok(self) -> Interval:
        """Intensity of the mix of classes on the production basis."""
        central = electricity_export.token_electricity_kwh_per_mtok(self.central)
        drawn = electricity_export.token_electricity_kwh_per_mtok(self.drawn)
        return interval(drawn, central)

    @property
    def value_usd_per_kwh(self) -> dict[str, Interval]:
        """Gross revenue of a kilowatt-hour, by basis."""
        return self.worth_usd_per_kwh(self.revenue_usd)

    def worth_usd_per_kwh(self, revenue_usd: Interval) -> dict[str, Interval]:
        """Any revenue of the week per kilowatt-hour, by basis."""
        return {
            basis: week_value_usd_per_kwh(revenue_usd, twh, self.drawn_twh[basis])
            for basis, twh in self.central_twh.items()
        }


def trade(
    parts: pd.DataFrame, day: Day, central: Mapping[str, Quantity], drawn: Mapping[str, Quantity]
) -> Trade:
    """One week of some models, from `token_mix.week_parts`.

    Parameters
    ----------
    parts
        Models of the week, of one origin.
    day
        The reference service.
    central, drawn
        Assumptions: ``BELIEFS`` and ``broker_kwh_per_mtok``.
    """
    sold, revenue = sold_by_class(parts), list_revenue_usd(parts)
    centre = export_inputs(sold, revenue.central, day, central)
    spread = export_inputs(sold, revenue.central, day, drawn)
    return Trade(
        revenue,
        sold,
        centre,
        spread,
        week_electricity_twh(centre, central["broker_kwh_per_mtok"]),
        week_electricity_twh(spread, drawn["broker_kwh_per_mtok"]),
    )


def export_inputs(
    sold: Mapping[str, float], revenue_usd: float, day: Day, beliefs: Mapping[str, Quantity]
) -> TokenExportInputs:
    """Inputs of the export model from counted tokens, a disclosed day and assumptions.

    Parameters
    ----------
    sold
        Tokens by class.
    revenue_usd
        What they cost.
    day
        The reference service, for its part of cached prompt tokens.
    beliefs
        The names in ``BELIEFS``, central or drawn. Drawn energies are put `together`.
    """
    chosen = {name: beliefs[name] for name in BELIEFS}
    if np.ndim(chosen["prompt_energy_j_per_token"]):
        chosen["output_energy_j_per_token"] = together(
            chosen["output_energy_j_per_token"], chosen["prompt_energy_j_per_token"]
        )
    cached = disclosed_service.cached_prompt_share(day)
    return TokenExportInputs(
        reference_cached_ratio=cached / (1 - cached),
        token_revenue_usd=revenue_usd,
        **sold,
        **chosen,
    )


def together(draws: Quantity, leader: Quantity) -> NDArray[np.float64]:
    """The same draws in an order that rises and falls with ``leader``.

    Energies of prompt and of output tokens come from one undisclosed server power: drawn apart
    they would wrongly average out.
    """
    order = np.argsort(np.argsort(np.asarray(leader), kind="stable"), kind="stable")
    return np.take_along_axis(np.sort(np.asarray(draws, dtype=float)), order, axis=-1)


def week_electricity_twh(
    inputs: TokenExportInputs, broker_kwh_per_mtok: Quantity
) -> dict[str, Quantity]:
    """Electricity of the same tokens on both bases of energy per token."""
    tokens = inputs.fresh_prompt_tokens + inputs.cached_prompt_tokens + inputs.output_tokens
    return {
        "deepseek": electricity_export.token_electricity_twh(inputs),
        "broker": electricity_export.tokens_electricity_twh(tokens, broker_kwh_per_mtok),
    }


def week_power_mw(central_twh: Quantity, drawn_twh: Quantity) -> Interval:
    """Average power over the week."""
    drawn = electricity_export.average_power_mw(drawn_twh, DAYS_PER_WEEK)
    central = electricity_export.average_power_mw(central_twh, DAYS_PER_WEEK)
    return interval(drawn, central)


def stream_power_mw(
    tokens_per_day: float, electricity_kwh_per_mtok: Interval, broker_kwh_per_mtok: float
) -> dict[str, Interval]:
    """Average power of a stream whose token classes are unknown, on both bases."""
    mw_per_intensity = electricity_export.average_power_mw(
        electricity_export.tokens_electricity_twh(tokens_per_day, 1.0), 1.0
    )
    return {
        "deepseek": scale.times(electricity_kwh_per_mtok, float(mw_per_intensity)),
        "broker": exact(float(mw_per_intensity) * broker_kwh_per_mtok),
    }


def week_value_usd_per_kwh(
    revenue_usd: Interval, central_twh: Quantity, drawn_twh: Quantity
) -> Interval:
    """Revenue of a kilowatt-hour under both bounds of the revenue and all draws of the energy."""
    return envelope(
        electricity_export.value_usd_per_kwh(revenue_usd.central, central_twh),
        electricity_export.value_usd_per_kwh(revenue_usd.low, drawn_twh),
        electricity_export.value_usd_per_kwh(revenue_usd.high, drawn_twh),
    )


def envelope(central: Quantity, low_draws: Quantity, high_draws: Quantity) -> Interval:
    """Interval under two bounds: low end of the draws at one, high end of those at the other."""
    centre = plain(central)
    (low,), (high,) = spread(low_draws, [LOW_QUANTILE]), spread(high_draws, [HIGH_QUANTILE])
    return Interval(centre, plain(np.minimum(low, centre)), plain(np.maximum(high, centre)))
