"""The moment that a citation names: ``as of ...`` in the attribution of a table."""

import re
from collections.abc import Collection

_TABLE = re.compile(r"(?m)^(?=  - name: )")
_NAME = re.compile(r"  - name: (\w+)")
_LINE = re.compile(r"(?m)^(    attribution: .*?as of )(\d{4}-\d\d-\d\dT[\d:.]+Z)")


def renewed(descriptor: str, tables: Collection[str], as_of: str) -> str:
    """Text of the descriptor in which these tables are cited as of a later moment.

    A table whose attribution names no moment stays as it is, as does one that names a later one.
    """

    def later(found: re.Match[str]) -> str:
        return found[1] + max(found[2], as_of)

    blocks = _TABLE.split(descriptor)
    return "".join(
        _LINE.sub(later, block) if (name := _NAME.match(block)) and name[1] in tables else block
        for block in blocks
    )
