"""Time sweeps: points a second, what limits them, reports a minute, cost and memory as points grow.

Run by `make bench-sweep`; `--most 1000000` adds the largest size, `--reports 0` leaves out reports.
Everything runs in a copy of the repository whose cache belongs to this bench. Ratios come from runs
side by side on this machine; the hand-written arithmetic does no more than the formulas ask for.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import numpy as np
import pandas as pd
import psutil
import yaml
from numpy.typing import NDArray
from pipeline import copied

from token_exports.models.accelerator_hour import ServingInputs
from token_exports.sweep.quantities import rows
from token_exports.sweep.quantities.group import COST, Evaluator, Group
from token_exports.sweep.quantities.rows import Wanted

PROGRAM = str(Path(sys.executable).parent / "token-exports")
PRICE, USED = "electricity_price_usd_per_kwh.cn", "utilisation_share.cn"
DRAWS, TIMES, SAMPLE_S = 100, 5, 0.1
VARIED = {
    PRICE: {"from": 0.02, "to": 0.2, "scale": "log"},
    USED: {"from": 0.1, "to": 0.9},
    "pue_ratio.cn": {"from": 1.05, "to": 1.6},
    "gpu_price_usd.cn": {"from": 10_000, "to": 50_000, "scale": "log"},
    "served_in_china_share": {"from": 0.05, "to": 0.95},
    "energy_j_per_token": {"from": 0.2, "to": 4, "scale": "log"},
}
KEPT = ["02_token_cost:cn_*", "02_token_cost:ledger_*", "03_bitcoin_vs_tokens:*token*"]
PERIODS = ["2020-12", "2021-01", "2021-02", "2021-03"]


def seconds(act: Callable[[], object], times: int = TIMES) -> float:
    """Median time of something; it is done once before."""
    act()
    found = []
    for _ in range(times):
        begun = time.perf_counter()
        act()
        found.append(time.perf_counter() - begun)
    return median(found)


# ---- arithmetic


def by_hand(h: ServingInputs) -> list[NDArray[np.float64]]:
    """The seven quantities of a Chinese hour, each part computed once; the numpy limit."""
    hours = 8760 * h.utilisation_share
    chip = h.gpu_price_usd / h.gpu_lifetime_years / hours
    rate = h.cost_of_capital_share_per_year
    annuity = rate / (1 - (1 + rate) ** -h.gpu_lifetime_years)
    invested = h.gpu_price_usd * (1 + h.server_network_adder_ratio) / hours
    server = chip * h.server_network_adder_ratio
    capital = invested * (annuity - 1 / h.gpu_lifetime_years)
    hosting = h.it_power_kw * h.hosting_usd_per_kw_month * 12 / hours
    operations = invested * h.opex_share_per_year
    load = h.load_factor_share + h.idle_power_share * (1 / h.utilisation_share - 1)
    power = h.it_power_kw * load * h.pue_ratio * h.electricity_price_usd_per_kwh
    cost = power + chip + server + capital + hosting + operations
    values = [power / cost, power / (power + chip), power / (power + hosting + operations)]
    values += [(power + chip) / cost, (power + chip + server + capital) / cost]
    values += [chip / (cost - power), cost]
    ends = []
    for value in values:
        ordered = np.sort(value, axis=-1)
        ends += [ordered[:, int(0.05 * DRAWS)], ordered[:, int(0.95 * DRAWS)]]
    return ends


def arithmetic() -> dict[str, float]:
    """Microseconds a point of one family of quantities, in three ways."""
    made = Evaluator(Group("baseline", (f"n_draws={DRAWS}",), (PRICE, USED)))
    size = rows.BLOCK_VALUES // DRAWS
    rng = np.random.default_rng(1)
    frame = pd.DataFrame({PRICE: rng.uniform(0.02, 0.2, size), USED: rng.uniform(0.1, 0.9, size)})
    names = tuple(f"{COST}:cn_{name}" for name in HOUR)
    wanted = Wanted(names, {}, frozenset({f"{COST}/hours"}), {})
    columns = {name: frame[name].to_numpy()[:, None] for name in frame}
    inputs = made.hour_at(columns, "cn")
    alone = frame.iloc[:20]
    return {
        "plain loop": seconds(
            lambda: [rows.table(made, alone.iloc[[n]], wanted) for n in range(len(alone))], 3
        )
        / len(alone),
        "sweep": seconds(lambda: rows.table(made, frame, wanted)) / size,
        "numpy by hand": seconds(lambda: by_hand(inputs)) / size,
    }


HOUR = (
    "electricity_cost_share",
    "two_component_electricity_share",
    "running_cost_electricity_share",
    "gpu_plus_electricity_cost_share",
    "server_plus_electricity_cost_share",
    "gpu_in_other_cost_share",
    "cost_usd_per_h",
)


# ---- whole sweeps


def swept(home: Path, spec: dict[str, object], *arguments: str) -> tuple[float, float, int]:
    """Seconds that a sweep takes, peak memory of the command alone in MiB, bytes of its points."""
    path, out = home / "bench.yaml", home / "swept"
    shutil.rmtree(out, ignore_errors=True)
    path.write_text(yaml.safe_dump(spec), encoding="utf-8")
    command = [PROGRAM, "sweep", str(path), "--out", str(out), "--quiet", *arguments]
    begun = time.monotonic()
    running = psutil.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    peak = 0
    while running.poll() is None:
        try:
            peak = max(peak, running.memory_info().rss)
        except psutil.Error:
            break
        time.sleep(SAMPLE_S)
    took = time.monotonic() - begun
    if running.wait():
        sys.exit(f"{' '.join(command)} failed:\n{running.stderr.read()}")
    done = json.loads((out / "sweep.json").read_text(encoding="utf-8"))
    assert done["counts"]["done"] == done["n_points"], done["counts"]
    size = sum(file.stat().st_size for file in (out / "points").glob("*.parquet"))
    return took, peak / 2**20, size


def quantities(points: int) -> dict[str, object]:
    """A sweep of level quantities with so many points."""
    sample = {"method": "latin_hypercube", "points": points, "seed": 1}
    return {
        "title": "Bench",
        "level": "quantities",
        "set": {"n_draws": DRAWS},
        "sample": sample,
        "vary": VARIED,
        "keep": KEPT,
    }


def reports(periods: list[str]) -> dict[str, object]:
    """A sweep of whole reports; notebook 03 runs again at every point, the others do not."""
    return {"title": "Bench", "level": "reports", "vary": {"period_end": periods}}


def growth(home: Path, most: int) -> None:
    """Seconds and memory of sweeps of more and more points."""
    print("\npoints     seconds  points/s  peak MiB of the command  MB of points")
    count = 100
    while count <= most:
        took, peak, size = swept(home, quantities(count))
        print(f"{count:>9,} {took:8.1f} {count / took:9,.0f} {peak:12,.0f} {size / 1e6:22,.1f}")
        count *= 10


def per_minute(home: Path, count: int) -> None:
    """Reports a minute of one and of two workers, notebook 03 run for each."""
    print("\nreports, notebook 03 run for each")
    for workers in (1, min(2, os.cpu_count() or 1)):
        shutil.rmtree(home / ".cache" / "executed" / "03_bitcoin_vs_tokens", ignore_errors=True)
        took, peak, _ = swept(home, reports(PERIODS[:count]), "--workers", str(workers))
        rate = 60 * count / took
        print(f"{workers} workers: {took:6.1f} s, {rate:5.2f} a minute, command {peak:,.0f} MiB")


def main() -> None:
    """Print all measurements."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--most", type=int, default=100_000, help="Points of the largest sweep")
    parser.add_argument("--reports", type=int, default=len(PERIODS), help="Reports of a run")
    asked = parser.parse_args()
    found = arithmetic()
    print(f"seven quantities of an hour with their intervals, {DRAWS} draws, one core")
    for name, each in found.items():
        print(f"{name:14} {each * 1e6:8.1f} us a point, {found['sweep'] / each:6.2f} of the sweep")
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        copied(home)
        os.environ["TOKEN_EXPORTS_HOME"] = str(home)
        subprocess.run([PROGRAM, "report", "--quiet"], check=True, stdout=subprocess.DEVNULL)
        growth(home, asked.most)
        if asked.reports:
            per_minute(home, asked.reports)


if __name__ == "__main__":
    main()
