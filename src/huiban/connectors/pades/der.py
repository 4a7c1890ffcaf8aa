# SPDX-License-Identifier: Apache-2.0
"""DER, written and walked by hand: the few shapes a signature needs, at a hundredth of the cost."""

from collections.abc import Iterable, Iterator

SEQUENCE, SET, OCTETS, OID, INTEGER = 0x30, 0x31, 0x04, 0x06, 0x02


def wrap(tag: int, *parts: bytes) -> bytes:
    """Put a tag and a length before some content."""
    content = b"".join(parts)
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + content


def set_of(parts: Iterable[bytes], tag: int = SET) -> bytes:
    """Write a SET OF: DER wants its parts in the order of their bytes."""
    return wrap(tag, *sorted(parts))


def oid(dotted: str) -> bytes:
    """Write an object identifier."""
    first, second, *rest = (int(one) for one in dotted.split("."))
    return wrap(OID, b"".join(map(_base128, [40 * first + second, *rest])))


def _base128(value: int) -> bytes:
    digits = [value & 0x7F]
    while value := value >> 7:
        digits.append(0x80 | value & 0x7F)
    return bytes(reversed(digits))


def parts(content: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """
    Walk what stands side by side; give tag, content and the whole of each.

    :raises ValueError: if a length is not as DER writes it, or reaches too far.
    """
    at = 0
    while at < len(content):
        start, tag = at, content[at]
        size, at = _length(content, at + 1)
        if tag & 0x1F == 0x1F or at + size > len(content):
            raise ValueError("not DER")
        yield tag, content[at : at + size], content[start : at + size]
        at += size


def _length(content: bytes, at: int) -> tuple[int, int]:
    first = content[at] if at < len(content) else 0xFF
    if first < 0x80:
        return first, at + 1
    count = first & 0x7F
    told = content[at + 1 : at + 1 + count]
    if not 1 <= count <= 4 or len(told) < count or told[0] == 0 or (count == 1 and told[0] < 0x80):
        raise ValueError("not DER")
    return int.from_bytes(told, "big"), at + 1 + count


def only(content: bytes) -> tuple[int, bytes]:
    """
    Give tag and content of the one thing some bytes are.

    :raises ValueError: if they are none, or several.
    """
    found = list(parts(content))
    if len(found) != 1:
        raise ValueError("not one DER value")
    return found[0][0], found[0][1]


def size_of(content: bytes) -> int:
    """
    Say how long the value is that some bytes start with.

    :raises ValueError: if there is none.
    """
    size, at = _length(content, 1)
    if at + size > len(content):
        raise ValueError("not DER")
    return at + size
