"""Run notebooks, keep what they gave, render, publish: knows files and processes, no domain.

jsonschema, which checks the format of notebooks, would build 35 parsers of international addresses
in every process (0.9 s); no schema of Jupyter uses one, and a missing parser is skipped.
"""

import sys

sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
