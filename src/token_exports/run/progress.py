"""What a run tells while it goes on; who shows it, and how, is decided elsewhere."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from token_exports.results import Failure

Event = Mapping[str, Any]


@dataclass(frozen=True)
class Progress:
    """Sends every event to one function; the default says nothing."""

    tell: Callable[[Event], None] = lambda event: None
    _one: Lock = field(default_factory=Lock, repr=False)

    def _tell(self, event: Event) -> None:
        """Pass an event on; notebooks run in threads, and their events come one by one."""
        with self._one:
            self.tell(event)

    def waiting(self, folder: str, process: str) -> None:
        """Another run builds the same report."""
        self._tell({"event": "waiting", "folder": folder, "process": process})

    def planned(self, kept: list[str], to_run: Mapping[str, float | None]) -> None:
        """Notebooks whose outputs are reused, and those to run with the seconds of last time."""
        self._tell({"event": "planned", "kept": kept, "expected_s": dict(to_run)})

    def cell(self, notebook: str, cell: str, *, done: int, total: int, share: float) -> None:
        """One more cell has run; ``share`` of the work is done, by the times of last run."""
        self._tell(
            {
                "event": "cell",
                "notebook": notebook,
                "cell": cell,
                "done": done,
                "total": total,
                "share": round(share, 3),
            }
        )

    def finished(self, notebook: str, duration_s: float, failure: "Failure | None") -> None:
        """A notebook has ended."""
        error = {"error": failure.error, "cell": failure.cell_id} if failure else {}
        self._tell(
            {"event": "notebook", "notebook": notebook, "duration_s": round(duration_s, 2), **error}
        )

    def points(self, state: Mapping[str, Any]) -> None:
        """How far a sweep is: points done, failed and in all, a second, and seconds left."""
        self._tell({"event": "points", **state})

    def stage(self, name: str) -> None:
        """The run goes over to rendering or publishing."""
        self._tell({"event": "stage", "stage": name})

    def notice(self, text: str) -> None:
        """Something worth a line, such as a damaged cache entry."""
        self._tell({"event": "notice", "text": text})

    def ended(self, **what: Any) -> None:
        """Last event of a run."""
        self._tell({"event": "report", **what})
