# SPDX-License-Identifier: Apache-2.0
"""Reads the folder of trusted root certificates; those in its subfolder `test` are test roots."""

from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from asn1crypto import pem, x509

from huiban.connectors import gm_oids

TEST = "test"
_ENDINGS = frozenset({".pem", ".crt", ".cer"})


class RootUnreadable(ValueError):
    """A file of the folder of roots holds no certificate; the text names it."""


@dataclass(frozen=True, slots=True)
class Roots:
    """Trusted roots in DER, and which of them are test roots."""

    real: tuple[bytes, ...] = ()
    tests: tuple[bytes, ...] = ()

    @property
    def all(self) -> tuple[bytes, ...]:
        return tuple(dict.fromkeys(self.real + self.tests))


def fingerprint(certificate: bytes) -> str:
    """Return the name a certificate is known by: SHA-256 in hex."""
    return sha256(certificate).hexdigest()


def stamp_of(folder: Path) -> tuple[tuple[str, int, int], ...]:
    """Return what changes when a file of the folder does."""
    return tuple(
        (str(one), found.st_mtime_ns, found.st_size)
        for one in _files(folder) + _files(folder / TEST)
        for found in [one.stat()]
    )


def read(folder: Path) -> Roots:
    """
    Read all roots; a folder that is not there holds none.

    :raises RootUnreadable: naming the file that holds none.
    """
    gm_oids.register_oids()
    return Roots(_certificates(folder), _certificates(folder / TEST))


def current(folder: Path) -> Roots:
    """
    Read all roots, again only when a file changed.

    :raises RootUnreadable: naming the file that holds none.
    """
    return _read(folder, stamp_of(folder))


@lru_cache(maxsize=4)
def _read(folder: Path, _: tuple[tuple[str, int, int], ...]) -> Roots:
    return read(folder)


def _files(folder: Path) -> list[Path]:
    found = sorted(folder.iterdir()) if folder.is_dir() else []
    return [one for one in found if one.suffix in _ENDINGS and one.is_file()]


def _certificates(folder: Path) -> tuple[bytes, ...]:
    found: dict[bytes, None] = {}
    for file in _files(folder):
        found |= dict.fromkeys(_in_file(file))
    return tuple(found)


def _in_file(file: Path) -> list[bytes]:
    content = file.read_bytes()
    try:
        found = [content]
        if pem.detect(content):
            found = [der for _, _, der in pem.unarmor(content, multiple=True)]
        for der in found:
            if x509.Certificate.load(der, strict=True).ca is not True:
                raise ValueError("no authority")
    except ValueError:
        raise RootUnreadable(
            f"{file}: not a certificate of an authority (PEM or DER); replace or remove it"
        ) from None
    return found
