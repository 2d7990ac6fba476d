"""Where the tokens of Chinese models can have been computed, and what that leaves of the essay.

    share computed in China = sum over models (tokens x part computed in China) / all their tokens

Nobody publishes a model's part. What its hosts declare of their data centres limits it:

    only outside China: nothing       only in China: everything
    in China and elsewhere, or no declaration: between nothing and everything

A reading says which hosts count. ``own_route``: every token went through the developer's own
interface. ``by_seat``: the same, but a silent interface computes in the country of its company's
seat. ``any_host``: the developer's interface and every other listed host, in unknown proportions,
so the limits are the least and the most over them, and nothing is known without a list. A part that
a reader states for a lab replaces the limits of its models in every reading. The centre is the
middle of the limits where no reader stated one: a mark for drawing, not an estimate.

Left out on purpose: tokens by host, which nobody publishes, and whether a declaration is true or
has changed since.
"""

import difflib
from collections.abc import Mapping
from typing import TypeAlias

import pandas as pd

from token_exports.models import host_places, origin_places
from token_exports.models.host_places import LIMITS, ONLY_OUTSIDE, SILENT, HostTables, ModelHosts
from token_exports.models.windows import when_known
from token_exports.uncertainty import Interval, bounds, exact

READINGS = OWN_ROUTE, BY_SEAT, ANY_HOST = ("own_route", "by_seat", "any_host")
ENDS = ("low", "central", "high")

Stated: TypeAlias = float | tuple[float, float, float]
Points: TypeAlias = tuple[float, float, float]


def model_places(
    board: pd.DataFrame,
    developer: pd.Series,
    tables: HostTables,
    stated: Mapping[str, Stated] | None = None,
) -> pd.DataFrame:
    """Limits of the part computed in China, for every Chinese model of a leaderboard.

    Parameters
    ----------
    board
        A leaderboard with ``model_permaslug``, ``origin`` and ``tokens``.
    developer
        Author slug by model, from `market_share.developers`.
    tables
        Developers, hosts, and who hosts what.
    stated
        Part of a lab's tokens computed in China by author slug: one share, or low, central, high.

    Returns
    -------
    DataFrame
        ``model_permaslug``, ``author_slug`` (the developer), ``lab``, ``tokens``, ``stated``,
        ``own_provider_slug`` (empty without a record), ``own_countries``, ``own_declares``,
        ``declared_on``, per kind of declaration ``<kind>_host_count``, ``other_host_count``,
        ``unlinked_host_count``, ``unlinked_hosts``, ``other_hosts``, ``whole_list``, and per
        reading ``<reading>_low_share``, ``<reading>_central_share``, ``<reading>_high_share``;
        largest model first. Counts of other hosts are missing where no list of hosts is known.

    Raises
    ------
    WindowError
        No tokens of Chinese models.
    ValueError
        A stated lab is not in the table, or what is stated is no share.
    """
    given = checked(stated or {}, tables.authors["author_slug"])
    own = origin_places.models_of(board, "cn").sort_values("tokens", ascending=False, kind="stable")
    lab = tables.authors.set_index("author_slug")["company"].str.split(" (", regex=False).str[0]
    provider = origin_places.own_providers(own["model_permaslug"], developer, tables.authors)
    rows = []
    for model, tokens, slug in zip(own["model_permaslug"], own["tokens"], provider, strict=True):
        author = developer[model]
        hosts = host_places.hosts_of(model, slug, tables)
        row = {"model_permaslug": model, "author_slug": author, "lab": lab.get(author, author)}
        row |= {"tokens": tokens, "stated": author in given}
        rows.append(row | _described(hosts) | _readings(hosts, given.get(author)))
    counts = {name: "Int64" for name in rows[0] if name.endswith("_count")}
    return pd.DataFrame(rows).astype(counts)


def window_places(
    boards: Mapping[str, pd.DataFrame],
    developer: pd.Series,
    tables: HostTables,
    stated: Mapping[str, Stated] | None = None,
) -> pd.DataFrame:
    """Limits of the share computed in China in several windows.

    Parameters
    ----------
    boards
        Leaderboard by window in words, in order of time.
    developer, tables, stated
        As for `model_places`.

    Returns
    -------
    DataFrame
        ``window``, ``<reading>_low_share`` and ``<reading>_high_share``; missing where the list
        holds no tokens of a Chinese model.
    """
    rows = []
    for window, board in boards.items():
        places = when_known(model_places, board, developer, tables, stated)
        row: dict[str, object] = {"window": window}
        for reading in READINGS:
            found = None if places is None else served_in_china(places, reading)
            row[f"{reading}_low_share"] = None if found is None else found.low
            row[f"{reading}_high_share"] = None if found is None else found.high
        rows.append(row)
    shares = [f"{reading}_{end}_share" for reading in READINGS for end in ("low", "high")]
    return pd.DataFrame(rows, columns=["window", *shares]).astype(dict.fromkeys(shares, float))


def checked(stated: Mapping[str, Stated], labs: pd.Series) -> dict[str, Points]:
    """What is stated of each lab as low, central and high.

    Raises
    ------
    ValueError
        Names the lab and the nearest that exists, or the value that is no ordered share.
    """
    found = {}
    for lab, value in stated.items():
        if lab not in set(labs):
            near = difflib.get_close_matches(lab, sorted(labs), n=1, cutoff=0.5)
            hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(sorted(labs))}"
            raise ValueError(f"served_in_china: no lab {lab!r}; {hint}")
        low, central, high = value if isinstance(value, tuple | list) else (value,) * 3
        if not 0 <= low <= central <= high <= 1:
            raise ValueError(
                f"served_in_china.{lab} = {value}: shares lie between 0 and 1, in ascending order"
            )
        found[lab] = (float(low), float(central), float(high))
    return found


def _described(hosts: ModelHosts) -> dict[str, object]:
    known = hosts.others is not None
    kinds = hosts.declarations
    others = [] if hosts.others is None else sorted(hosts.others["provider_slug"])
    counts = {f"{kind}_host_count": kinds.count(kind) if known else None for kind in LIMITS}
    return {
        "own_provider_slug": hosts.own.get("provider_slug", ""),
        "own_countries": hosts.own.get("datacenter_countries"),
        "own_declares": hosts.own_declares,
        "declared_on": hosts.own.get("public_since", pd.NaT),
        **counts,
        "other_host_count": len(others) if known else None,
        "unlinked_host_count": len(hosts.unlinked) if known else None,
        "unlinked_hosts": "|".join(hosts.unlinked),
        "other_hosts": "|".join(others),
        "whole_list": hosts.whole_list,
    }


def _readings(hosts: ModelHosts, given: Points | None) -> dict[str, object]:
    own = LIMITS[hosts.own_declares]
    seat = LIMITS[host_places.declared(hosts.own.get("hq_country"))]
    others = [SILENT] if hosts.others is None else hosts.declarations
    each = [own, *(LIMITS[kind] for kind in others)]
    ends = {
        OWN_ROUTE: own,
        BY_SEAT: seat if hosts.own_declares == SILENT else own,
        ANY_HOST: (min(low for low, _ in each), max(high for _, high in each)),
    }
    row: dict[str, object] = {}
    for reading, (low, high) in ends.items():
        points = given or (low, (low + high) / 2, high)
        row |= {f"{reading}_{end}_share": x for end, x in zip(ENDS, points, strict=True)}
    return row


def served_in_china(places: pd.DataFrame, reading: str = OWN_ROUTE) -> Interval:
    """Share of the Chinese models' tokens that was computed in China, as limits.

    Parameters
    ----------
    places
        From `model_places`.
    reading
        One of ``READINGS``.
    """
    low, central, high = (_weighted(places, places[f"{reading}_{end}_share"]) for end in ENDS)
    return exact(central) if low == high else bounds(min(max(central, low), high), low, high)


def outside_needed_share(places: pd.DataFrame, target: float) -> float:
    """Part of the tokens placed outside China that must have been computed there all the same.

    On the own route, every token that may have been computed in China is counted as if it was;
    what is still missing to ``target`` has to come from tokens placed elsewhere.

    Parameters
    ----------
    places
        From `model_places`.
    target
        Share of the Chinese models' tokens computed in China that is to be reached.
    """
    most = served_in_china(places).high
    return max(0.0, target - most) / (1 - most) if most < 1 else 0.0


def foreign_host_share(places: pd.DataFrame) -> Interval:
    """Share of the Chinese models' tokens whose model a host not linked to China sells as well.

    A model without such a host counts as unknown unless a complete list of its hosts is known.
    """
    sold = places["unlinked_host_count"].fillna(0) > 0
    low, high = (_weighted(places, part) for part in (sold, sold | ~places["whole_list"]))
    return exact(low) if low == high else bounds((low + high) / 2, low, high)


def _weighted(places: pd.DataFrame, part: pd.Series) -> float:
    return float((places["tokens"] * part.astype(float)).sum() / places["tokens"].sum())


def open_labs(places: pd.DataFrame) -> list[str]:
    """Labs whose part the own route leaves open, those of most tokens first."""
    return _labs(places, places["own_route_high_share"] > places["own_route_low_share"])


def outside_labs(places: pd.DataFrame) -> list[str]:
    """Labs whose own interfaces declare data centres outside China only."""
    return _labs(places, places["own_declares"].eq(ONLY_OUTSIDE) & ~places["stated"])


def stated_labs(places: pd.DataFrame) -> list[str]:
    """Labs for which a reader states the part computed in China."""
    return _labs(places, places["stated"])


def _labs(places: pd.DataFrame, chosen: pd.Series) -> list[str]:
    tokens = places[chosen].groupby("lab")["tokens"].sum()
    return [str(lab) for lab in tokens.sort_values(ascending=False, kind="stable").index]


def host_names(places: pd.DataFrame, column: str) -> set[str]:
    """Distinct hosts in ``other_hosts`` or ``unlinked_hosts`` of any model."""
    return {name for names in places[column] for name in names.split("|") if name}


def days_after(places: pd.DataFrame, end: object) -> int | None:
    """Days from the end of a window to the last declaration, negative if it came before."""
    last = pd.to_datetime(places["declared_on"]).max()
    return None if pd.isna(last) else int((last - pd.Timestamp(end)).days)  # type: ignore[arg-type]
