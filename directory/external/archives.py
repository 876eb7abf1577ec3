"""Zip files from elsewhere: read in memory, counted while they grow, never unpacked.

What an archive says of itself is not believed: its sizes are checked first, and then
what really comes out of it is counted.
"""

import io
import zipfile
import zlib
from collections.abc import Iterator

from directory.external.problems import DataRefusedError

MAX_FILES = 200
MAX_BYTES = 128 * 1024 * 1024
PART = 256 * 1024


def open_archive(content: bytes) -> Iterator[tuple[str, bytes]]:
    """Give name and content of each file, in the order of names.

    Raises:
        DataRefusedError: it is no archive, is broken, encrypted, or grows too large.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = [one for one in archive.infolist() if not one.is_dir()]
            _check(entries)
            left = MAX_BYTES
            for entry in sorted(entries, key=lambda one: one.filename):
                data = _read(archive, entry, left)
                left -= len(data)
                yield entry.filename, data
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise DataRefusedError(
            "the archive is broken or cut off",
            remedy="Fetch the file by hand, and have it made anew.",
        ) from error


def _check(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > MAX_FILES:
        raise DataRefusedError(
            f"the archive has more than {MAX_FILES} files",
            remedy="Have an archive made with the files that are needed.",
        )
    if any(one.flag_bits & 1 for one in entries):
        raise DataRefusedError(
            "the archive is encrypted",
            remedy="Have it made without a password: the connection is encrypted.",
        )
    if sum(one.file_size for one in entries) > MAX_BYTES:
        raise _too_large()


def _read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, left: int) -> bytes:
    parts, size = [], 0
    with archive.open(entry) as file:
        while part := file.read(PART):
            size += len(part)
            if size > left:
                raise _too_large()
            parts.append(part)
    return b"".join(parts)


def _too_large() -> DataRefusedError:
    return DataRefusedError(
        f"what is in the archive is larger than {MAX_BYTES // 1024 // 1024} MiB",
        remedy="Have an archive made with what is needed; this one may be a zip bomb.",
    )
