"""Conditions of the essay as a panel checks them: the stated value with its tolerance."""

from collections.abc import Mapping

from token_exports import claims, data
from token_exports.whatif.panel import Verdict


def verdict(claim_id: str, quantities: Mapping[str, str], of: str = "") -> Verdict:
    """Condition of a claim that a number tests.

    Parameters
    ----------
    claim_id
        The claim.
    quantities
        What a value is of (a country, a trade) to the quantity that is held against the claim.
    of
        What is measured, in a few words.
    """
    row = data.load("claims").set_index("claim_id", drop=False).loc[claim_id]
    stated = claims.stated_text({str(k): v for k, v in row.items()})
    low, high = claims.numeric()[claim_id].band
    return Verdict(
        claim_id=claim_id,
        statement=str(row["statement"]),
        asked=f"{of}, {stated}" if of else stated,
        quantities=quantities,
        low=low,
        high=high,
    )
