"""The equation of a model function as LaTeX, made from the function itself.

The function is called with symbols in place of numbers, so the printed equation is the code that
ran. An inputs class may give a field a ``symbol`` in its metadata; other fields and plain arguments
stand under their own name.
"""

from collections.abc import Callable
from dataclasses import fields
from typing import Any

from token_exports.units import UNITS, unit_of

Argument = type[Any] | str
EXACT = 1e-12  # 1 / 8766.0 prints as a fraction again


def latex(function: Callable[..., Any], *arguments: Argument) -> str:
    r"""``name [unit] = expression`` of a model function.

    Parameters
    ----------
    function
        Model function of plain arithmetic.
    arguments
        For each parameter its inputs class, or the symbol of a plain quantity.
    """
    import sympy

    written: dict[Any, str] = {}
    values = [_symbols(a, written) for a in arguments]
    expression = sympy.nsimplify(function(*values), rational=True, tolerance=EXACT)
    right = sympy.latex(expression, symbol_names=written, ln_notation=True)
    return f"{_left(function.__name__)} = {right}"


def _symbols(argument: Argument, written: dict[Any, str]) -> Any:
    if isinstance(argument, str):
        return _symbol(argument, argument, written)
    return argument(
        **{
            f.name: _symbol(f.name, f.metadata.get("symbol", _text(f.name)), written)
            for f in fields(argument)
        }
    )


def _symbol(name: str, tex: str, written: dict[Any, str]) -> Any:
    import sympy

    symbol = sympy.Symbol(name, positive=True)
    written[symbol] = tex
    return symbol


def _left(name: str) -> str:
    label = UNITS[unit].label if (unit := unit_of(name)) else ""
    if label in ("", "times"):
        return _text(name)
    return rf"{_text(name.removesuffix(f'_{unit}'))}\;[\text{{{label}}}]"


def _text(name: str) -> str:
    words = name.replace("_", " ")
    return rf"\text{{{words}}}"
