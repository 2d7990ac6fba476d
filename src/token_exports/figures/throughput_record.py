"""Published frontiers beside the roofline, with and without their own rows, as tables to draw."""

from collections.abc import Hashable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from token_exports.models import (
    benchmark_frontier,
    benchmark_rows,
    engine_speed,
    layout,
    throughput,
)
from token_exports.models.benchmark_frontier import FOUR_BIT_FLOATS, SPEED
from token_exports.models.engine_speed import EngineSpeed
from token_exports.models.roofline import Deployment
from token_exports.models.throughput import Workload
from token_exports.serving import Basis
from token_exports.uncertainty import Interval

LENGTHS = (8192.0, 1024.0)
FIRST_MODELS = ("MiniMax-M2.5", "DeepSeek-R1-0528")
PANELS, FEWEST_POINTS = 4, 4
STEPS = 16
NOTHING = 1e-9  # written tokens where no batch keeps the speed
KEYS = ["model", "accelerator", "precision"]
SEEN, UNSEEN = "roofline", "unseen"
Curves = dict[tuple[str, str, str], pd.DataFrame]
NEEDED = ("serving_benchmarks", "model_architectures", "accelerators", "assumptions")
RECORDED: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "two_paths_ratio": (
        "Factor between roofline and measured frontiers, median",
        "benchmark_frontier.frontier",
        NEEDED,
    ),
    "two_paths_unseen_ratio": (
        "Factor between roofline and measured frontiers it has not seen, median",
        "benchmark_frontier.frontier",
        NEEDED,
    ),
    "frontier_in_band_share": (
        "Points of measured frontiers within the roofline's 90% band",
        "benchmark_frontier.frontier",
        NEEDED,
    ),
}


def curves(rests_on: Basis) -> Curves:
    """Frontier and roofline of the best-measured pairs of model and chip at one pair of lengths.

    Both without drafts and with prompts and writing on the same accelerators.

    Returns
    -------
    dict
        (model, chip, format) to rows with user speed, ``kind`` and written tokens per second over
        all accelerators: ``low``, ``central``, ``high``. Kinds are ``point``, ``frontier``,
        ``roofline`` at the engine speed of its class, and ``unseen``, the same where the rows of
        the pair itself set none.
    """
    known = _plain_points(rests_on)
    if known.empty:
        return {}
    counts = known.groupby(KEYS).size()
    order = sorted(counts.index, key=lambda k: (_rank(k[0]), -counts[k], k))
    found: Curves = {}
    taken: set[tuple[str, str]] = set()
    for names in order:
        enough = counts[names] >= FEWEST_POINTS and len(found) < PANELS
        if enough and names[:2] not in taken:
            rows = known[(known[KEYS] == list(names)).all(axis=1)]
            found[names] = _curve(rows, rests_on, names)
            taken.add(names[:2])
    return found


def _plain_points(rests_on: Basis) -> pd.DataFrame:
    points = benchmark_frontier.points(rests_on.benchmarks)
    ways = [engine_speed.serving(row) for row in points.to_dict("records")]
    chosen = (
        points["input_tokens"].eq(LENGTHS[0])
        & points["output_tokens"].eq(LENGTHS[1])
        & points["model"].map(_shape).isin(rests_on.world.architectures)
        & points["accelerator"].isin(rests_on.world.accelerators)
        & ~points["speculative_decoding"].eq("mtp").fillna(False).astype(bool)
    )
    together = np.array(ways, dtype=object) == engine_speed.WAYS[0]
    found: pd.DataFrame = points[chosen.to_numpy(bool) & together]
    return found


def _rank(model: str) -> int:
    return FIRST_MODELS.index(model) if model in FIRST_MODELS else len(FIRST_MODELS)


def _shape(model: str) -> str:
    return benchmark_rows.SAME_SHAPE.get(model, model)


def _curve(rows: pd.DataFrame, rests_on: Basis, names: tuple[str, str, str]) -> pd.DataFrame:
    edge = benchmark_frontier.frontier(rows).assign(kind="frontier", central=lambda t: t["output"])
    points = rows.assign(kind="point", central=rows["output"])
    columns = ["benchmark_id", SPEED, "kind", "central"]
    parts = [points[columns], edge[columns]]
    grid = np.geomspace(rows[SPEED].min(), rows[SPEED].max(), STEPS)
    for kind, speed in _speeds(rests_on, names).items():
        ratios = {"low": speed.ratio.low, "central": speed.ratio.central, "high": speed.ratio.high}
        wanted = ratios if kind == SEEN else {"central": ratios["central"]}
        line = pd.DataFrame({SPEED: grid, "kind": kind, "engine_class": speed.label})
        rates = {name: _rates(rests_on, names, grid, ratio) for name, ratio in wanted.items()}
        parts.append(line.assign(**rates))
    return pd.concat(parts, ignore_index=True)


def _speeds(rests_on: Basis, names: tuple[str, str, str]) -> dict[str, EngineSpeed]:
    """Engine's speed of the class, and the same by the rows of other pairs or formats."""
    rows = rests_on.benchmarks
    formats_of = rows["precision"].replace(dict.fromkeys(FOUR_BIT_FLOATS, "fp4"))
    same = (rows[KEYS[:2]] == list(names[:2])).all(axis=1) & formats_of.eq(names[2])
    rest = rests_on.implied[~rests_on.implied["benchmark_id"].isin(rows.loc[same, "benchmark_id"])]
    asked: dict[Hashable, Any] = dict(zip(KEYS, names, strict=True))
    shape = rests_on.world.architectures[_shape(names[0])]
    asked |= {"serving": engine_speed.WAYS[0], "dense": shape.n_experts <= 1}
    tables = {SEEN: rests_on.implied, UNSEEN: rest}
    found = {kind: engine_speed.of_deployment(table, asked) for kind, table in tables.items()}
    return {kind: speed for kind, speed in found.items() if speed}


def _rates(
    rests_on: Basis, names: tuple[str, str, str], speeds: NDArray[np.float64], ratio: float
) -> NDArray[np.float64]:
    """Written tokens over all accelerators at users' speeds, each by its fastest layout."""
    work = Workload(
        input_tokens=LENGTHS[0],
        output_tokens=LENGTHS[1],
        interactivity_tok_per_s_per_user=speeds,
    )
    groups = layout.groups(plain(rests_on, names, ratio))
    rates = [throughput.throughput(each, work).output_tok_per_s_per_gpu for each in groups]
    return np.asarray(np.fmax.reduce([np.asarray(rate, dtype=float) for rate in rates]))


def plain(rests_on: Basis, names: tuple[str, str, str], ratio: float) -> Deployment:
    """Model, chip and format on one accelerator at an engine's speed."""
    model, chip, precision = names
    shape = rests_on.world.architectures[_shape(model)]
    accelerator = rests_on.world.accelerators[chip]
    return Deployment(
        shape=shape,
        accelerator=accelerator,
        precision=benchmark_rows.precision(precision, shape, accelerator),
        layout=layout.tensor_parallel(1.0),
        efficiencies=replace(rests_on.world.efficiencies, engine_speed_ratio=ratio),
    )


# ---- how far apart


def apart(drawn: Curves, kind: str) -> tuple[float, int]:
    """Median factor between a roofline and the frontiers' points, and how many were compared."""
    factors: list[float] = []
    for table in drawn.values():
        line, edge = table[table["kind"] == kind], table[table["kind"] == "frontier"]
        if len(line):
            at = _on_line(line, edge, "central")
            factors += list(np.exp(np.abs(np.log(at / edge["central"].to_numpy(float)))))
    return (float(np.median(factors)) if factors else float("nan")), len(factors)


def inside_count(drawn: Curves) -> int:
    """Points of the frontiers that lie in the roofline's band."""
    count = 0
    for table in drawn.values():
        line, edge = table[table["kind"] == SEEN], table[table["kind"] == "frontier"]
        if len(line):
            rates = edge["central"].to_numpy(float)
            above = _on_line(line, edge, "low") <= rates
            count += int((above & (rates <= _on_line(line, edge, "high"))).sum())
    return count


def _on_line(line: pd.DataFrame, edge: pd.DataFrame, name: str) -> NDArray[np.float64]:
    """A roofline at the frontier's speeds, next to nothing where it cannot keep them."""
    rates = np.log(line[name].fillna(NOTHING).to_numpy(float))
    grid = np.log(line[SPEED].to_numpy(float))
    at = np.log(edge[SPEED].to_numpy(float))
    return np.asarray(np.exp(np.interp(at, grid, rates)))


def quantities(drawn: Curves) -> Mapping[str, Interval | float | None]:
    """Values of ``RECORDED``."""
    (seen, count), (unseen, others) = apart(drawn, SEEN), apart(drawn, UNSEEN)
    return {
        "two_paths_ratio": seen if count else None,
        "two_paths_unseen_ratio": unseen if others else None,
        "frontier_in_band_share": inside_count(drawn) / count if count else None,
    }
