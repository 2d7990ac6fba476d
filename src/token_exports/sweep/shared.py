"""Work that several jobs need: submitted when the first one starts, let go after the last."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from token_exports.sweep.work import Job, Shared

Submit = Callable[[Shared], Any]


@dataclass
class SharedWork:
    """Futures of shared work by key.

    Attributes
    ----------
    submit
        Starts shared work and gives back its future.
    retries
        How often work that raised is done again; then every job that needs it has failed.
    """

    submit: Submit
    retries: int
    _waiting: Counter[str] = field(default_factory=Counter)
    _futures: dict[str, Any] = field(default_factory=dict)
    _faults: Counter[str] = field(default_factory=Counter)
    _dead: dict[str, str] = field(default_factory=dict)

    def expect(self, jobs: Iterable[Job]) -> None:
        """Count who will need what."""
        for job in jobs:
            self._waiting.update({need.key for need in job.needs})

    def futures(self, job: Job) -> list[Any]:
        """Futures of what a job needs, in its order."""
        for need in job.needs:
            if need.key not in self._futures:
                self._futures[need.key] = self.submit(need)
        return [self._futures[need.key] for need in job.needs]

    def dead(self, job: Job) -> str:
        """Error of something the job needs that failed for good, empty where there is none."""
        return next((self._dead[n.key] for n in job.needs if n.key in self._dead), "")

    def blame(self, job: Job, used: Sequence[Any], error: str) -> bool:
        """Whether a job failed because of what it needed; a fault counts once for all jobs."""
        blamed = False
        for need, future in zip(job.needs, used, strict=True):
            if future.status != "error":
                continue
            blamed = True
            if self._futures.get(need.key) is future:
                del self._futures[need.key]
                self._faults[need.key] += 1
                if self._faults[need.key] > self.retries:
                    self._dead[need.key] = error
        return blamed

    def attempts(self, job: Job) -> int:
        """How often the work that a job needs has failed, at the most."""
        return max((self._faults[need.key] for need in job.needs), default=0)

    def release(self, job: Job) -> None:
        """A job has ended: forget results that no other one waits for."""
        for key in {need.key for need in job.needs}:
            self._waiting[key] -= 1
            if not self._waiting[key]:
                del self._waiting[key]
                self._futures.pop(key, None)
