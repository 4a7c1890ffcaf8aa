# SPDX-License-Identifier: Apache-2.0
"""The room a signature leaves for itself in a PDF, and the digest of everything around it."""

from huiban.connectors.pades import cms
from huiban.connectors.pades.revision import Update
from huiban.connectors.pades.syntax import Dictionary, Name, Raw, Ref, write
from huiban.kernel.credential import Profile

_RANGE_ROOM = 44  # [0 and three numbers of up to ten digits], then spaces
_CONTENTS = b"/Contents <"


def signature_entries(told: Dictionary, kind: bytes, subfilter: bytes, room: int) -> bytes:
    """Write a signature dictionary with room for the CMS and for what it covers."""
    head: Dictionary = {
        b"Type": Name(kind),
        b"Filter": Name(b"Adobe.PPKLite"),
        b"SubFilter": Name(subfilter),
        **told,
    }
    # What it covers stands behind the room, so that the room does not move when that is filled in.
    covers = Raw(b" " * _RANGE_ROOM)
    return write(head)[:-2] + b"%s%s>/ByteRange %s>>" % (_CONTENTS, b"0" * (2 * room), covers)


class Hole:
    """An update with a signature still to be filled in."""

    def __init__(self, update: Update, signature: Ref, room: int) -> None:
        self._content = update.document.content
        made, places = update.written()
        start = made.index(_CONTENTS, places[signature] - len(self._content)) + len(_CONTENTS) - 1
        end = start + 2 * room + 2
        total = len(self._content) + len(made)
        covered = b"[0 %d %d %d]" % (
            len(self._content) + start,
            len(self._content) + end,
            total - len(self._content) - end,
        )
        at = made.index(b"/ByteRange ", end) + len(b"/ByteRange ")
        self._before = made[:start]
        self._after = made[end:at] + covered.ljust(_RANGE_ROOM) + made[at + _RANGE_ROOM :]
        self._room = room

    def digest(self, profile: Profile) -> bytes:
        """This method will give the digest of all but the room itself."""
        worker = cms.hasher(profile, self._content)
        worker.update(self._before)
        worker.update(self._after)
        return worker.digest()

    def covered(self) -> bytes:
        """This method will give all but the room itself."""
        return b"".join((self._content, self._before, self._after))

    def filled(self, made: bytes) -> bytes:
        """This method will give the whole file, signed."""
        room = made.hex().encode().ljust(2 * self._room, b"0")
        return b"".join((self._content, self._before, b"<", room, b">", self._after))
