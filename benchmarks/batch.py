"""Does `ocr-batch` lose anything, how fast is it, and how much memory does it take?

    python benchmarks/batch.py kills --pages 2000 --kills 20      killed with signal 9 at random moments
    python benchmarks/batch.py memory --pages 5000                memory over time, drawn as a picture
    python benchmarks/batch.py disks                              full and read-only disks (needs root, Linux)
    python benchmarks/batch.py speed --pages 200                  1 and 2 jobs, and Tesseract under xargs

Pages are made for each measurement (``--kind``, `batch_pages.py`): by default short ones, which cost little to
read, so that many fit into a few minutes; for speed the samples. All results are printed as JSON. What they
were is in docs/reliability.md.
"""

from __future__ import annotations

import click
from batch_disks import disks
from batch_kills import kills
from batch_memory import memory
from batch_speed import speed


@click.group()
def main() -> None:
    """Measure ocr-batch."""


for command in (kills, memory, disks, speed):
    main.add_command(command)

if __name__ == "__main__":
    main()
