"""Model formulas as JavaScript, made from the model functions themselves.

The functions are called with symbols in place of numbers, as for the printed equations, so the page
computes by the same formulas as the report. Common subexpressions are computed once and numbers
keep every digit they have.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any


def symbols(names: Iterable[str]) -> dict[str, Any]:
    """A positive symbol for every name, itself named by position, as short as a page wants it."""
    import sympy

    return {name: sympy.Symbol(f"a{i}", positive=True) for i, name in enumerate(names)}


def function_body(arguments: Mapping[str, Any], expressions: Mapping[str, Any]) -> str:
    """Body of a function from an array ``v`` of arguments to an array of values.

    Parameters
    ----------
    arguments
        Names and symbols, from `symbols`, in the order of the array.
    expressions
        Name of each value to its expression, in the order of the result.

    Raises
    ------
    ValueError
        An expression holds a symbol that is no argument.
    """
    import sympy

    wanted = [sympy.sympify(expression) for expression in expressions.values()]
    free = set().union(*(expression.free_symbols for expression in wanted))
    if unknown := sorted(map(str, free - set(arguments.values()))):
        raise ValueError(f"no argument for {', '.join(unknown)}")
    parts, results = sympy.cse(wanted, symbols=sympy.numbered_symbols("$"), order="canonical")
    steps = "".join(f"const {name} = {_printed(value)};\n" for name, value in parts)
    values = ", ".join(_printed(result) for result in results)
    taken = ", ".join(str(symbol) for symbol in arguments.values())
    return f"const [{taken}] = v;\n{steps}return [{values}];"


def _printed(expression: Any) -> str:
    return str(_printer().doprint(expression))


@lru_cache(maxsize=1)
def _printer() -> Any:
    from sympy.printing.jscode import JavascriptCodePrinter

    class Printer(JavascriptCodePrinter):  # type: ignore[misc]
        """SymPy's printer, with as many digits as a float has."""

        def _print_Float(self, number: Any) -> str:  # noqa: N802
            return repr(float(number))

    return Printer()
