"""Read the committed tables: ``load(name, as_of)`` validates, converts and filters.

``data/datapackage.yaml`` describes every table (Frictionless Table Schema plus ``unit``). A table
is validated by frictionless once per content: a stamp under the cache folder, named after the hash
of table, description and sources, says that it passed.
"""

import datetime as dt
import difflib
import json
from collections.abc import Iterable
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from token_exports import paths

pd.options.mode.string_storage = "python"  # whether or not pyarrow, for sweeps, is installed

DESCRIPTOR = "datapackage.yaml"
MOST_FAULTS = 20
_PANDAS_TYPES = {"integer": "Int64", "number": "float64", "boolean": "boolean"}


class DataError(ValueError):
    """A table, a row or a reference in ``data/`` is not as described."""


def nearest(name: str, names: Iterable[str]) -> str:
    """Say which valid name is closest to ``name``, for an error message."""
    known = sorted(names)
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    return f"did you mean {close[0]!r}?" if close else f"known: {', '.join(known)}"


def package() -> dict[str, Any]:
    """Descriptor of all tables, as written in ``data/datapackage.yaml``."""
    path = paths.data() / DESCRIPTOR
    if not path.is_file():
        raise DataError(f"data/{DESCRIPTOR} is missing: without it no table can be read")
    return _parsed(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=4)
def _parsed(path: Path, _changed: int) -> dict[str, Any]:
    try:
        descriptor = yaml.load(path.read_text(encoding="utf-8"), Loader=_loader())
    except (yaml.YAMLError, UnicodeDecodeError) as fault:
        kind = "UTF-8 text" if isinstance(fault, UnicodeDecodeError) else "valid YAML"
        raise DataError(f"data/{DESCRIPTOR} is not {kind}: {fault}") from None
    if not isinstance(descriptor, dict) or not isinstance(descriptor.get("resources"), list):
        raise DataError(f"data/{DESCRIPTOR} must hold a list of tables under 'resources'")
    for number, resource in enumerate(descriptor["resources"], 1):
        _require_table(number, resource)
    return descriptor


def _require_table(number: int, resource: Any) -> None:
    if not isinstance(resource, dict) or "name" not in resource:
        raise DataError(f"data/{DESCRIPTOR}: resource {number} has no name")
    if "path" not in resource or not resource.get("schema", {}).get("fields"):
        raise DataError(
            f"data/{DESCRIPTOR}: table {resource['name']!r} needs a path and a schema with fields"
        )


def _loader() -> Any:
    return getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the C one is ten times faster


def tables() -> list[str]:
    """Names of all described tables."""
    return [resource["name"] for resource in package()["resources"]]


def describe(name: str) -> dict[str, Any]:
    """Descriptor of one table.

    Raises
    ------
    DataError
        No such table; the message names the nearest one.
    """
    for resource in package()["resources"]:
        if resource["name"] == name:
            return dict(resource)
    raise DataError(f"no table {name!r} in data/{DESCRIPTOR}; {nearest(name, tables())}")


def fields(name: str) -> list[dict[str, Any]]:
    """Field descriptors of one table, in column order."""
    return list(describe(name)["schema"]["fields"])


def load(name: str, as_of: dt.date | str | None = None) -> pd.DataFrame:
    """Table ``name``, validated and typed.

    Parameters
    ----------
    name
        Table, as in the descriptor.
    as_of
        Keep only rows that were public on that day. Tables that are not facts (assumptions,
        sources) have no such date and stay whole.

    Returns
    -------
    DataFrame
        Dates as ``datetime64``, months as ``YYYY-MM`` text, other columns as described. Of a fact
        with several editions only the newest of that day.

    Raises
    ------
    DataError
        Names file, row, column, value and rule of every fault.
    """
    frame = editions(name)
    if as_of is not None and "public_since" in frame:
        frame = frame[frame["public_since"] <= pd.Timestamp(as_of)].reset_index(drop=True)
    return newest_editions(frame, revised_by(name))


def revised_by(name: str) -> list[str]:
    """Columns in which the editions of one fact are alike; empty if a table has none."""
    return list(describe(name).get("revised_by", []))


def newest_editions(frame: pd.DataFrame, alike: list[str]) -> pd.DataFrame:
    """Rows without those that a later edition has replaced.

    Parameters
    ----------
    frame
        Rows known at some day.
    alike
        Columns in which the editions of one fact are alike; empty for a table without editions.
    """
    if not alike:
        return frame
    newest = frame.groupby(alike, dropna=False)["public_since"].transform("max")
    kept = frame["public_since"] == newest
    return frame if kept.all() else frame[kept].reset_index(drop=True)


def editions(name: str) -> pd.DataFrame:
    """Table ``name`` with every edition of every fact, validated and typed as by `load`."""
    (stamp,) = check([name])
    return _read(name, stamp).copy(deep=False)  # pandas copies what is written to


@lru_cache(maxsize=64)
def _read(name: str, stamp: Path) -> pd.DataFrame:
    """Read and convert a table once per content, which ``stamp`` names."""
    described = fields(name)
    kinds = {f["name"]: f["type"] for f in described}
    required = {f["name"] for f in described if f.get("constraints", {}).get("required")}
    frame = pd.read_csv(
        table_path(name), dtype="str", keep_default_na=False, na_values=[""], encoding="utf-8"
    )
    for column, kind in kinds.items():
        if kind == "date":
            frame[column] = pd.to_datetime(frame[column], format="%Y-%m-%d")
        elif kind == "boolean":
            frame[column] = frame[column].map({"true": True, "false": False}).astype("boolean")
        elif kind in _PANDAS_TYPES:
            frame[column] = pd.to_numeric(frame[column]).astype(_PANDAS_TYPES[kind])
        if column in required and kind in ("boolean", "integer"):
            frame[column] = frame[column].astype({"boolean": "bool", "integer": "int64"}[kind])
    return frame


def table_path(name: str) -> Path:
    """File of a table.

    Raises
    ------
    DataError
        The table is described but its file is not there.
    """
    path = paths.data() / str(describe(name)["path"])
    if not path.is_file():
        raise DataError(f"data/{path.name} is missing, but data/{DESCRIPTOR} describes it")
    return path


def check(names: Iterable[str] | None = None) -> list[Path]:
    """Validate tables against their description, unless this very content has passed before.

    Returns
    -------
    list of Path
        Stamps of the tables, each named after the content that passed.

    Raises
    ------
    DataError
        All faults in one message, a line each.
    """
    wanted = list(names) if names is not None else tables()
    stamps = {name: _stamp(name) for name in wanted}
    unseen = [name for name, stamp in stamps.items() if not stamp.exists()]
    if unseen:
        _validate(unseen)
    for name in unseen:
        _keep(stamps[name])
    return list(stamps.values())


def unchecked() -> list[str]:
    """Tables whose present content has not been validated yet, the largest first."""
    names = [name for name in tables() if not _stamp(name).exists()]
    return sorted(names, key=lambda name: table_path(name).stat().st_size, reverse=True)


def _validate(names: list[str]) -> None:
    from token_exports import validation  # imports frictionless: only when something changed

    faults = validation.faults(names)
    if faults:
        more = f"\n... and {len(faults) - MOST_FAULTS} more" * (len(faults) > MOST_FAULTS)
        raise DataError("\n".join(faults[:MOST_FAULTS]) + more)


def _stamp(name: str) -> Path:
    described = describe(name)
    keys = described["schema"].get("foreignKeys", [])
    references = {key["reference"]["resource"] or name for key in keys}
    content = sha256()
    for table in [name, *sorted(references - {name})]:
        path = table_path(table)
        state = path.stat()
        content.update(_digest(path, state.st_mtime_ns, state.st_size))
    content.update(json.dumps(described, sort_keys=True, default=str).encode())
    return paths.cache() / "valid" / f"{name}-{content.hexdigest()[:20]}"


@lru_cache(maxsize=512)
def _digest(path: Path, _changed: int, _size: int) -> bytes:
    """Hash of a file, read again only when it has changed."""
    return sha256(path.read_bytes()).digest()


def _keep(stamp: Path) -> None:
    try:
        stamp.parent.mkdir(parents=True, exist_ok=True)
        stamp.touch()
    except OSError:
        pass  # a read-only checkout validates each time, which is slower but right
