"""Parameters of the three notebooks: one typed model each, with unit, range and meaning.

The first code cell of a notebook, the defaults here and ``data/scenarios/baseline.yaml`` say the
same; a test keeps them together.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
)

from token_exports.data import nearest
from token_exports.models import windows
from token_exports.models.selection import Selection

MOST_DAYS = 31
Month = Annotated[str, Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")]


class ParameterError(ValueError):
    """A parameter is unknown, of the wrong type or out of its range."""


def _points(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _window(text: str) -> str:
    days = windows.parse(text).days_count
    if days > MOST_DAYS:
        raise ValueError(f"{days} days; a window has at most {MOST_DAYS}")
    return text


def _shares(value: float | tuple[float, float, float]) -> float | tuple[float, float, float]:
    points = value if isinstance(value, tuple) else (value,)
    if not (list(points) == sorted(points) and points[0] >= 0 and points[-1] <= 1):
        raise ValueError("shares lie between 0 and 1, low, central and high in this order")
    return value


Override = Annotated[float | tuple[float, float, float], BeforeValidator(_points)]
StatedShare = Annotated[Override, AfterValidator(_shares)]
WindowText = Annotated[str, BeforeValidator(str), AfterValidator(_window)]


class Parameters(BaseModel):
    """What every notebook takes."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    assumptions: ClassVar[frozenset[str] | None] = None
    """Assumptions that the notebook looks up, where these are few: no other override reaches it."""

    @classmethod
    def takes(cls, override: str) -> bool:
        """Whether an override of this name, perhaps with a region, can matter to the notebook."""
        return cls.assumptions is None or override.partition(".")[0] in cls.assumptions

    @field_validator("*", mode="before")
    @classmethod
    def _no_switch_for_a_number(cls, value: Any, info: ValidationInfo) -> Any:
        if isinstance(value, bool) and cls.model_fields[str(info.field_name)].annotation is int:
            raise ValueError("a whole number is needed, not true or false")
        return value

    as_of: dt.date | None = Field(
        None,
        description="Use only facts public on this day; empty uses all facts",
        ge=dt.date(2015, 1, 1),
    )
    overrides: dict[str, Override] = Field(
        default_factory=dict,
        description="Assumptions replaced in this run: one value, or low, central and high",
    )


class Drawn(Parameters):
    """A notebook that draws from the assumptions."""

    seed: int = Field(20260226, ge=0, le=2**32 - 1, description="Seed of all draws")
    n_draws: int = Field(
        20_000, ge=100, le=1_000_000, description="Draws of every uncertain assumption"
    )


class OpenRouterShare(Parameters):
    """What the share of tokens counts: window, models, unit, denominator and origin."""

    model_config = ConfigDict(title="OpenRouter share")
    assumptions: ClassVar[frozenset[str] | None] = frozenset({"interactivity_tok_per_s_per_user"})

    window: WindowText = Field(
        "2026-02-11/2026-02-17",
        description="Days that the share counts: first/last, an ISO week, or the last of seven",
        json_schema_extra={"allowed": "first/last day | ISO week as 2026-W08 | last of seven days"},
    )
    top_n: int = Field(
        10,
        ge=1,
        le=20,
        description="Models that make up the leaderboard",
        json_schema_extra={"unit": "count"},
    )
    mix_week_end: dt.date = Field(
        dt.date(2026, 2, 22),
        description="Last day of the ISO week with the token mix (prompt, cached, output)",
    )
    denominator: Literal["top_n", "platform"] = Field(
        "top_n", description="Total that the headline share is taken of"
    )
    unit: Literal["tokens", "computed_tokens", "output_tokens", "requests", "list_spend_usd"] = (
        Field("tokens", description="What the headline share counts")
    )
    stealth: Literal["by_slug", "resolved"] = Field(
        "by_slug", description="Preview models by their slug, or by the lab later revealed"
    )
    origin_basis: Literal["author", "weights"] = Field(
        "author", description="Origin of a model by its developer, or by its base weights"
    )
    include_free: bool = Field(True, description="Count models that are free of charge")
    min_age_days: int = Field(
        0,
        ge=0,
        le=365,
        description="Leave out a model's tokens until it is this old",
        json_schema_extra={"unit": "days"},
    )
    served_in_china: dict[str, StatedShare] = Field(
        default_factory=dict,
        description="Part of a lab's tokens computed in China; other labs as they declare",
        json_schema_extra={"allowed": "lab to share, or to low, central and high"},
    )

    @property
    def study(self) -> windows.Window:
        """Window of the study."""
        return windows.parse(self.window)

    @property
    def selection(self) -> Selection:
        """What is left out."""
        return Selection(self.include_free, self.min_age_days)


class ServedInChina(Drawn):
    """A notebook that costs a token computed in China."""

    cn_accelerator: Literal[
        "h20", "h800-sxm", "h100-sxm", "h200", "b200", "b300", "ascend-910b", "ascend-910c"
    ] = Field("h800-sxm", description="Accelerator that serves in China")
    cn_electricity: Literal[
        "national_industrial",
        "subsidised_hub",
        "unsubsidised_hub",
        "east_coast",
        "claimed_best_case",
        "us_industrial",
        "virginia",
        "iowa",
        "texas",
    ] = Field("national_industrial", description="Price class of electricity in China")


class TokenCost(ServedInChina):
    """Accelerators and electricity of the two regions."""

    model_config = ConfigDict(title="Token cost")

    us_accelerator: Literal["h100-sxm", "h200", "b200", "b300", "gb200", "mi355x"] = Field(
        "h100-sxm", description="Accelerator that serves in the United States"
    )
    us_electricity: Literal["national_industrial", "us_industrial", "virginia", "iowa", "texas"] = (
        Field("national_industrial", description="Price class of electricity in the United States")
    )
    serving: Literal["wide", "apart", "together"] = Field(
        "wide",
        description="Prompts and writing on many accelerators tuned by hand, apart, or on the same",
    )
    traffic: Literal["own", "minimax-m2.5", "claude-opus-4.6", "deepseek-v3.2", "disclosed_day"] = (
        Field("own", description="Token mix and lengths of requests that costs are taken over")
    )


class BitcoinVsTokens(ServedInChina):
    """Energy series, periods and the basis of energy per token."""

    model_config = ConfigDict(title="Bitcoin and tokens")

    energy_series: Literal["revised_2023", "legacy_pre_2023"] = Field(
        "revised_2023", description="Vintage of the Cambridge electricity estimate"
    )
    include_derived: bool = Field(
        True, description="Extend the estimate past its last month by hashrate times efficiency"
    )
    period_start: Month = Field("2019-09", description="First month of China's mining total")
    period_end: Month = Field("2021-06", description="Last month of China's mining total")
    token_week_end: dt.date = Field(
        dt.date(2026, 2, 22), description="Last day of the token week that is compared"
    )
    energy_basis: Literal["deepseek", "benchmark", "broker", "ecologits"] = Field(
        "deepseek",
        description="Energy per token: production-derived, benchmark, broker's or calculator's",
    )
    revenue_basis: Literal["list", "effective", "paid"] = Field(
        "effective",
        description="Revenue: all at list price, cached prompts at their own, or paid tokens only",
    )


NOTEBOOKS: dict[str, type[Parameters]] = {
    "01_openrouter_share": OpenRouterShare,
    "02_token_cost": TokenCost,
    "03_bitcoin_vs_tokens": BitcoinVsTokens,
}


def validated(notebook: str, values: Mapping[str, Any]) -> Parameters:
    """Parameters of a notebook from plain values.

    Raises
    ------
    ParameterError
        Names parameter, value and what is allowed.
    """
    model = NOTEBOOKS[notebook]
    try:
        return model(**values)
    except ValidationError as fault:
        lines = [_explain(model, error) for error in fault.errors()]
        raise ParameterError(f"{notebook}: " + "; ".join(lines)) from None


def read(notebook: str, names: Mapping[str, Any]) -> Any:
    """Parameters from the variables of a running notebook, validated again."""
    return validated(notebook, {k: names[k] for k in NOTEBOOKS[notebook].model_fields})


def _explain(model: type[Parameters], error: Any) -> str:
    name = str(error["loc"][0])
    if error["type"] == "extra_forbidden":
        return f"no parameter {name!r}; {nearest(name, model.model_fields)}"
    what = ".".join([name, *(str(part) for part in error["loc"][1:2])])
    reason = error["msg"].removeprefix("Value error, ")
    return f"{what} = {error['input']!r}: {reason[0].lower()}{reason[1:]}"


def allowed(model: type[Parameters], name: str) -> str:
    """Allowed values of a parameter in words, for help and for the report."""
    schema = model.model_json_schema()["properties"][name]
    if "allowed" in schema:
        return str(schema["allowed"])
    options = schema.get("enum") or ([schema["const"]] if "const" in schema else [])
    if options:
        return " | ".join(map(str, options))
    if "minimum" in schema and "maximum" in schema:
        return f"{schema['minimum']:,} to {schema['maximum']:,}"
    kinds = [schema, *schema.get("anyOf", [])]
    words = {"date": "a date", "integer": "a whole number", "boolean": "true or false"}
    for kind in kinds:
        word = words.get(str(kind.get("format"))) or words.get(str(kind.get("type")))
        if word:
            return word
    return "name to value" if schema.get("type") == "object" else "text"


def unit(model: type[Parameters], name: str) -> str:
    """Unit of a parameter, empty for dates and choices."""
    extra = model.model_fields[name].json_schema_extra
    return str(extra.get("unit", "")) if isinstance(extra, dict) else ""
