"""Which hosts sell a model, and what each declares of the places where it computes.

Hosts are matched to a version of a model: a dated name by its date, an undated one where the
version was out on the day of the observation.

Left out on purpose: hosts that no list names, a later version under the same undated name, and
that a free variant may have fewer hosts than its model.
"""

import re
from dataclasses import dataclass
from typing import Any

import pandas as pd

CHINA = "CN"
ONLY_CHINA, CHINA_TOO, ONLY_OUTSIDE, SILENT = ("only_china", "china_too", "only_outside", "silent")
LIMITS = {
    ONLY_CHINA: (1.0, 1.0),
    CHINA_TOO: (0.0, 1.0),
    ONLY_OUTSIDE: (0.0, 0.0),
    SILENT: (0.0, 1.0),
}
"""Least and most of a host's tokens that were computed in China, by what it declares."""

FIRST_PARTY, WHOLE_LIST = "first_party_by_name", "endpoint_listed"
"""Evidence that names no other host, and evidence that names them all."""

_DATE = re.compile(
    r"-(?P<year>20\d\d)?(?P<month>0[1-9]|1[0-2])-?(?P<day>0[1-9]|[12]\d|3[01])(?=$|:)"
)


@dataclass(frozen=True)
class HostTables:
    """Tables ``model_authors``, ``providers`` and ``model_hosts``."""

    authors: pd.DataFrame
    providers: pd.DataFrame
    model_hosts: pd.DataFrame


@dataclass(frozen=True)
class Version:
    """A model's name without variant and date, and the parts of the date that it carries."""

    base: str
    year: str = ""
    month_day: str = ""

    @classmethod
    def of(cls, slug: str) -> "Version":
        """Version that a slug names."""
        dated = _DATE.search(slug)
        if dated is None:
            return cls(slug.split(":")[0])
        return cls(slug[: dated.start()], dated["year"] or "", dated["month"] + dated["day"])

    def offered(self, host: "Version", observed_on: pd.Timestamp) -> bool:
        """Whether a host that listed ``host`` on that day offered this version."""
        if host.base != self.base:
            return False
        if host.month_day:
            years = {self.year, host.year} - {""}
            return host.month_day == self.month_day and len(years) < 2
        return not self.year or pd.Timestamp(self.year + self.month_day) <= observed_on


@dataclass(frozen=True)
class ModelHosts:
    """Hosts of one model.

    Parameters
    ----------
    own
        Row of the developer's own interface in ``providers``, empty where none is known.
    others
        Every other host once, as last observed; None where no list of hosts is known.
    whole_list
        Whether the list names every host.
    """

    own: dict[str, Any]
    others: pd.DataFrame | None
    whole_list: bool

    @property
    def own_declares(self) -> str:
        """What the developer's own interface declares."""
        return declared(self.own.get("datacenter_countries"))

    @property
    def declarations(self) -> list[str]:
        """What each other host declares."""
        if self.others is None:
            return []
        return [declared(countries) for countries in self.others["datacenter_countries"]]

    @property
    def unlinked(self) -> list[str]:
        """Other hosts that are not Chinese and have no Chinese parent."""
        if self.others is None:
            return []
        return sorted(self.others.loc[self.others["china_linked"] == "no", "provider_slug"])


def declared(countries: object) -> str:
    """What a host declares, one of the keys of ``LIMITS``, from its countries joined by |."""
    if not isinstance(countries, str) or not countries:
        return SILENT
    found = set(countries.split("|"))
    if CHINA not in found:
        return ONLY_OUTSIDE
    return ONLY_CHINA if found == {CHINA} else CHINA_TOO


def offers_of(model: str, model_hosts: pd.DataFrame) -> pd.DataFrame:
    """Rows of ``model_hosts`` that offer a version of a model."""
    version = Version.of(model)
    pairs = zip(model_hosts["model_slug"], model_hosts["observed_on"], strict=True)
    found = [version.offered(Version.of(slug), day) for slug, day in pairs]
    return model_hosts[pd.Series(found, index=model_hosts.index, dtype=bool)]


def hosts_of(model: str, own_slug: object, tables: HostTables) -> ModelHosts:
    """Hosts of a model: its developer's own interface, and the others that are listed."""
    own = tables.providers[tables.providers["provider_slug"] == own_slug]
    interface = {str(k): v for k, v in own.iloc[0].items()} if len(own) else {}
    listed = offers_of(model, tables.model_hosts)
    listed = listed[listed["evidence"] != FIRST_PARTY]
    if listed.empty:
        return ModelHosts(interface, None, whole_list=False)
    others = listed[listed["provider_slug"] != own_slug].sort_values("observed_on", kind="stable")
    once = others.drop_duplicates("provider_slug", keep="last")
    return ModelHosts(interface, once, bool((listed["evidence"] == WHOLE_LIST).any()))
