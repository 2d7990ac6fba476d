"""A process that runs notebooks and renders reports for one worker, as long as that lives.

``python -m token_exports.sweep.reporter``: a request a line as JSON on standard input, an answer a
line on standard output; the end of the input ends it. Kernels need a process that may have
children, which a worker of a cluster may not, and libraries and templates that are loaded once.
"""

import json
import os
import sys
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import Any, TextIO

from token_exports.run import pipeline, status
from token_exports.sweep.home import HOME_VARIABLE

Request = Mapping[str, Any]


def main() -> None:
    """Answer until the input ends."""
    answers = _answers()
    requests = SimpleQueue[str]()
    Thread(target=_listen, args=(requests,), daemon=True).start()
    while True:
        print(json.dumps(answer(json.loads(requests.get()))), file=answers, flush=True)


def _answers() -> TextIO:
    """Standard output for answers only; whatever else is printed goes where errors go."""
    own = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return own


def _listen(requests: "SimpleQueue[str]") -> None:
    """Pass requests on; at the end of the input nobody waits for an answer any more."""
    for line in sys.stdin:
        requests.put(line)
    kernels = sys.modules.get("token_exports.run.kernels")
    if kernels:
        kernels.end_all()
    os._exit(0)


def answer(request: Request) -> dict[str, str]:
    """Do what a request asks for; its answer, or the kind of error and its message."""
    os.environ[HOME_VARIABLE] = request["home"]
    os.environ.pop(status.SETTINGS_VARIABLE, None)  # only the file of the sweep decides
    try:
        return DOES[request["do"]](request)
    except Exception as fault:
        return {"error": type(fault).__name__, "message": str(fault)}


def _execute(request: Request) -> dict[str, str]:
    """Folder of the kept outputs of a notebook, which runs unless they are kept already."""
    from token_exports import parameters, preflight
    from token_exports.run import fingerprint, surroundings

    name = request["notebook"]
    chosen = {name: parameters.validated(name, request["parameters"])}
    preflight.check(chosen)
    with surroundings.repeatable():
        if folder := _kept(chosen):
            return {"folder": folder}
        before = fingerprint.facts("baseline") | fingerprint.code()
        _run(chosen, before, request)
        if folder := _kept(chosen):
            return {"folder": folder}
    raise RuntimeError(f"{name}: its outputs cannot be kept: no space, or an input has changed")


def _kept(chosen: Mapping[str, Any]) -> str:
    from token_exports.run import notebooks

    (plan,) = notebooks.plan(chosen, fresh=False)
    return str(plan.entry.folder) if plan.entry else ""


def _run(chosen: Mapping[str, Any], before: Mapping[str, str], request: Request) -> None:
    from token_exports.run import execute, notebooks, warm
    from token_exports.run.progress import Progress

    warm.up()
    with tempfile.TemporaryDirectory(prefix="notebook-", dir=request["scratch"]) as staging:
        plans, options = notebooks.plan(chosen, fresh=True), _options(request)
        (outcome,) = notebooks.run(plans, Path(staging), Progress(), options, before)
    if outcome.failure:
        raise pipeline.NotebookFailure(execute.describe(outcome.failure))


def _report(request: Request) -> dict[str, str]:
    """Folder of a report, made of kept outputs as far as these are there."""
    folder = Path(request["scratch"], "report")
    options = _options(request)
    pipeline.report(request["scenario"], request["settings"], folder=folder, options=options)
    return {"folder": str(folder)}


def _options(request: Request) -> pipeline.Options:
    return pipeline.Options(cell_seconds=request["cell_seconds"], kernels=1)


DOES: Mapping[str, Callable[[Request], dict[str, str]]] = {"execute": _execute, "report": _report}


if __name__ == "__main__":
    with suppress(KeyboardInterrupt, BrokenPipeError):
        main()
