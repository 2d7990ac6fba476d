"""Sentences about what few active experts save: title and takeaway, whatever the numbers are."""

from collections.abc import Mapping

from token_exports import formats
from token_exports.figures.sparsity_record import PARTS
from token_exports.uncertainty import Interval

WORTH_NAMING_SHARE = 0.005
Values = Mapping[str, Interval | float | None]


def title(values: Values) -> str:
    """Active share beside the cost of a prompt and of a written token.

    Parameters
    ----------
    values
        From `sparsity_record.quantities`, not empty.
    """
    naive, decode, prompt = (
        _central(values, f"sparsity_{name}_share")
        for name in ("naive", "decode_cost", "prefill_cost")
    )
    return (
        f"{formats.number(naive, 'share')} of the parameters cost"
        f" {formats.number(prompt, 'share')} of a dense model's prompt token and"
        f" {formats.number(decode, 'share')} of its written one"
    )


def _central(values: Values, name: str) -> float:
    value = values[name]
    assert value is not None
    return value.central if isinstance(value, Interval) else value


def largest_part(values: Values) -> str:
    """Which part adds most to a written token.

    Parameters
    ----------
    values
        From `sparsity_record.quantities`, not empty.
    """
    added = {part: _central(values, f"sparsity_decode_{part}_gap_share") for part in PARTS}
    part = max(added, key=lambda name: added[name])
    name = PARTS[part]
    verb = "add" if " and " in name or name.endswith("s") else "adds"
    share = formats.number(added[part], "share")
    return f"{name.capitalize()} {verb} most to a written token, {share} of the dense model's time"


def takeaway(values: Values) -> str:
    """What the mean token costs against the naive share, and the parts that keep the saving.

    Parameters
    ----------
    values
        From `sparsity_record.quantities`; empty where nothing was public.
    """
    if not values:
        return "**Traffic, architecture or benchmarks of the model were not public yet.**"
    naive, least, most, kept = (
        formats.number(_central(values, f"sparsity_{name}_share"), "share")
        for name in ("naive", "lowest_traffic_cost", "highest_traffic_cost", "realised")
    )
    mean = values["sparsity_traffic_cost_share"]
    assert isinstance(mean, Interval)
    return (
        f"**{title(values)}. Over its traffic the mean token costs"
        f" {formats.interval(mean, 'share')} of a dense model's, {least} to {most} by accelerator,"
        f" where the parameters promise {naive}: {kept} of the saving is left."
        f" {largest_part(values)}; experts that only other tokens of the batch chose"
        f" {_experts(values)}.**"
    )


def _experts(values: Values) -> str:
    share = _central(values, "sparsity_decode_other_experts_gap_share")
    if share < WORTH_NAMING_SHARE:
        return "add hardly anything"
    return f"add {formats.number(share, 'share')}"
