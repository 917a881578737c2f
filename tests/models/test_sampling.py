"""What a compiled model leaves behind: nothing, whether its process ends well or is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

CODE = """
import os, signal, sys, tempfile
from workbench.core.storage.temporary import own_folder
from workbench.models.sampling import without_compiler
for command in range(2):
    with own_folder():
        with without_compiler():
            import pytensor, pytensor.tensor as pt
            x = pt.vector("x")
            f = pytensor.function([x], pt.exp(x).sum() + command * x.prod())
        assert float(f([0.0, 1.0])) > 3 and tempfile.gettempdir() == os.environ["TMPDIR"]
        print(sum(len(files) for _, _, files in os.walk(os.environ["TMPDIR"])), flush=True)
        if "kill" in sys.argv:
            os.kill(os.getpid(), signal.SIGKILL)
"""


def compiles(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Compile a function in a process whose temporary folder is this one."""
    env = {**os.environ, "TMPDIR": str(folder)}
    command = [sys.executable, "-c", CODE, *arguments]
    return subprocess.run(command, env=env, capture_output=True, text=True, check=False)


@pytest.mark.whole
def test_compiled_models_leave_no_files_and_those_of_a_killed_process_go_with_the_next(tmp_path: Path) -> None:
    killed = compiles(tmp_path, "kill")
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert int(killed.stdout) > 0 and list(tmp_path.iterdir())  # sources are written, and left by a kill
    done = compiles(tmp_path)
    assert done.returncode == 0, done.stderr
    assert [int(files) > 0 for files in done.stdout.split()] == [True, True]  # a second command has a folder, too
    assert list(tmp_path.iterdir()) == []
