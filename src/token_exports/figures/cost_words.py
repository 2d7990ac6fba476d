"""Words that follow the sign and size of a result, so that a sentence stays true in any run."""

from collections.abc import Iterable, Mapping

import pandas as pd

from token_exports import formats
from token_exports.models import price_facts
from token_exports.models.model_facts import Fact

NATIONAL = "R01"  # industry's averages of one year in both countries


def price_gap(gap_share: float) -> str:
    """How China's electricity stands to America's: cheaper, dearer or the same."""
    if abs(gap_share) < 0.0005:
        return "no cheaper"
    words = "cheaper" if gap_share > 0 else "dearer"
    return f"{formats.number(abs(gap_share), 'share')} {words}"


def saving(saved_share: float) -> str:
    """Change of a token's cost: lower, higher or none."""
    if abs(saved_share) < 0.0005:
        return "leaves the cost of a token where it was"
    verb = "lowers" if saved_share > 0 else "raises"
    return f"{verb} the cost of a token by {formats.number(abs(saved_share), 'share')}"


def national(gap_share: Mapping[str, float]) -> str:
    """National averages of industry, if their basis was public."""
    if NATIONAL not in gap_share:
        return "the national averages of industry were not public yet"
    gap = price_gap(gap_share[NATIONAL])
    return f"by the national averages of industry China is {gap} than the United States"


def ratio_title(rows: pd.DataFrame) -> str:
    """Range of the ways to divide the prices of the two models of the essay."""
    found = rows[rows["pair"] == price_facts.OPUS_PAIR]
    if found.empty:
        return "No price of the two models was public yet"
    low, high = (formats.quantity(v, "ratio", 2) for v in (found["low"].min(), found["high"].max()))
    return f"{price_facts.OPUS_PAIR}: {low} to {high}, by what is divided"


def same_weights(facts: Iterable[Fact]) -> str:
    """What hosts abroad ask for the same weights, if known."""
    for fact in facts:
        if fact.name == "same_weights_price_gap_share":
            gap = price_gap(fact.value.central)
            return (
                f"For the same open weights the developer's own interface is {gap} than US hosts."
            )
    return "What hosts abroad asked for the same weights was not public yet."


def explained(cheaper: float, free: float, times: float) -> str:
    """What two changes of the electricity price explain of a gap."""
    parts = (formats.number(part, "share") for part in (cheaper, free))
    gap = f"{times:g}\N{MULTIPLICATION SIGN}"
    cheap, gratis = parts
    return f"Power as cheap as the essay says explains {cheap} of {gap}, free power {gratis}"
