"""The equation of a model function as LaTeX, made from the function itself.

The function is called with symbols in place of numbers, so the printed equation is the code that
ran. An inputs class may give a field a ``symbol`` in its metadata; other fields and plain arguments
stand under their own name.
"""

import inspect
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from typing import Any, get_type_hints

from token_exports.units import UNITS, Quantity, unit_of

Argument = type[Any] | str
EXACT = 1e-12  # 1 / 8766.0 prints as a fraction again
LONGEST = 900
"""Characters of LaTeX beyond which an equation is no longer read."""
_NUMBERS = (float, int, Quantity)
_REFUSALS = (TypeError, ValueError, AttributeError, ArithmeticError, LookupError, NameError)
"""What numpy, pandas and comparisons raise when they meet a symbol."""


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


def read_off(function: Callable[..., Any]) -> str | None:
    """The equation of a function whose parameters say by their types that symbols can stand in.

    Parameters
    ----------
    function
        Any function. Its numbers get their own names, the fields of its inputs classes their
        symbols, with the parameter as subscript where two of them would look alike.

    Returns
    -------
    str or None
        LaTeX as of :func:`latex`, valid where all inputs are positive; None where the function
        needs more than plain arithmetic on numbers, or where the equation would be too long.
    """
    import sympy

    written: dict[Any, str] = {}
    found = expression(function, written)
    if found is None:
        return None
    _tell_apart(written)
    right = sympy.latex(found, symbol_names=written, ln_notation=True, mul_symbol="dot")
    text = f"{_left(function.__name__)} = {right}"
    return text if len(text) <= LONGEST else None


def expression(function: Callable[..., Any], written: dict[Any, str] | None = None) -> Any:
    """What a function returns for symbols, as SymPy has it; None where it refuses them.

    Parameters
    ----------
    function
        As of :func:`read_off`.
    written
        Takes each symbol, named ``.parameter`` or ``.parameter.field``, with its LaTeX.
    """
    import sympy

    written = {} if written is None else written
    try:
        hints = get_type_hints(function)
        names = inspect.signature(function).parameters
        found = function(*(_stand_in(name, hints[name], "", written) for name in names))
        if not isinstance(found, sympy.Expr) or not found.free_symbols:
            return None
        return sympy.nsimplify(found, rational=True, tolerance=EXACT)
    except _REFUSALS:
        return None


def _stand_in(name: str, kind: Any, owner: str, written: dict[Any, str], tex: str = "") -> Any:
    if kind in _NUMBERS:
        return _symbol(f"{owner}.{name}", tex or _text(name), written)
    if not (isinstance(kind, type) and is_dataclass(kind)):
        if kind is str and name == "name":
            return name  # a label, which no arithmetic reads
        raise TypeError(f"{name}: no symbol can stand for {kind}")
    hints = get_type_hints(kind)
    return kind(
        **{
            f.name: _stand_in(
                f.name, hints[f.name], f"{owner}.{name}", written, f.metadata.get("symbol", "")
            )
            for f in fields(kind)
        }
    )


def _tell_apart(written: dict[Any, str]) -> None:
    texts = list(written.values())
    for symbol, tex in written.items():
        if texts.count(tex) > 1:
            owner = str(symbol).rpartition(".")[0].rpartition(".")[2]
            written[symbol] = rf"{{{tex}}}_{{{_text(owner)}}}" if owner else tex


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
