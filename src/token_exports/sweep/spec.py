"""A sweep file: what is varied, how it is sampled, what is computed and what is kept.

Forms only; whether a name exists and a value is allowed is asked where scenarios are known.
"""

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    model_validator,
)

ASSUMED = "assumed"
PART_POINTS = {"quantities": 10_000, "reports": 1}
"""Points per part of the dataset where the file does not say."""
MERELY_SHOWN = {"title", "description", "show", "retries"}
"""Keys of a file that decide on no value."""
FORMS = "give from and to, a list of values, or the word assumed"


class SweepError(ValueError):
    """A sweep file that is malformed, or that names what does not exist or is not allowed."""


def _no_switch(value: Any) -> Any:
    if isinstance(value, bool):
        raise ValueError("a number is needed, not true or false")
    return value


Number = Annotated[float, BeforeValidator(_no_switch), Field(allow_inf_nan=False)]
Count = Annotated[int, BeforeValidator(_no_switch)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=False)


class Range(_Strict):
    """Values from one number to a larger one, in ``steps`` of a grid or anywhere in a sample."""

    low: Number = Field(alias="from")
    high: Number = Field(alias="to")
    steps: Annotated[Count, Field(ge=2, le=1_000_000)] | None = None
    scale: Literal["linear", "log"] = "linear"

    @model_validator(mode="after")
    def _in_order(self) -> "Range":
        if self.low >= self.high:
            raise ValueError(f"from {self.low:g} to {self.high:g}: from must be below to")
        if self.scale == "log" and self.low <= 0:
            raise ValueError(f"from {self.low:g}: a log scale starts above 0")
        return self


def _form(stated: Any) -> str | None:
    """Tag of the form in which the values of a name are stated."""
    if isinstance(stated, Range | dict):
        return "range"
    if isinstance(stated, list | tuple):
        return "values"
    return ASSUMED if stated == ASSUMED else None


Stated: TypeAlias = Range | tuple[Any, ...] | Literal["assumed"]
_Tagged = Annotated[
    Annotated[Range, Tag("range")]
    | Annotated[tuple[Any, ...], Field(min_length=1), Tag("values")]
    | Annotated[Literal["assumed"], Tag(ASSUMED)],
    Discriminator(_form, custom_error_type="form", custom_error_message=FORMS),
]


class Sample(_Strict):
    """How points are chosen."""

    method: Literal["grid", "list", "latin_hypercube", "sobol"] = "grid"
    points: Annotated[Count, Field(ge=1)] | None = None
    seed: Annotated[Count, Field(ge=0, lt=2**32)] | None = None

    @model_validator(mode="after")
    def _of_the_method(self) -> "Sample":
        if self.drawn and self.points is None:
            raise ValueError(f"method {self.method} needs points: how many to draw")
        if not self.drawn and (self.points is not None or self.seed is not None):
            raise ValueError(f"points and seed belong to a drawn sample, not to a {self.method}")
        return self

    @property
    def drawn(self) -> bool:
        """Whether points are drawn at random."""
        return self.method in ("latin_hypercube", "sobol")


class Show(_Strict):
    """What the page of the sweep shows; the page chooses where nothing is said."""

    response: tuple[str, ...] = ()
    across: tuple[str, str] | None = None
    heat: str | None = None
    claims: tuple[str, ...] = ()


class Spec(_Strict):
    """Content of a sweep file."""

    title: Annotated[str, Field(min_length=1)]
    description: str = ""
    level: Literal["quantities", "reports"] = "quantities"
    scenario: str = "baseline"
    fixed: dict[str, Any] = Field(default_factory=dict, alias="set")
    sample: Sample = Sample()
    vary: dict[str, _Tagged] = Field(default_factory=dict)
    points: tuple[dict[str, Any], ...] = ()
    keep: tuple[str, ...] = ()
    retries: Annotated[Count, Field(ge=0, le=10)] = 1
    part_points: Annotated[Count, Field(ge=1, le=1_000_000)] | None = None
    show: Show = Show()

    @model_validator(mode="after")
    def _one_way_to_vary(self) -> "Spec":
        listed = self.sample.method == "list"
        if listed and self.vary:
            raise ValueError("method list takes points, not vary")
        if not listed and self.points:
            raise ValueError(f"points belong to method list, not to {self.sample.method}")
        if not self.names:
            raise ValueError(f"nothing is varied: {'points' if listed else 'vary'} names nothing")
        if both := sorted(set(self.fixed) & set(self.names)):
            raise ValueError(f"{', '.join(both)}: both set and varied; leave it out of one")
        self._require_steps()
        return self

    def _require_steps(self) -> None:
        for name, stated in self.vary.items():
            if not isinstance(stated, Range):
                continue
            if self.sample.drawn and stated.steps is not None:
                raise ValueError(f"vary: {name}: steps = {stated.steps}: a sample has no steps")
            if not self.sample.drawn and stated.steps is None:
                raise ValueError(f"vary: {name}: a range in a grid needs steps")

    @property
    def names(self) -> tuple[str, ...]:
        """Varied names in the order of the file."""
        return tuple(self.vary) or tuple(dict.fromkeys(k for point in self.points for k in point))

    @property
    def points_per_part(self) -> int:
        """Points per part of the dataset."""
        return self.part_points or PART_POINTS[self.level]

    def stated(self) -> dict[str, Any]:
        """Plain content, with the keys of the file; what it does not state has its default."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)
