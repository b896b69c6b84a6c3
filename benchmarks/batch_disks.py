"""Disks that are full or read-only."""

from __future__ import annotations

import subprocess

import click
from batch_pages import make_pages
from batch_run import Batch, common, folders, show


@click.command()
@common("text")
def disks(count: int, kind: str, seed: int) -> None:
    """A disk that is full after a megabyte, then larger, then read-only. Mounts a tmpfs: Linux, as root."""
    with folders() as (pages, work):
        make_pages(pages, count, kind, seed)
        out = work / "disk"
        out.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", out], check=True)
        try:
            batch = Batch(pages, out, kind, "-f", "text", "-f", "json")
            code, said = batch.run()
            full = {"exit code": code, "said": said.splitlines()[-1], **batch.states()}
            subprocess.run(["mount", "-o", "remount,size=500m", out], check=True)
            code, said = batch.run()
            mended = {"exit code": code, "said": said, **batch.states()}
            subprocess.run(["mount", "-o", "remount,ro", out], check=True)
            code, said = batch.run()
            read_only = {"exit code": code, "said": said, **batch.states()}
        finally:
            subprocess.run(["umount", out], check=True)
        show({"full": full, "after more room was made": mended, "read-only": read_only})
