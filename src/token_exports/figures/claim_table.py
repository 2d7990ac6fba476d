"""The claims of one notebook with its own number, the verdict and what would turn it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from token_exports import claims, data, formats
from token_exports.claims import Basis, Verdict
from token_exports.results import Recorded

COLUMNS = {
    "statement": "The essay says",
    "against_stated": "Stated, and found on its own basis",
    "verdict": "Verdict over all bases",
    "flip": "What would turn it",
}
_WORDS = {
    Verdict.SUPPORTED: ("is supported", "are supported"),
    Verdict.WITHIN_UNCERTAINTY: ("is within uncertainty", "are within uncertainty"),
    Verdict.CONTRADICTED: ("is contradicted", "are contradicted"),
    Verdict.DEPENDS_ON_BASIS: ("depends on the basis", "depend on the basis"),
    Verdict.CITED_FOR: ("has its evidence for it", "have their evidence for them"),
    Verdict.CITED_AGAINST: ("has its evidence against it", "have their evidence against them"),
    Verdict.CITED_MIXED: ("has mixed evidence", "have mixed evidence"),
    Verdict.NOT_CHECKABLE: ("cannot be checked here", "cannot be checked here"),
}


def table(notebook: str, quantities: Mapping[str, Recorded]) -> pd.DataFrame:
    """Claims assigned to a notebook, in the order of the essay.

    Parameters
    ----------
    notebook
        File stem of the notebook.
    quantities
        What it recorded, by name. A claim that rests on another notebook's results alone is
        judged there, and its row says so.

    Returns
    -------
    DataFrame
        ``claim_id``, ``statement``, ``stated``, ``found``, both in one (``against_stated``),
        ``verdict`` and ``flip``, all text; the page of claims has the longer sentences.
    """
    results = {f"{notebook}:{name}": row.interval for name, row in quantities.items()}
    ledger, computed = claims.ledger(results), claims.bases(results)
    homes: dict[str, set[str]] = {}
    planned = data.load("claim_bases")
    for claim_id, result in zip(planned["claim_id"], planned["result"], strict=True):
        homes.setdefault(claim_id, set()).add(result.partition(":")[0])
    rows = []
    for row in ledger[ledger["notebook"] == notebook].to_dict("records"):
        claim_id = str(row["claim_id"])
        shown = {str(k): v for k, v in row.items()}
        shown["stated"] = claims.stated_text(shown)
        bases = [basis for basis in computed.get(claim_id, []) if basis]
        shown["found"] = _found(bases, cited=row["test"] == "cited")
        if bases:
            missing = len(computed[claim_id]) - len(bases)
            shown["flip"] = claims.condition(bases, missing, brief=True)
        others = sorted(homes.get(claim_id, set()) - {notebook})
        shown = _elsewhere(shown, " and ".join(others)) if others else shown
        shown["against_stated"] = "; ".join(filter(None, (shown["stated"], shown["found"])))
        rows.append(shown)
    return pd.DataFrame(rows, columns=["claim_id", "stated", "found", *COLUMNS])


def _found(bases: Sequence[Basis], *, cited: bool) -> str:
    """Result on the essay's own basis."""
    own = [basis for basis in bases if basis.own]
    if own:
        return formats.interval(own[0].found, own[0].claim.unit)
    return "evidence cited" if cited else ""


def _elsewhere(row: dict[str, Any], others: str) -> dict[str, Any]:
    """Row of a claim that rests on results of other notebooks as well, or only on them."""
    if row["basis_count"]:
        return row | {"flip": f"{row['flip']} For its other bases see {others}."}
    return row | dict.fromkeys(("found", "verdict", "flip"), f"see {others}")


def caption(frame: pd.DataFrame) -> str:
    """What the table shows, in a sentence."""
    return f"The {len(frame)} claims of this notebook, judged by rule over bases written down."


def takeaway(frame: pd.DataFrame) -> str:
    """How many claims came out which way."""
    counts = Counter(frame["verdict"])
    parts = [
        f"{counts[verdict]} {words[counts[verdict] > 1]}"
        for verdict, words in _WORDS.items()
        if verdict in counts
    ]
    rest = len(frame) - sum(counts[verdict] for verdict in _WORDS)
    parts += [f"{rest} {'is' if rest == 1 else 'are'} judged in another notebook"] if rest else []
    return f"**Of the {len(frame)} claims of this notebook {', '.join(parts)}.**"
