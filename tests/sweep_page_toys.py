"""Small sweeps whose answers are known: price and utilisation, and what they make of a share."""

import numpy as np
import pandas as pd

PRICE, USE, CHIP = "electricity_price_usd_per_kwh.cn", "utilisation_share.cn", "cn_accelerator"
SHARE, COST = "02_token_cost:cn_electricity_cost_share", "02_token_cost:cn_cost_usd_per_h"
CLAIM, STEADY = "tokens_are_electricity_exports", "h100_30000"
DRAW_KW = {"h800-sxm": 1.2, "h20": 0.9}
FIXED_USD_PER_H = 0.09
RUNNING_KW = 0.5

RECORD = {
    "project": "token-exports",
    "kind": "sweep",
    "key": "k",
    "title": "When is electricity half of a token?",
    "state": "done",
    "versions": {"python": "3.13", "commit": "abc"},
    "quantities": {
        SHARE: {
            "label": "Electricity in full cost, China",
            "unit": "share",
            "formula": "",
            "kind": "interval",
        },
        COST: {
            "label": "Full cost of a serving hour, China",
            "unit": "usd_per_h",
            "formula": "",
            "kind": "interval",
        },
    },
    "constant": {
        "02_token_cost:h100_us_price_usd": {"central": 27000.0, "low": 20000.0, "high": 38000.0}
    },
    "constant_verdicts": {STEADY: "depends-on-basis"},
    "times": [
        {
            "started": "2026-10-12T10:00:00+00:00",
            "ended": "2026-10-12T10:00:20+00:00",
            "points": 100,
            "workers": 2,
            "worker_seconds": 38.0,
        }
    ],
}


def computed(points):
    """Rows of a dataset: the share falls with use and rises with the price."""
    draw = points[CHIP].map(DRAW_KW).astype(float) if CHIP in points else 1.2
    price, use = (
        np.asarray(points.get(name, default)) for name, default in ((PRICE, 0.08), (USE, 0.5))
    )
    power = draw * price * (use + RUNNING_KW * (1 - use))
    cost = power + FIXED_USD_PER_H / use
    share = power / cost
    table = pd.DataFrame({SHARE: share, COST: cost}, index=points.index)
    for name, (low, high) in ((SHARE, (0.6, 1.5)), (COST, (0.7, 1.8))):
        table[f"{name}.low"], table[f"{name}.high"] = table[name] * low, table[name] * high
    verdict = np.select(
        [share >= 0.5, share >= 0.33], ["supported", "within-uncertainty"], "contradicted"
    )
    table[f"verdict.{CLAIM}"] = pd.Categorical(verdict)
    done = {"status": "done", "error": "", "duration_s": 0.01, "attempts": 1}
    return pd.concat(
        [points.rename_axis("point").reset_index(), table.assign(**done).reset_index(drop=True)],
        axis=1,
    )


def record(spec, **more):
    """Content of ``sweep.json`` for a sweep file with the defaults filled in."""
    whole = {
        "title": RECORD["title"],
        "level": "quantities",
        "scenario": "baseline",
        "set": {},
        "vary": {},
        "points": [],
    }
    whole |= {"show": {"response": [], "claims": []}, **spec}
    return {**RECORD, "spec": whole, **more}


def grid(prices=9, uses=7, chips=()):
    """A grid and its record."""
    spec = {
        "sample": {"method": "grid"},
        "vary": {
            PRICE: {"from": 0.02, "to": 0.2, "steps": prices, "scale": "log"},
            USE: {"from": 0.1, "to": 0.9, "steps": uses, "scale": "linear"},
        },
    }
    sides = {PRICE: np.geomspace(0.02, 0.2, prices), USE: np.linspace(0.1, 0.9, uses)}
    if chips:
        spec["vary"][CHIP], sides[CHIP] = list(chips), list(chips)
    points = pd.MultiIndex.from_product(sides.values(), names=sides).to_frame(index=False)
    return record(spec, n_points=len(points)), computed(points)


def line(prices=9):
    """One axis and its record."""
    spec = {"vary": {PRICE: {"from": 0.02, "to": 0.2, "steps": prices, "scale": "linear"}}}
    points = pd.DataFrame({PRICE: np.linspace(0.02, 0.2, prices)})
    return record(spec, n_points=prices), computed(points)


def sample(count=400, seed=1):
    """A sample of three axes, one of them of two chips, and its record."""
    draws = np.random.default_rng(seed)
    points = pd.DataFrame(
        {
            PRICE: np.exp(draws.uniform(np.log(0.02), np.log(0.2), count)),
            USE: draws.uniform(0.1, 0.9, count),
            CHIP: draws.choice(list(DRAW_KW), count),
        }
    )
    spec = {
        "sample": {"method": "latin_hypercube", "points": count, "seed": seed},
        "vary": {
            PRICE: {"from": 0.02, "to": 0.2, "scale": "log"},
            USE: {"from": 0.1, "to": 0.9, "scale": "linear"},
            CHIP: list(DRAW_KW),
        },
    }
    return record(spec, n_points=count), computed(points)


def listed():
    """Five points, of which two leave a name out, and their record."""
    rows = [
        {PRICE: 0.03, USE: 0.2},
        {PRICE: 0.08, USE: 0.5},
        {PRICE: 0.12},
        {PRICE: 0.15, USE: 0.9},
        {USE: 0.3},
    ]
    points = pd.DataFrame(rows)
    spec = {"sample": {"method": "list"}, "points": rows}
    return record(spec, n_points=len(rows)), computed(
        points.fillna({PRICE: 0.08, USE: 0.5})
    ).assign(**{name: points[name] for name in points})


def failing(frame, rows, error):
    """The same dataset in which some points failed."""
    frame = frame.copy()
    made = [name for name in frame if ":" in name or name.startswith("verdict.")]
    frame.loc[rows, made] = np.nan
    frame.loc[rows, "status"], frame.loc[rows, "error"] = "failed", error
    return frame
