"""Who does the work: processes of this machine, or a cluster that answers and computes as this program would?"""

from __future__ import annotations

import asyncio
import logging
import signal
import tempfile
import warnings
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from multiprocessing.resource_tracker import ensure_running
from pathlib import Path
from typing import Any

import dask.config
from distributed import Client, LocalCluster, Security, Worker
from distributed.comm.core import connect
from distributed.versions import VersionMismatchWarning

from workbench.core.engine.work import identity, reason
from workbench.core.errors import EngineError
from workbench.core.storage.temporary import locked_folder

ENVIRONMENT = "WORKBENCH_SCHEDULER"
# What a worker holds may be personal: it stays in memory and on no page. Profiling costs, and nobody reads it.
_QUIET = {
    "distributed.worker.memory.target": False,
    "distributed.worker.memory.spill": False,
    "distributed.worker.profile.enabled": False,
    "distributed.worker.http.routes": [],
    "distributed.scheduler.http.routes": [],
}
START_A_WORKER = (
    "DASK_DISTRIBUTED__WORKER__MEMORY__TARGET=False DASK_DISTRIBUTED__WORKER__MEMORY__SPILL=False "
    "dask worker {address} --nthreads 1 --no-dashboard"
)
_PROTOCOL_PACKAGES = ("python", "dask", "distributed", "cloudpickle", "msgpack", "tornado")


@dataclass(frozen=True)
class Connection:
    """An open client, and the processes and folder behind it if they are ours."""

    client: Client
    cluster: LocalCluster | None = None
    folder: ExitStack = field(default_factory=ExitStack)

    @property
    def open(self) -> bool:
        """Whether the scheduler is in touch."""
        return bool(self.client.status == "running")

    def has_workers(self) -> bool:
        """Ask the scheduler whether there is anybody to work."""
        return self.open and bool(self.client.scheduler_info()["workers"])

    def staff(self, processes: int) -> None:
        """Have at least so many processes, if they are ours: Dask strikes off one that comes back late."""
        if self.cluster is not None and processes > len(self.cluster.workers):
            self.cluster.scale(processes)

    def close(self) -> None:
        """Let go of the client; processes of this machine end, with their folder."""
        with without_chatter():
            self.client.close()
            if self.cluster is not None:
                # Dask tells only now of a process that did not come back; the others it has ended.
                with suppress(RuntimeError, AssertionError, TimeoutError):
                    self.cluster.close()
        self.folder.close()


def start_local(workers: int) -> Connection:
    """Start processes of this machine, one thread each, reachable by this account alone."""
    held = ExitStack()
    folder = held.enter_context(locked_folder(Path(tempfile.gettempdir()), hidden=False))
    start = partial(
        LocalCluster,
        n_workers=workers,
        threads_per_worker=1,
        scheduler_kwargs={"dashboard": False, "dashboard_address": "127.0.0.1:0"},
        # Other accounts of this machine can reach the loopback: a certificate of this session keeps them out.
        security=Security.temporary(),
        local_directory=str(folder),
        silence_logs=logging.CRITICAL,
        config=_QUIET,  # for the workers, those that come later included
    )
    ensure_running()  # at its own start it would open the ears of the thread again
    try:
        with dask.config.set(_QUIET), ThreadPoolExecutor(1) as thread:
            thread.submit(_deafen_to_interrupts)
            starting = thread.submit(start)
            try:
                cluster = starting.result()
            except KeyboardInterrupt:  # a half-started cluster cannot be closed
                with without_chatter(), suppress(Exception):
                    starting.result().close()
                held.close()
                raise
    except (OSError, RuntimeError) as error:
        held.close()
        raise EngineError(
            "the worker processes of this machine did not start",
            why=reason(error),
            do="in a script, stand all it runs under `if __name__ == '__main__':`; else free some memory and try again",
        ) from error
    return Connection(Client(cluster, set_as_default=False), cluster, held)


def _deafen_to_interrupts() -> None:
    """Have the processes that this thread starts not hear Ctrl-C: the program does, and ends them."""
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})


def join(address: str, timeout: float) -> Connection:
    """Connect to a scheduler; refuse one that does not answer, has no worker, or whose workers differ from here."""
    with without_chatter():
        _knock(address, timeout)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", VersionMismatchWarning)  # an error of ours, below
                client = Client(address, timeout=timeout, set_as_default=False)
        except (OSError, RuntimeError, ImportError) as error:
            raise _unanswered(address, timeout, error) from error
        try:
            client.wait_for_workers(1, timeout=timeout)
            _check_workers(client, address)
        except TimeoutError as error:
            client.close()
            raise EngineError(
                "the scheduler has no worker",
                where=address,
                why=f"none came within {timeout:g} s",
                do=f"start one or more: {START_A_WORKER.format(address=address)}",
            ) from error
        except BaseException:
            client.close()
            raise
    return Connection(client)


def _knock(address: str, timeout: float) -> None:
    """Say in one sentence why nobody answers at an address; Dask's own client waits for ever for a mute one."""

    async def knock() -> None:
        comm = await connect(address, timeout=timeout, **Security().get_connection_args("client"))
        await comm.close()

    async def knock_in_time() -> None:
        await asyncio.wait_for(knock(), timeout)

    try:
        with ThreadPoolExecutor(1) as thread:  # a notebook has a loop of its own running in this one
            thread.submit(asyncio.run, knock_in_time()).result()
    except ValueError as error:
        raise EngineError(
            f"'{address}' is not the address of a scheduler",
            why=reason(error),
            do="write it as tcp://host:port, as `dask scheduler` prints it",
        ) from error
    except TypeError as error:
        raise EngineError(
            "no encrypted connection can be made",
            where=address,
            why=reason(error),
            do="give Dask its comm.tls settings (authority, certificate, key), or a tcp:// address",
        ) from error
    except Exception as error:
        raise _unanswered(address, timeout, error) from error


def _unanswered(address: str, timeout: float, error: Exception) -> EngineError:
    return EngineError(
        "no Dask scheduler answers",
        where=address,
        why=f"within {timeout:g} s nothing came that a scheduler would say ({reason(error)})",
        do=f"start one there (dask scheduler), correct --scheduler or {ENVIRONMENT}, or leave both out to work here",
    )


def _check_workers(client: Client, address: str) -> None:
    """Refuse workers that would compute other numbers, write what they hold to disk, or share one interpreter."""
    told: Mapping[str, Any] = client.get_versions()  # type: ignore[assignment]
    for where, found in {address: told["scheduler"], **told["workers"]}.items():
        _check_same(where, _protocol(told["client"]), _protocol(found))
    here = identity()
    for where, found in client.run(_describe, on_error="return").items():
        if isinstance(found, BaseException):
            raise EngineError(
                "a worker has no Migration Workbench",
                where=where,
                why=reason(found),
                do="install the same version there and start its worker again",
            )
        _check_same(where, here, found["identity"])
        if found["spills"] or found["threads"] > 1:
            raise EngineError(
                "a worker has more than one thread, or may write what it holds to disk",
                where=where,
                why="samplers share no interpreter, and what a task holds may be personal",
                do=f"start it as {START_A_WORKER.format(address=address)}",
            )


def _check_same(where: str, here: Mapping[str, str], there: Mapping[str, str]) -> None:
    differing = [name for name in here if here[name] != there.get(name)]
    if differing:
        told = ", ".join(f"{name} {there.get(name)}, here {here[name]}" for name in differing[:4])
        raise EngineError(
            "the cluster runs other versions than this program",
            where=where,
            why=f"numbers could differ ({told})",
            do="install the same requirements.lock there and start it again",
        )


def _protocol(told: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(told["packages"][name]).removesuffix(".final.0") for name in _PROTOCOL_PACKAGES}


def _describe(dask_worker: Worker) -> dict[str, Any]:
    memory = dask_worker.memory_manager
    spills = bool(memory.memory_target_fraction or memory.memory_spill_fraction)
    return {"identity": identity(), "spills": spills, "threads": dask_worker.state.nthreads}


@contextmanager
def without_chatter() -> Iterator[None]:
    """Keep Dask's own log lines from the user, who gets a sentence instead."""
    names = ["distributed", *(n for n in logging.root.manager.loggerDict if n.startswith("distributed."))]
    before = {name: logging.getLogger(name).level for name in names}
    for name in names:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        for name, level in before.items():
            logging.getLogger(name).setLevel(level)
