"""Signal 9 at random moments, then the same command again until all is read: is anything lost?"""

from __future__ import annotations

import random
import shutil
import signal
import subprocess
from contextlib import suppress

import click
import psutil
from batch_pages import make_pages
from batch_run import Batch, Stopwatch, common, folders, show


@click.command()
@common("short")
@click.option("--kills", "wanted", default=20, show_default=True, help="How often to kill something.")
def kills(count: int, kind: str, seed: int, wanted: int) -> None:
    """Kill the parent and workers at random moments, run again to the end, compare every byte."""
    with folders() as (pages, work):
        bad = make_pages(pages, count, kind, seed)
        options = ("-j", "2", "-f", "text", "-f", "json")
        unbroken = Batch(pages, work / "unbroken", kind, *options)
        watch = Stopwatch()
        unbroken.run()
        took = watch.read()
        expected = unbroken.results()
        broken = Batch(pages, work / "broken", kind, *options)
        killed, runs = _break(
            broken, wanted, longest=0.3 + 2 * took.seconds / wanted, rng=random.Random(seed)
        )
        for _ in range(3):
            code, said = broken.run()
            runs += 1
        results = broken.results()
        both = results.keys() & expected.keys()
        show(
            {
                "pages": count,
                "bad pages": len(bad),
                "unbroken run, s": round(took.seconds, 1),
                "unbroken run, processor s": round(took.processor_seconds, 1),
                "killed": killed,
                "runs": runs,
                "last run": said,
                "exit code": code,
                "documents expected": len(expected),
                "documents": len(results),
                "missing": len(expected.keys() - results.keys()),
                "unexpected": len(results.keys() - expected.keys()),
                "different": sum(results[name] != expected[name] for name in both),
                "temporary files left": sum(1 for path in broken.out.rglob("*") if "tmp" in path.name),
                **broken.states(),
            }
        )


def _break(batch: Batch, wanted: int, longest: float, rng: random.Random) -> tuple[dict[str, int], int]:
    """Kill something ``wanted`` times, never more than ``longest`` seconds apart; what, and in how many runs."""
    killed = {"parent": 0, "worker": 0}
    runs = 0
    while sum(killed.values()) < wanted:
        run, runs = batch.start(), runs + 1
        while sum(killed.values()) < wanted and _survives(run, rng.uniform(0.3, longest)):
            victim = "parent" if rng.random() < 0.5 else "worker"
            if _kill(run, victim, rng):
                killed[victim] += 1
        if run.poll() is None:
            run.kill()
        run.communicate()
        if run.returncode in (0, 1) and sum(killed.values()) < wanted:
            shutil.rmtree(batch.out)  # at its end too early: the rest of the kills hit another run
    return killed, runs


def _survives(run: subprocess.Popen[str], seconds: float) -> bool:
    """Wait; whether the run still runs afterwards."""
    with suppress(subprocess.TimeoutExpired):
        run.wait(seconds)
    return run.poll() is None


def _kill(run: subprocess.Popen[str], victim: str, rng: random.Random) -> bool:
    """Kill -9 the parent or one of its workers; False when there is none."""
    if victim == "parent":
        run.kill()
        run.wait()
        return True
    with suppress(psutil.Error):
        children = psutil.Process(run.pid).children()
        workers = [child for child in children if "spawn_main" in str(child.cmdline())]
        if workers:
            rng.choice(workers).send_signal(signal.SIGKILL)
            return True
    return False
