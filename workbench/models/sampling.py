"""Sample a PyMC model with nutpie and numba: no C compiler, reproducible, and an interrupt that means what it says."""

from __future__ import annotations

import atexit
import os
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.core.errors import ModelError
from workbench.core.storage.temporary import locked_folder
from workbench.models import digamma

if TYPE_CHECKING:
    import pymc as pm
    import xarray as xr

Progress = Callable[[int, int], None]
POLL_SECONDS = 0.1
REPORT_SECONDS = 0.5


@contextmanager
def without_compiler() -> Iterator[None]:
    """Load PyMC, and run the block, with PyTensor in numba mode and no C compiler looked for or missed.

    PyTensor searches a compiler when it is imported and warns if there is none; that is turned off, for this process
    and only if it is imported here for the first time. ArviZ announces its next version at every import.
    """
    asked = os.environ.get("PYTENSOR_FLAGS")
    if "pytensor" not in sys.modules and "cxx=" not in (asked or ""):
        os.environ["PYTENSOR_FLAGS"] = f"{asked},cxx=" if asked else "cxx="
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", category=FutureWarning, module="arviz")
            import nutpie  # noqa: F401  # these three cost seconds: only when a model is built
            import pymc  # noqa: F401
            from pytensor.configdefaults import config
        digamma.register()  # PyTensor's numba backend sets filters of its own, which are to stay
    finally:
        if asked is None:
            os.environ.pop("PYTENSOR_FLAGS", None)
        else:
            os.environ["PYTENSOR_FLAGS"] = asked
    with config.change_flags(mode="NUMBA", cxx=""), _sources_kept_together():
        yield


@contextmanager
def _sources_kept_together() -> Iterator[None]:
    """Let PyTensor write its generated sources into one folder of this process, which goes away with it.

    It writes each into a temporary file and leaves it there, some thirty for each model. The files are needed as long
    as the compiled functions are; a later process removes the folder of one that was killed.
    """
    if not _folder_of_this_process().is_dir():  # a command that has ended in this process took it along
        _folder_of_this_process.cache_clear()
    before, tempfile.tempdir = tempfile.tempdir, str(_folder_of_this_process())
    try:
        yield
    finally:
        tempfile.tempdir = before


@cache
def _folder_of_this_process() -> Path:
    stack = ExitStack()
    folder = stack.enter_context(locked_folder(Path(tempfile.gettempdir()), hidden=False))
    atexit.register(stack.close)
    return folder


def compile_model(model: pm.Model) -> Any:
    """Return the compiled model; ``with_data`` gives it other data of the same number of destinations for nothing."""
    with without_compiler():
        import nutpie

        with warnings.catch_warnings():
            # PyTensor says so when it splits one large kernel into two; nothing is lost.
            warnings.filterwarnings("ignore", message="Loop fusion failed")
            return nutpie.compile_pymc_model(model, backend="numba")


def sample(
    compiled: Any,
    *,
    draws: int,
    tune: int,
    chains: int,
    seed: int,
    cores: int | None = None,
    correlated: bool = False,
    progress: Progress | None = None,
) -> tuple[xr.Dataset, int]:
    """Return all draws after tuning (dimensions chain, draw first) and the number of divergences.

    Every chain has its own stream of random numbers made from ``seed`` and its number, so the draws do not depend on
    how many chains run at once.

    Parameters
    ----------
    compiled
        What :func:`compile_model` returned, with its data.
    draws, tune, chains
        Draws and tuning steps per chain, and chains.
    seed
        Any integer from 0 to 2⁶⁴ − 1.
    cores
        Chains that run at once; by default as many as there are processors.
    correlated
        Whether tuning also learns in which directions the quantities move together: for a model in which some do
        strongly, several times as many effective draws for the same steps.
    progress
        Called with (steps done, steps in all), tuning included.

    Raises
    ------
    ModelError
        If no chain finds a place to start from, or the sampler breaks.
    KeyboardInterrupt
        At once on Ctrl-C; nothing that was sampled so far is kept.
    """
    import nutpie

    sampler = nutpie.sample(
        compiled,
        draws=draws,
        tune=tune,
        chains=chains,
        cores=cores,
        seed=seed,
        low_rank_modified_mass_matrix=correlated,
        progress_bar=False,
        blocking=False,
    )
    try:
        trace = _wait(sampler, (draws + tune) * chains, progress)
    except RuntimeError as error:
        sampler.cancel()
        raise ModelError(
            "the sampler could not run",
            why=str(error).splitlines()[0],
            do="look for months that are wrong by orders of magnitude; if there are none, report this with the data",
        ) from error
    except BaseException:
        # nutpie's own blocking call would hand back the partial chains on Ctrl-C.
        sampler.cancel()
        raise
    if trace.posterior.sizes["draw"] != draws:
        raise ModelError("the sampler stopped early", why="a partial sample misleads", do="fit again")
    posterior = trace.posterior
    hidden = [name for name in posterior.data_vars if str(name).endswith("__")]
    return posterior.drop_vars(hidden), int(trace.sample_stats["diverging"].sum())


def _wait(sampler: Any, steps: int, progress: Progress | None) -> Any:
    """Return the finished trace; report progress meanwhile."""
    reported = time.monotonic()
    while True:
        try:
            trace = sampler.wait(timeout=POLL_SECONDS)
        except TimeoutError:
            if progress is not None and time.monotonic() - reported > REPORT_SECONDS:
                progress(_steps_done(sampler), steps)
                reported = time.monotonic()
        else:
            if progress is not None:
                progress(steps, steps)
            return trace


def _steps_done(sampler: Any) -> int:
    """Return the steps of all chains so far, tuning included."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # ArviZ finds a trace without draws odd
        trace = sampler.inspect()
    # Chains that are behind the others are padded with zeros; every real step takes at least one gradient.
    groups = (trace[name] for name in ("warmup_sample_stats", "sample_stats") if name in trace)
    return sum(int((group["n_steps"] > 0).sum()) for group in groups)
