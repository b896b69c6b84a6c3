"""Where inputs are: paths of this machine, and addresses such as ``s3://bucket/scans`` by way of fsspec."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from glob import glob as standard_glob
from pathlib import Path, PurePath
from typing import Any

from ocr.errors import InputError, MissingExtra

# What a scanner or a camera writes; in a folder nothing else is looked at.
SUFFIXES = frozenset(
    (
        ".jpg",
        ".jpeg",
        ".jpe",
        ".jfif",
        ".png",
        ".webp",
        ".bmp",
        ".gif",
        ".pbm",
        ".pgm",
        ".ppm",
        ".pnm",
        ".tif",
        ".tiff",
        ".pdf",
        ".heic",
        ".heif",
    )
)
_CHANGE = ("ETag", "etag", "mtime", "LastModified", "updated", "created")  # as file systems call it
_CHUNK = 1 << 20


def is_address(source: str) -> bool:
    """Whether ``source`` is something like ``s3://bucket/key`` and not a path."""
    return "://" in source


def is_picture_name(name: str) -> bool:
    """Whether a file found in a folder is one to read, by its name."""
    path = PurePath(name)
    return not path.name.startswith(".") and path.suffix.lower() in SUFFIXES


def canonical(address: str) -> str:
    """An address as the file system that it names would write it."""
    system, path = _filesystem(address)
    return str(system.unstrip_protocol(path)).rstrip("/")


def walk(folder: str) -> Iterator[str]:
    """All pictures below a folder, in no order. InputError when the folder cannot be listed."""
    if is_address(folder):
        system, path = _filesystem(folder)
        for found in system.find(path):
            if is_picture_name(found):
                yield system.unstrip_protocol(found)
        return

    def stop(error: OSError) -> None:
        raise InputError(f"{error.filename}: cannot be listed: {error.strerror}")

    for parent, folders, files in os.walk(folder, onerror=stop):
        folders[:] = [name for name in folders if not name.startswith(".")]
        yield from (str(Path(parent, name)) for name in files if is_picture_name(name))


def glob(pattern: str) -> list[str]:
    """What matches a pattern; ``**`` stands for any number of folders."""
    if is_address(pattern):
        system, path = _filesystem(pattern)
        return [system.unstrip_protocol(found) for found in system.glob(path)]
    return standard_glob(pattern, recursive=True)  # noqa: PTH207 - Path.glob takes no absolute pattern


def is_folder(source: str) -> bool:
    if is_address(source):
        system, path = _filesystem(source)
        return bool(system.isdir(path))
    return Path(source).is_dir()


def stamp(source: str) -> str:
    """Size and time of change: the same stamp, the same content. InputError when there is no such file."""
    if is_address(source):
        system, path = _filesystem(source)
        try:
            info = system.info(path)
        except OSError as error:
            raise InputError(f"{source}: {error}") from error
        change = next((info[key] for key in _CHANGE if key in info), "")
        return f"{info.get('size')} {change}"
    try:
        status = Path(source).stat()
    except OSError as error:
        raise InputError(f"{source}: {error.strerror or error}") from error
    return f"{status.st_size} {status.st_mtime_ns}"


def fetch(source: str) -> Path | bytes:
    """A path as it is; the bytes of an address. InputError when they cannot be had."""
    if not is_address(source):
        return Path(source)
    system, path = _filesystem(source)
    try:
        return bytes(system.cat_file(path))
    except OSError as error:
        raise InputError(f"{source}: cannot be read: {error}") from error


def checksum(content: Path | bytes) -> str:
    """SHA-256 in hexadecimal. InputError when the file cannot be read."""
    digest = hashlib.sha256()
    if isinstance(content, bytes):
        digest.update(content)
        return digest.hexdigest()
    try:
        with content.open("rb") as stream:
            while chunk := stream.read(_CHUNK):
                digest.update(chunk)
    except OSError as error:
        raise InputError(f"{content}: cannot be read: {error.strerror or error}") from error
    return digest.hexdigest()


def _filesystem(address: str) -> tuple[Any, str]:
    try:
        import fsspec
    except ImportError as error:
        raise MissingExtra(f"reading {address}", "ray") from error
    try:
        return fsspec.core.url_to_fs(address)  # type: ignore[no-any-return]
    except (ImportError, ValueError) as error:
        raise InputError(f"{address}: {error}") from error
