"""Run a sweep into its folder, going on with what an earlier run has left."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from token_exports.run import publish
from token_exports.run.progress import Progress
from token_exports.sweep import cluster, compaction, dataset, engine, record, versions
from token_exports.sweep.keep import Counts, Keeper
from token_exports.sweep.record import RUNNING
from token_exports.sweep.work import Level

if TYPE_CHECKING:
    from token_exports.sweep.plan import Plan

LEVELS = {
    "quantities": "token_exports.sweep.quantities",
    "reports": "token_exports.sweep.reports",
}
REPORTS_PER_FILE = 1000
"""A report is a part of its own while the sweep runs; in the end its row joins those of others."""


@dataclass(frozen=True)
class Options:
    """How a sweep is run; nothing here changes its content.

    Attributes
    ----------
    workers
        On this machine, each with a core; all cores by default.
    scheduler
        Address of a dask cluster that is used instead.
    inputs
        Address of a store that brings the workers of a cluster their inputs.
    wait_s
        How long to wait for workers of a cluster.
    fresh
        Delete what an earlier run has left.
    retry_failed
        Compute points again that failed.
    """

    workers: int | None = None
    scheduler: str = ""
    inputs: str = ""
    wait_s: float = 60.0
    fresh: bool = False
    retry_failed: bool = False


@dataclass(frozen=True)
class Outcome:
    """The page of a sweep and how many of its points are done and failed."""

    page: Path
    n_done: int
    n_failed: int


def level(plan: "Plan") -> Level:
    """What computes the points of a sweep."""
    found: Level = import_module(LEVELS[plan.spec.level]).LEVEL
    return found


def kept(plan: "Plan", folder: Path) -> int:
    """Points of exactly this sweep that a folder holds, whatever became of them."""
    found = record.load(folder)
    if found is None or found["key"] != plan.key:
        return 0
    return sum(part.n_points for part in dataset.parts(folder, plan.key, _ignore))


def _ignore(path: Path) -> None:
    pass


def expected_s(plan: "Plan", options: Options) -> float | None:
    """Seconds that the whole sweep takes on the workers of this machine, where known.

    Found out once, since some points are computed for it.
    """
    asked = (plan.key, options.workers or cluster.cores())
    if asked not in _EXPECTED_S:
        _EXPECTED_S[asked] = level(plan).expected_s(plan, asked[1])
    return _EXPECTED_S[asked]


_EXPECTED_S: dict[tuple[str, int], float | None] = {}


def sweep(plan: "Plan", folder: Path, options: Options, progress: Progress) -> Outcome:
    """Compute the points that are missing, write the page; what is done already is kept.

    Parameters
    ----------
    plan
        A sweep that has been checked.
    folder
        Where its results go.
    options
        Workers, and what to do with an earlier run's results.
    progress
        Told how it goes.

    Raises
    ------
    FolderError, DatasetError
        Something else is in the folder; nothing has run.
    ClusterError, VersionError
        No cluster, or one with other versions.
    SweepLost
        The cluster was lost on the way; what is done is kept.
    """
    with publish.alone(folder, lambda process: progress.waiting(str(folder), process)):
        session = _Session.opened(plan, folder, options, progress)
        with session.noted():
            session.compute(options)
        return session.finish()


@dataclass
class _Session:
    """One run of a sweep: its folder is ours alone, and its record is kept up to date."""

    plan: "Plan"
    folder: Path
    level: Level
    progress: Progress
    record: dict[str, Any]
    counts: Counts

    @classmethod
    def opened(cls, plan: "Plan", folder: Path, options: Options, progress: Progress) -> "_Session":
        """The folder of a sweep, new or as an earlier run has left it."""
        found = record.require_ours(folder)
        if found and options.fresh:
            record.delete(folder)
            found = None
        own = level(plan)
        asked = _asked(plan)
        if found:
            record.require_same(folder, found, asked)
            asked["times"] = found.get("times") or []
        folder.mkdir(parents=True, exist_ok=True)
        about = dict(own.described(plan, folder))
        session = cls(plan, folder, own, progress, asked | about, Counts(0))
        session._take_stock(retry_failed=options.retry_failed)
        session.save()
        return session

    def _take_stock(self, *, retry_failed: bool) -> None:
        def drop(path: Path) -> None:
            path.unlink()
            self.progress.notice(f"{path.name} is damaged: its points are computed again")

        dataset.parts(self.folder, self.plan.key, drop)
        compaction.sweep_up(self.folder, self.plan.key)
        if retry_failed:
            compaction.forget_failed(self.folder, self.plan.key)
        compaction.compact(self.folder, self.plan.key, self._per_file, len(self.plan.points))
        found = dataset.parts(self.folder, self.plan.key)
        there = sum(part.n_points for part in found)
        failed = sum(part.n_failed for part in found)
        self.counts = Counts(len(self.plan.points), there - failed, failed)

    @property
    def _per_file(self) -> int:
        part_points = self.plan.spec.points_per_part
        of_reports = self.plan.spec.level == "reports"
        return max(part_points, REPORTS_PER_FILE) if of_reports else part_points

    def save(self, state: str = RUNNING, **more: Any) -> None:
        """Renew the record."""
        counts = {"done": self.counts.done, "failed": self.counts.failed}
        self.record |= {"state": state, "counts": counts, **more}
        record.save(self.folder, self.record)

    @contextmanager
    def noted(self) -> Iterator[None]:
        """Say in the record, and in the fault itself, how a run ended and what it leaves."""
        try:
            yield
        except BaseException as fault:
            asked = not isinstance(fault, Exception)
            fault.add_note(
                f"{self.counts.done + self.counts.failed:,} of {self.counts.total:,} points are"
                f" kept in {self.folder}; the same command goes on from there"
            )
            with suppress(OSError):  # a full disk is told as what it is
                self.save(record.INTERRUPTED if asked else record.STOPPED)
            raise

    def compute(self, options: Options) -> None:
        """Compute all points that no part holds."""
        found = dataset.parts(self.folder, self.plan.key)
        part_points = self.plan.spec.points_per_part
        missing = dataset.missing(found, len(self.plan.points), part_points)
        if not missing:
            return
        with _workers(self.plan, options, self.progress) as client:
            if options.scheduler:
                versions.check(client)
            self._run(client, missing, options)

    def _run(self, client: Any, missing: list[range], options: Options) -> None:
        n_before = self.counts.total - self.counts.left
        time = {"started": record.now(), "workers": cluster.n_threads(client)}
        self.record["times"] = [*self.record["times"], time]

        def save() -> None:
            time["ended"] = record.now()
            time["points"] = self.counts.total - self.counts.left - n_before
            time["worker_seconds"] = round(self.counts.worker_seconds, 3)
            self.save()

        keep = Keeper(
            self.folder, self.plan, self.counts, self.progress.points, save, self._per_file
        )
        try:
            engine.run(
                client,
                lambda runs: self.level.jobs(self.plan, runs),
                engine.pieces(missing, cluster.n_threads(client)),
                inputs=_inputs(options),
                keep=keep,
                options=engine.Options(self.plan.spec.retries, options.wait_s),
            )
        finally:
            keep.flush()
            save()
            self.progress.points(keep.state())

    def finish(self) -> Outcome:
        """Merge small parts, close the record and write the page."""
        compaction.compact(self.folder, self.plan.key, self._per_file, len(self.plan.points))
        self.save(record.DONE, **self.level.described(self.plan, self.folder))
        page = write_page(self.folder)
        self.progress.ended(page=str(page), done=self.counts.done, failed=self.counts.failed)
        return Outcome(page, self.counts.done, self.counts.failed)


def _asked(plan: "Plan") -> dict[str, Any]:
    return {
        "project": record.PROJECT,
        "kind": record.KIND,
        "key": plan.key,
        "title": plan.spec.title,
        "spec": plan.spec.stated(),
        "n_points": len(plan.points),
        "versions": versions.own(),
        "inputs": record.inputs(plan.spec.scenario),
        "times": [],
    }


def _workers(plan: "Plan", options: Options, progress: Progress) -> AbstractContextManager[Any]:
    if options.scheduler:
        return cluster.at(options.scheduler, wait_s=options.wait_s, tell=progress.notice)
    n_workers = options.workers or cluster.cores()
    expected = expected_s(plan, options)
    short = expected is not None and expected <= cluster.LONG_S
    return cluster.here(n_workers, processes=plan.spec.level == "reports" or not short)


def _inputs(options: Options) -> Any:
    from token_exports.sweep import inputs

    if options.inputs:
        return inputs.at(options.inputs)
    return inputs.carried() if options.scheduler else inputs.here()


def write_page(folder: Path) -> Path:
    """Page of whatever points there are.

    Raises
    ------
    FolderError
        No sweep is there.
    """
    from token_exports.pages import sweeps

    found = record.load(folder)
    if found is None:
        raise record.FolderError(f"{folder} holds no sweep yet")
    page: Path = sweeps.write(folder, found, dataset.read(folder, sweeps.columns(found)))
    return page
