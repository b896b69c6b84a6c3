"""A Ray cluster of two node processes on this machine, started when a test first asks for it."""

from __future__ import annotations

import logging
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

# All nodes and drivers of a cluster need the same token. Ray looks for it once, when it is imported.
os.environ["RAY_AUTH_MODE"] = "token"
os.environ["RAY_AUTH_TOKEN"] = secrets.token_hex(32)

ROOT = Path(__file__).parents[2]


class Cluster:
    """``address`` to connect to; ``nodes``: the process that each node runs under, the head first."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.address = f"127.0.0.1:{port}"
        self.nodes: list[subprocess.Popen[bytes]] = []
        self._log = (folder / "ray.log").open("wb")
        self.start(
            "--head",
            f"--port={port}",
            "--node-ip-address=127.0.0.1",
            "--include-dashboard=false",
            f"--temp-dir={folder}",
        )
        self.start_second()

    def start(self, *options: str) -> None:
        environment = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "RAY_health_check_period_ms": "500",
            "RAY_health_check_failure_threshold": "4",
        }
        command = [
            sys.executable,
            "-m",
            "ray.scripts.scripts",
            "start",
            "--num-cpus=1",
            "--block",
            "--disable-usage-stats",
            "--object-store-memory=80000000",
            *options,
        ]
        self.nodes.append(subprocess.Popen(command, env=environment, stdout=self._log, stderr=self._log))

    def start_second(self) -> None:
        """Another node with one core; an address of its own keeps the driver from attaching to it."""
        self.start(f"--address={self.address}", "--node-ip-address=127.0.0.2")

    def kill(self, number: int) -> None:
        """Kill all processes of a node at once, as when its machine loses power."""
        node = self.nodes.pop(number)
        for process in [*psutil.Process(node.pid).children(recursive=True), psutil.Process(node.pid)]:
            try:
                process.send_signal(signal.SIGKILL)
            except psutil.NoSuchProcess:
                continue
        node.wait()

    def stop(self) -> None:
        while self.nodes:
            self.kill(-1)
        self._log.close()

    def await_cores(self, cores: int, seconds: float = 60) -> None:
        import ray

        end = time.monotonic() + seconds
        while True:
            try:
                ray.init(self.address, log_to_driver=False, logging_level=logging.ERROR)
                if ray.cluster_resources().get("CPU", 0) >= cores:
                    return
            except ConnectionError:
                pass
            finally:
                ray.shutdown()
            assert time.monotonic() < end, "the cluster does not start"
            time.sleep(0.5)


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    pytest.importorskip("ray")
    made = Cluster(tmp_path_factory.mktemp("ray"))
    try:
        made.await_cores(2)
        yield made
    finally:
        made.stop()
