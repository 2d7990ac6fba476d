"""What a person asks the terminal to print: parameters, one prediction."""

import json
from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.table import Table

from token_exports import parameters as model
from token_exports import scenarios
from token_exports.assumptions import Assumptions


def parameters(scenario: str) -> None:
    """Print parameters, scenarios and assumptions as tables."""
    console = Console()
    settings = scenarios.resolve(scenario)
    for notebook, values in settings.notebooks.items():
        table = Table(
            "parameter", "value", "allowed", "meaning", title=notebook, title_justify="left"
        )
        for name, field in type(values).model_fields.items():
            if name != "overrides":
                allowed = model.allowed(type(values), name)
                table.add_row(name, str(getattr(values, name)), allowed, field.description)
        console.print(table)
    table = Table("scenario", "what it changes", title="scenarios", title_justify="left")
    for name in scenarios.names():
        table.add_row(name, scenarios.load(name).title)
    console.print(table)
    table = Table(
        "assumption",
        "region",
        "variant",
        "5%",
        "central",
        "95%",
        title="assumptions",
        title_justify="left",
    )
    for row in Assumptions().rows:
        points = [f"{value:g}" for value in (row.low, row.central, row.high)]
        table.add_row(row.parameter, row.region, row.variant, *points)
    console.print(table)


def prediction(found: Mapping[str, Any], *, as_json: bool) -> None:
    """Print a prediction: what was asked, the classes of tokens, the whole, where it is from."""
    from token_exports import predict

    if as_json:
        print(json.dumps(found, indent=1))
        return
    console = Console(soft_wrap=True)
    asked, whole, rests_on = found["asked"], found["whole"], found["provenance"]
    console.print(
        f"[b]{asked['model']} on {asked['accelerator']}[/b], {asked['precision']}, served"
        f" {asked['serving']}, {asked['region'].upper()} {asked['electricity']}: prompts of"
        f" {asked['input_tokens']:g} tokens, {asked['cached_prompt_share']:.0%} cached, answers of"
        f" {asked['output_tokens']:g}, {asked['interactivity_tok_per_s_per_user']:g} tok/s a user"
    )
    units = ("tok_per_s_per_gpu", "j_per_token", "usd_per_mtok")
    table = Table("roofline", "tok/s per accelerator", "that", "J/token", "USD/Mtok")
    for name, row in found["classes"].items():
        rate, energy, cost = (predict.shown(row[unit], unit) for unit in units)
        table.add_row(predict.CLASSES[name][0], rate, row["basis"], energy, cost)
    console.print(table)
    for name in predict.WHOLE:
        console.print(f"{WHOLE_WORDS[name]}: {predict.shown(whole[name], name)}")
    cost, share = whole["request_cost_usd"], whole["electricity_cost_share"]
    console.print(
        f"a request costs {predict.shown(cost, 'request_cost_usd')} USD, electricity"
        f" {predict.shown(share, 'electricity_cost_share')} of it"
    )
    speed = predict.shown(rests_on["engine_speed_ratio"], "engine_speed_ratio")
    console.print(
        f"engine speed {speed} of the roofline: class {rests_on['engine_class']},"
        f" {rests_on['engine_benchmarks_count']} benchmarks; user's speed kept in"
        f" {whole['speed_kept_share']:.1%} of the draws"
    )
    groups = {name: rests_on[name] for name in ("writers", "readers")}
    for name, group in groups.items():
        console.print(
            f"{name}: {group['accelerators_count']:g} accelerators,"
            f" {group['attention_ranks_count']:g} attention ranks"
        )
    console.print(_frontier_words(found["measured"]))
    console.print(f"tables: {', '.join(rests_on['tables'])}")


WHOLE_WORDS = {
    "output_tok_per_s_per_gpu": "output tokens a second over all accelerators",
    "computed_tok_per_s_per_gpu": "output and fresh prompt tokens a second over all accelerators",
    "batch_count": "sequences at once",
}


def _frontier_words(found: Mapping[str, Any]) -> str:
    if "reason" in found:
        return f"[b]measured[/b]: {found['reason']}"
    span = f"{found['slowest_tok_per_s_per_user']:.3g} to {found['fastest_tok_per_s_per_user']:.3g}"
    if not found["rows"]:
        return f"[b]measured[/b]: published for users' speeds of {span} tok/s only"
    return (
        f"[b]measured[/b]: {found['output_tok_per_s_per_gpu']:.4g} output tokens a second over all"
        f" accelerators, between {' and '.join(found['rows'])}"
    )
