"""Kernels of a run: forked from the warm process where possible, else programs of their own.

Both give the same outputs (tested).
"""

import multiprocessing
import os
import shutil
import signal
import sys
import tempfile
from pathlib import Path
from typing import Any, ClassVar

from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning.local_provisioner import LocalProvisioner
from traitlets import CaselessStrEnum, default

from token_exports.run import kernel, warm


class Forked:
    """A forked kernel with the methods of ``subprocess.Popen`` that a provisioner calls."""

    stdin = stdout = stderr = None

    def __init__(self, arguments: list[str], environment: dict[str, str], folder: str) -> None:
        context = multiprocessing.get_context("forkserver")
        self._process = context.Process(
            target=kernel.forked, args=(arguments, environment, folder), daemon=True
        )
        with warm.nothing_of_the_caller():
            self._process.start()
        self.pid = self._process.pid

    def poll(self) -> int | None:
        """Exit status, or None while the kernel runs."""
        return self._process.exitcode

    def wait(self) -> int | None:
        """Exit status of a kernel that has ended."""
        self._process.join()
        return self._process.exitcode

    def send_signal(self, number: int) -> None:
        """Send a signal to a kernel that still runs."""
        if self.poll() is None and self.pid:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """End the kernel at once."""
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        """Ask the kernel to end."""
        self.send_signal(signal.SIGTERM)


class OwnProvisioner(LocalProvisioner):
    """Launch the project's kernel in place of the kernel specification's command."""

    async def launch_kernel(self, cmd: list[str], **options: Any) -> Any:
        """Launch and say how to connect."""
        arguments = cmd[cmd.index("-f") :]
        if not warm.forking():
            command = [sys.executable, "-m", kernel.__name__, *arguments]
            return await super().launch_kernel(command, **options)
        folder = str(options.get("cwd") or Path.cwd())
        child = Forked(arguments, dict(options["env"]), folder)
        self.process = child  # type: ignore[assignment]
        self.pid = self.pgid = child.pid
        self.cwd = folder
        return self.connection_info


class LocalKernelManager(AsyncKernelManager):
    """Kernel manager whose sockets are files in a folder of its own, on systems that have such.

    Left alone, every kernel would name its sockets alike, in the current folder. A subclass with
    its own ``environment`` serves one notebook.
    """

    environment: ClassVar[dict[str, str]] = {}
    running: ClassVar[set["LocalKernelManager"]] = set()

    transport = CaselessStrEnum(
        ["tcp", "ipc"], default_value="ipc" if os.name == "posix" else "tcp", config=True
    )

    @default("ip")
    def _own_address(self) -> str:
        if self.transport == "tcp":
            return "127.0.0.1"
        self._sockets = tempfile.mkdtemp(prefix="kernel-")
        return str(Path(self._sockets, "s"))

    async def _async_pre_start_kernel(self, **options: Any) -> Any:
        options["env"] = {**os.environ, **options.get("env", {}), **self.environment}
        if self.provisioner is None:
            self.provisioner = OwnProvisioner(
                kernel_id=self.kernel_id or "", kernel_spec=self.kernel_spec, parent=self
            )
        LocalKernelManager.running.add(self)
        return await super()._async_pre_start_kernel(**options)

    pre_start_kernel = _async_pre_start_kernel

    async def _async_cleanup_resources(self, restart: bool = False) -> None:
        await super()._async_cleanup_resources(restart)
        if not restart:
            LocalKernelManager.running.discard(self)
            if hasattr(self, "_sockets"):
                shutil.rmtree(self._sockets, ignore_errors=True)

    cleanup_resources = _async_cleanup_resources


def end_all() -> None:
    """End every kernel of this process at once; the notebooks that wait for one then fail."""
    for manager in list(LocalKernelManager.running):
        process = getattr(manager.provisioner, "process", None)
        if process is not None:
            process.kill()
