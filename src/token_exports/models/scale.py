"""How large flows of electricity are beside each other, as average power in megawatts.

    power [MW] = electricity / length of the period
    token power [MW] = tokens a day x kWh per million tokens / 24 h

Every flow, whatever year it was measured in, becomes the power that would draw it all day long.
Left out on purpose: the shape of the load over the day, and growth between the periods.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from token_exports.models import electricity_export
from token_exports.models.mining import ENERGIES
from token_exports.uncertainty import Interval, Kind, bounds

DAY = pd.Timedelta(days=1)
REPORTED_STREAMS = (
    ("Verified token export, Shantou", "verified_export_tokens_per_day", "shantou"),
    ("All tokens China reports", "china_tokens_per_day", "china"),
)
REPORTED_FLOWS = (
    ("Yunnan's exported electricity", "electricity_exports", "yunnan"),
    ("China's exported electricity", "electricity_exports", "china"),
    ("China's data centres", "datacentre_electricity", "china"),
    ("All electricity used in China", "electricity_consumption", "china"),
)


def reported(quantities: pd.DataFrame, quantity: str, place: str) -> pd.DataFrame:
    """Reported values of a quantity in its latest period, a row for each source.

    Parameters
    ----------
    quantities
        Table ``reported_quantities``.
    quantity
        What was reported.
    place
        First word of the row's key: the country, province or city.

    Returns
    -------
    DataFrame
        Empty where nothing was public.
    """
    own = quantities["quantity_id"].str.startswith(f"{place}_")
    rows = quantities[(quantities["quantity"] == quantity) & own]
    latest: pd.DataFrame = rows[rows["period_end"] == rows["period_end"].max()]
    return latest


def largest_reported(quantities: pd.DataFrame, quantity: str, place: str) -> pd.DataFrame:
    """The row with the largest value: of lower bounds, the one that says most."""
    own = quantities["quantity_id"].str.startswith(f"{place}_")
    return quantities[(quantities["quantity"] == quantity) & own].nlargest(1, "value")


def token_rung(
    label: str,
    period: str,
    tokens_per_day: float,
    electricity_kwh_per_mtok: Interval,
    broker_kwh_per_mtok: float,
) -> dict[str, Any]:
    """Power behind a stream of tokens, at a measured and at a claimed intensity."""
    power = [
        _token_power_mw(tokens_per_day, intensity)
        for intensity in (
            electricity_kwh_per_mtok.low,
            electricity_kwh_per_mtok.central,
            electricity_kwh_per_mtok.high,
            broker_kwh_per_mtok,
        )
    ]
    names = ("low_mw", "central_mw", "high_mw", "broker_mw")
    return {"rung": label, "period": period, "kind": "tokens"} | dict(
        zip(names, power, strict=True)
    )


def _token_power_mw(tokens_per_day: float, intensity: float) -> float:
    daily = electricity_export.tokens_electricity_twh(tokens_per_day, intensity)
    return float(electricity_export.average_power_mw(daily, 1.0))


def stream_rung(label: str, period: str, power_mw: Mapping[str, Interval]) -> dict[str, Any]:
    """Tokens whose power is known on both bases, as a row of the ladder."""
    broker = {"broker_mw": power_mw["broker"].central}
    return power_rung(label, period, "tokens", power_mw["deepseek"]) | broker


def power_rung(label: str, period: str, kind: str, power_mw: Interval) -> dict[str, Any]:
    """A flow whose power is known, as a row of the ladder."""
    return {
        "rung": label,
        "period": period,
        "kind": kind,
        "low_mw": power_mw.low,
        "central_mw": power_mw.central,
        "high_mw": power_mw.high,
    }


def reported_rung(label: str, rows: pd.DataFrame) -> list[dict[str, Any]]:
    """Reported electricity as a row of the ladder, or no row where nothing was public.

    Several sources of one period give the range; their middle is drawn.
    """
    if rows.empty:
        return []
    first, last = rows["period_start"].min(), rows["period_end"].max()
    days = (last - first + DAY) / DAY
    ends = [
        float(electricity_export.average_power_mw(twh, days))
        for twh in (rows["value"].min(), rows["value"].max())
    ]
    return [power_rung(label, f"{first:%Y}", "reported", bounds(sum(ends) / 2, *ends))]


def token_rungs(
    label: str, rows: pd.DataFrame, intensity: Interval, broker_kwh_per_mtok: float
) -> list[dict[str, Any]]:
    """Reported tokens a day as a row of the ladder, or no row where nothing was public."""
    return [
        token_rung(label, f"{end:%B %Y}", tokens, intensity, broker_kwh_per_mtok)
        for end, tokens in zip(rows["period_end"], rows["value"], strict=True)
    ]


def reported_ladder(
    quantities: pd.DataFrame, intensity: Interval, broker_kwh_per_mtok: float
) -> list[dict[str, Any]]:
    """Rows of what others report: token streams, exported power, data centres, a country.

    Parameters
    ----------
    quantities
        Table ``reported_quantities``; what was not yet public has no row.
    intensity
        Electricity of a million tokens at a production service.
    broker_kwh_per_mtok
        The same at the broker's figure.
    """
    rungs: list[dict[str, Any]] = []
    for label, quantity, place in REPORTED_STREAMS:
        rows = largest_reported(quantities, quantity, place)
        rungs += token_rungs(label, rows, intensity, broker_kwh_per_mtok)
    for label, quantity, place in REPORTED_FLOWS:
        rungs += reported_rung(label, reported(quantities, quantity, place))
    return rungs


def ladder(rungs: list[dict[str, Any]]) -> pd.DataFrame:
    """All rows, smallest power first.

    Returns
    -------
    DataFrame
        ``rung``, ``period``, ``kind``, ``low_mw``, ``central_mw``, ``high_mw``, ``broker_mw``
        (empty where the flow is not one of tokens).
    """
    table = pd.DataFrame(rungs)
    if "broker_mw" not in table:
        table["broker_mw"] = float("nan")
    return table.sort_values("central_mw", ignore_index=True)


def with_intensities(
    steps: pd.DataFrame, kwh_per_mtok: Mapping[str, float], broker_kwh_per_mtok: float
) -> pd.DataFrame:
    """Power of the token streams at more energies per token, as columns ``<basis>_mw``.

    Parameters
    ----------
    steps
        From `ladder`; what is no stream of tokens stays missing.
    kwh_per_mtok
        Energy of a million tokens by basis, at the classes of token of one known week.
    broker_kwh_per_mtok
        Energy behind ``broker_mw``.
    """
    columns = {
        f"{basis}_mw": steps["broker_mw"] / broker_kwh_per_mtok * kwh
        for basis, kwh in kwh_per_mtok.items()
    }
    return steps.assign(**columns)


def peak_month(country: pd.DataFrame) -> tuple[str, Interval] | None:
    """Month in which a country's miners drew most, with their average power.

    Parameters
    ----------
    country
        From `mining.by_country`.

    Returns
    -------
    tuple or None
        Nothing where no month has a share and electricity.
    """
    known = country.dropna(subset=list(ENERGIES))
    if known.empty:
        return None
    days = pd.PeriodIndex(known["month"], freq="M").days_in_month.to_numpy()
    daily = known[list(ENERGIES)].to_numpy(float) / days[:, None]
    top = int(daily[:, 1].argmax())
    low, central, high = (
        float(electricity_export.average_power_mw(float(twh), 1.0)) for twh in daily[top]
    )
    return str(known["month"].iloc[top]), bounds(central, low, high)


# ---- comparisons


def quotient(above: Interval, below: Interval) -> Interval:
    """Ratio of two quantities with the widest ends that both intervals allow."""
    ends = (above.central / below.central, above.low / below.high, above.high / below.low)
    exactly = above.kind == below.kind == Kind.EXACT
    return Interval(*ends, kind=Kind.EXACT if exactly else Kind.INTERVAL)


def times(value: Interval, factor: float) -> Interval:
    """Interval in another unit, or of a part of the quantity."""
    return Interval(value.central * factor, value.low * factor, value.high * factor, value.kind)


def reported_power_mw(quantities: pd.DataFrame, quantity: str, place: str) -> float | None:
    """Average power of a reported flow, or None where it was not yet public."""
    rungs = reported_rung("", reported(quantities, quantity, place))
    return float(rungs[0]["central_mw"]) if rungs else None


def fan(label: str, flow: Interval) -> pd.DataFrame:
    """What leaves China of a flow, over the share of it that is served there.

    Returns
    -------
    DataFrame
        ``label``, ``served_in_china_share``, ``low``, ``central``, ``high``, in the flow's unit.
    """
    share = np.linspace(0.01, 1, 100)
    return pd.DataFrame(
        {
            "label": label,
            "served_in_china_share": share,
            "low": share * flow.low,
            "central": share * flow.central,
            "high": share * flow.high,
        }
    )


def flips(flows: Mapping[str, Interval], references: Mapping[str, float]) -> pd.DataFrame:
    """Part of each flow that must be served in China to equal each reference.

    Returns
    -------
    DataFrame
        ``flow``, ``reference``, ``flip_served_in_china_ratio`` at the central value and
        ``enough``: whether any share reaches it. Above one, all tokens are too few.
    """
    rows = [
        (flow, name, electricity_export.flip_served_in_china_share(reference, power.central))
        for flow, power in flows.items()
        for name, reference in references.items()
    ]
    table = pd.DataFrame(rows, columns=["flow", "reference", "flip_served_in_china_ratio"])
    return table.assign(enough=table["flip_served_in_china_ratio"] <= 1)
