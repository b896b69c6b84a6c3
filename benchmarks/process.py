"""Wall time and peak memory of a command as a process of its own.

Linux counts into a process's peak memory what its parent held when it started it. A benchmark that has loaded
NumPy and pictures would so hide how little a small program needs: this file, run as a script, is a launcher
of some ten megabytes that stands between the two.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from typing import NamedTuple


class Usage(NamedTuple):
    """``seconds``: wall time from start to end; ``peak``: most resident memory at once, in bytes."""

    seconds: float
    peak: int


class CommandFailed(Exception):
    """The command could not be started or ended with an error; the message has what it said itself."""


def run(command: list[str], environment: dict[str, str]) -> Usage:
    """Run a command to its end and drop what it prints. CommandFailed shows the end of its standard error."""
    launcher = [sys.executable, "-I", "-S", __file__, *command]
    done = subprocess.run(launcher, env=environment, capture_output=True, text=True, errors="replace")
    if done.returncode:
        said = done.stderr.strip()[-2000:]
        raise CommandFailed(f"{' '.join(command)}: exit code {done.returncode}: {said}")
    seconds, peak = done.stdout.split()
    return Usage(float(seconds), int(peak))


def launch(command: list[str]) -> int:
    """Run a command, print its seconds and peak bytes, and return its exit code."""
    silence = [(os.POSIX_SPAWN_OPEN, sys.stdout.fileno(), os.devnull, os.O_WRONLY, 0)]
    begin = time.perf_counter()
    process = os.posix_spawnp(command[0], command, os.environ, file_actions=silence)
    _, status, usage = os.wait4(process, 0)
    seconds = time.perf_counter() - begin
    # Linux counts kilobytes, macOS bytes.
    print(seconds, usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024))
    return os.waitstatus_to_exitcode(status) & 0xFF


if __name__ == "__main__":
    sys.exit(launch(sys.argv[1:]))
