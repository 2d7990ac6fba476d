"""Snapshot inside the package model-prices, version 0.0.5: its shape, with entries of its own."""

import json

COMMIT = "https://github.com/sst/models.dev/commit/"


def step(day, prices, basis="models.dev commit", **others):
    """Prices from a moment on: input, output and, where there is one, cache read."""
    names = ("input", "output", "cache_read", "cache_write")
    rates = dict(zip(names, map(float, prices), strict=False))
    moment = f"{day}T16:00:00Z"
    rates |= {"source": f"{COMMIT}241a9864813e", "valid_from": moment, "valid_from_basis": basis}
    return {"rates": rates | others, "start": moment}


TIER = {"above": 272_000, "input": 8.0, "output": 30.0, "cache_read": 0.8, "cache_write": 10.0}

PRICES = {
    "openai": {
        "gpt-5.6-sol": {  # as the table has it, the last step without a change of price
            "batch": [{"rates": None, "start": None}, step("2026-07-09", (2.5, 15))],
            "standard": [
                step("2026-07-09", (5, 30, 0.5, 6.25)),
                step("2026-08-21", (4, 20, 0.4, 5), "documented", tiers=[TIER]),
                step("2026-08-25", (4, 20, 0.4, 5), tiers=[TIER]),
            ],
        },
        "gpt-7-luna": {"standard": [step("2026-10-20", (1, 6))]},
    },
    "deepseek": {
        "deepseek-v4-pro": {
            "standard": [
                step("2026-04-24", (1.74, 3.48, 0.145)),
                step("2026-05-25", (0.435, 0.87, 0.003625)),
                step("2026-08-16", (0.66, 1.98, 0.022), "documented"),
                step("2026-10-02", (0.66, 1.98, 0.022)),
            ]
        }
    },
    "zai": {"glm-5.3": {"standard": [step("2026-08-25", (1.4, 4.4, 0.26, 0))]}},
}
SCHEDULE = [
    {
        "provider": "deepseek",
        "valid_from": "2025-02-26T16:30:00Z",
        "valid_until": "2025-09-05T16:00:00Z",
        "off_peak_multiplier": {"deepseek-chat": 0.5},
    },
    {
        "provider": "deepseek",
        "valid_from": "2026-08-16T16:00:00Z",
        "peak_multiplier": 2.0,
        "peak_hours_utc": [["01:00", "04:00"], ["06:00", "10:00"]],
    },
]


def snapshot(prices=None, **others):
    """The file."""
    found = {
        "schema": 1,
        "updated_at": "2026-10-26T18:46:35Z",
        "prices": PRICES if prices is None else prices,
        "schedules": {"holidays": {}, "schedule": SCHEDULE},
        "aliases": {},
        "plans": [],
    }
    return json.dumps(found | others).encode()


def changed(provider, model, *steps):
    """The file with further steps of one model."""
    prices = json.loads(json.dumps(PRICES))
    prices[provider][model]["standard"] += steps
    return snapshot(prices)


SAMPLES = {"model-prices/list-prices": [snapshot()]}


def answer(host, path, query):
    """The file, as if the package were a host."""
    return snapshot() if (host, path) == ("model_prices", "/snapshot.json") else None
