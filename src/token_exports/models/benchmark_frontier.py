"""The measured path: throughput at a user's speed, read between published benchmark points.

    frontier = points of one model, chip, format and lengths that no other point beats in both
               user speed and throughput
    ln throughput is linear in ln user speed between neighbours on the frontier

No value beyond the frontier's ends: there it is missing. Points of several engines, with and
without drafts, together or apart, share a frontier, because an operator may take any of them; the
answer names the rows that bound it.

Left out on purpose: smoothing, other lengths, correction for the age of the software.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

KEYS = ("model", "accelerator", "precision", "input_tokens", "output_tokens")
SPEED = "interactivity_tok_per_s_per_user"
FOUR_BIT_FLOATS = ("fp4", "nvfp4", "mxfp4")


class FrontierError(ValueError):
    """No benchmark of this model, chip, format and lengths."""


@dataclass(frozen=True, kw_only=True)
class Measured:
    """A value read off a frontier."""

    output_tok_per_s_per_gpu: float  # written tokens over all accelerators; missing off the ends
    total_tok_per_s_per_gpu: float  # the same with prompt tokens, none of them cached
    slowest_tok_per_s_per_user: float  # ends of the frontier
    fastest_tok_per_s_per_user: float
    rows: tuple[str, ...]  # benchmarks on either side


def points(benchmarks: pd.DataFrame) -> pd.DataFrame:
    """Rows that state user speed and written tokens over all accelerators.

    Where a row counts prompt and written tokens, written ones follow from the lengths.
    """
    rows = benchmarks[
        benchmarks["accelerators_basis"].eq("all") & benchmarks["phase"].eq("mixed")
    ].copy()
    numbers = [*KEYS[3:], SPEED, "throughput_tok_per_s_per_gpu"]
    rows[numbers] = rows[numbers].astype("Float64").astype(float)
    ratio = 1 + rows["input_tokens"] / rows["output_tokens"]
    counted = rows["throughput_tok_per_s_per_gpu"]
    rows["output"] = counted.where(rows["tokens_basis"].eq("output"), counted / ratio)
    rows.loc[~rows["tokens_basis"].isin(["output", "total"]), "output"] = np.nan
    rows["precision"] = rows["precision"].replace(dict.fromkeys(FOUR_BIT_FLOATS, "fp4"))
    return rows.dropna(subset=[*KEYS, SPEED, "output"])


def select(benchmarks: pd.DataFrame, **keys: str | float) -> pd.DataFrame:
    """Points of one model, chip, format and lengths.

    Raises
    ------
    FrontierError
        There are none; the message lists what the model was measured on.
    """
    known = points(benchmarks)
    same = known
    for name, value in keys.items():
        wanted = "fp4" if value in FOUR_BIT_FLOATS else value
        same = same[same[name] == wanted]
    if same.empty:
        of_model = known[known["model"] == keys.get("model")]
        lines = of_model[list(KEYS[1:])].drop_duplicates().to_dict("records")
        measured = "; ".join(" ".join(f"{v}" for v in line.values()) for line in lines)
        asked = " ".join(str(value) for value in keys.values())
        raise FrontierError(f"no benchmark of {asked}; measured: {measured or 'nothing'}")
    return same


def frontier(same: pd.DataFrame) -> pd.DataFrame:
    """Points that no other point beats, from the slowest user to the fastest."""
    ranked = same.sort_values([SPEED, "output"], ascending=[False, False])
    best = ranked["output"].cummax()
    first = ranked["output"].gt(best.shift(fill_value=-np.inf))
    return ranked[first].sort_values(SPEED)


def at_speed(edge: pd.DataFrame, speed_tok_per_s_per_user: float) -> Measured:
    """Throughput on a frontier at a user's speed.

    Parameters
    ----------
    edge
        Points of one frontier, as from ``frontier``.
    speed_tok_per_s_per_user
        Output speed a user sees.
    """
    speeds, outputs = edge[SPEED].to_numpy(float), edge["output"].to_numpy(float)
    inside = speeds[0] <= speed_tok_per_s_per_user <= speeds[-1]
    output, rows = float("nan"), tuple[str, ...]()
    if inside:
        logs = np.interp(np.log(speed_tok_per_s_per_user), np.log(speeds), np.log(outputs))
        output = float(np.exp(logs))
        below = edge[edge[SPEED] <= speed_tok_per_s_per_user]["benchmark_id"].iloc[-1]
        above = edge[edge[SPEED] >= speed_tok_per_s_per_user]["benchmark_id"].iloc[0]
        rows = tuple(dict.fromkeys((str(below), str(above))))
    lengths = edge[["input_tokens", "output_tokens"]].iloc[0]
    return Measured(
        output_tok_per_s_per_gpu=output,
        total_tok_per_s_per_gpu=output * float(1 + lengths.iloc[0] / lengths.iloc[1]),
        slowest_tok_per_s_per_user=float(speeds[0]),
        fastest_tok_per_s_per_user=float(speeds[-1]),
        rows=rows,
    )
