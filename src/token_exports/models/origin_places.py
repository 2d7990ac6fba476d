"""Where the developers of a leaderboard sit, and where their own interfaces say they compute.

    share of a place = tokens of the models concerned / tokens of all models of the origin

A data centre declared by a developer's own interface says nothing of other hosts of the same
weights, and no source gives tokens by host: the declared share is therefore an upper bound for the
developer's own route, the possible share adds developers that declare nothing.

Left out on purpose: the developer's interface for a preview that ran under no developer's name,
which counts as declaring nothing.
"""

from collections.abc import Collection

import pandas as pd

from token_exports.models.market_share import author_of
from token_exports.models.windows import WindowError

ESSAY_CITIES = ("Hangzhou", "Beijing", "Shanghai")


def city_share(
    board: pd.DataFrame,
    developer: pd.Series,
    authors: pd.DataFrame,
    origin: str = "cn",
    cities: Collection[str] = ESSAY_CITIES,
) -> float:
    """Tokens of an origin's models whose developer sits in one of some cities, as a share.

    Parameters
    ----------
    board
        A leaderboard with ``model_permaslug``, ``origin`` and ``tokens``.
    developer
        Author slug by model, from `market_share.developers`.
    authors
        Table ``model_authors``.
    origin
        Whose models.
    cities
        Names as in the table.

    Raises
    ------
    WindowError
        No tokens of that origin.
    """
    own = models_of(board, origin)
    city = own["model_permaslug"].map(developer).map(authors.set_index("author_slug")["hq_city"])
    return float(own.loc[city.isin(list(cities)), "tokens"].sum() / own["tokens"].sum())


def datacentre_shares(
    board: pd.DataFrame,
    developer: pd.Series,
    authors: pd.DataFrame,
    providers: pd.DataFrame,
    country: str,
) -> tuple[float, float]:
    """Chinese tokens whose developer's own interface declares a data centre in ``country``.

    Returns
    -------
    tuple
        The declared share, and the possible one that adds interfaces without a declaration.

    Raises
    ------
    WindowError
        No tokens of Chinese models, or no provider known.
    """
    if providers.empty:
        raise WindowError("no provider's data centres are known on that day")
    own = models_of(board, "cn")
    stated = providers.set_index("provider_slug")["datacenter_countries"]
    places = own_providers(own["model_permaslug"], developer, authors).map(stated)
    declared = places.str.split("|").map(lambda found: country in found, na_action="ignore")
    share = own["tokens"] / own["tokens"].sum()
    return float(share[declared.eq(True)].sum()), float(share[~declared.eq(False)].sum())


def own_providers(models: pd.Series, developer: pd.Series, authors: pd.DataFrame) -> pd.Series:
    """Provider under which each model's developer sells it, in the order of ``models``.

    Missing where none is known, and for a preview that ran under no developer's name.
    """
    author = models.map(developer)
    own = author.map(authors.set_index("author_slug")["own_provider_slug"])
    return own.where(author == models.map(author_of))


def models_of(board: pd.DataFrame, origin: str) -> pd.DataFrame:
    """Rows of a leaderboard that belong to an origin.

    Raises
    ------
    WindowError
        No tokens of that origin.
    """
    own = board[board["origin"] == origin]
    if own["tokens"].sum() == 0:
        raise WindowError(f"no model of origin {origin} in the leaderboard")
    return own
