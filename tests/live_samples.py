"""Documented shapes of all sources, and what each publisher answers."""

import live_benchmarks
import live_bitcoin
import live_catalogue
import live_electricity
import live_openrouter
import live_prices

MODULES = (
    live_openrouter,
    live_catalogue,
    live_prices,
    live_bitcoin,
    live_electricity,
    live_benchmarks,
)
SAMPLES = {name: bodies for module in MODULES for name, bodies in module.SAMPLES.items()}
ANSWERS = [module.answer for module in MODULES]
