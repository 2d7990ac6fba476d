"""Faults of tables, found by frictionless and told in one line each."""

import contextlib
from collections.abc import Iterable
from typing import Any

from token_exports import data, paths


def faults(names: Iterable[str]) -> list[str]:
    """Every departure of the tables from their description.

    Returns
    -------
    list of str
        ``data/<file>, row <line>, column <name>: <value> <rule>``, in file order. The row is the
        line of the file, the header being row 1.
    """
    from frictionless import FrictionlessException, Package

    try:
        package = Package.from_descriptor(data.package(), basepath=str(paths.data()))
    except FrictionlessException as fault:
        return [f"data/{data.DESCRIPTOR}: {reason.note}" for reason in fault.to_errors()]
    return [fault for name in names for fault in _table_faults(package, name)]


def _table_faults(package: Any, name: str) -> list[str]:
    file = f"data/{data.table_path(name).name}"
    report = package.get_resource(name).validate()
    found = []
    for task in report.tasks:
        found += [_line(file, name, error) for error in task.errors]
        found += [f"{file}: {warning}" for warning in task.warnings]
    return found


def _line(file: str, name: str, error: Any) -> str:
    row = getattr(error, "row_number", None)
    column = getattr(error, "field_name", None) or _key_columns(name, error)
    place = file + (f", row {row}" if row else "") + (f", column {column}" if column else "")
    value = getattr(error, "cell", None)
    shown = f"found {value!r}; " if value is not None else ""
    return f"{place}: {shown}{_rule(name, column, error)}"


def _key_columns(name: str, error: Any) -> str | None:
    """Columns of the primary key, where it is the key that is at fault."""
    if error.type != "primary-key":
        return None
    key = data.describe(name)["schema"]["primaryKey"]
    return ", ".join([key] if isinstance(key, str) else key)


def _rule(name: str, column: str | None, error: Any) -> str:
    note = str(error.note or error.message).rstrip(".")
    if error.type == "foreign-key":
        return f"{note}: no such row in the table it refers to"
    rules = []
    for field in data.fields(name):
        if field["name"] == column:
            with contextlib.suppress(KeyError):
                limits = field["constraints"]
                rules = [f"{k} {limits[k]}" for k in ("minimum", "maximum") if k in limits]
    return note + (f" (allowed: {', '.join(rules)})" if rules else "")
