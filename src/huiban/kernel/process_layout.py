# SPDX-License-Identifier: Apache-2.0
"""Where the boxes and lines of a process drawing go: layers from left to right, text wrapped."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise

_WIDE = ("\u1100", "\uffe6")
_SWEEPS = 8
_PORT = 11.0


def text_em(text: str) -> float:
    """
    Estimate the width of a text in ems: Chinese is square, Latin about half.

    >>> text_em("受理")
    2.0
    """
    return sum(1.0 if _WIDE[0] <= letter <= _WIDE[1] else 0.56 for letter in text)


def wrap(text: str, limit: float) -> list[str]:
    """
    Break a text into lines of at most `limit` ems, words kept whole.

    >>> wrap("征求公安机关交通管理部门意见", 8)
    ['征求公安机关交通', '管理部门意见']
    """
    lines: list[str] = []
    line = ""
    for piece in _pieces(text):
        if line and text_em((line + piece).strip()) > limit:
            lines.append(line.strip())
            line = ""
        line += piece
    return [*lines, line.strip()] if line.strip() else lines or [""]


def _pieces(text: str) -> Iterable[str]:
    """Chinese breaks anywhere but before a closing mark; Latin words stay whole."""
    word = ""
    for letter in text:
        is_wide = _WIDE[0] <= letter <= _WIDE[1]
        if letter in "，。；：、）」！？":
            word += letter
        elif is_wide or letter == " ":
            if word:
                yield word
            word = letter
        elif word and (word[-1] == " " or _WIDE[0] <= word[-1] <= _WIDE[1]):
            yield word
            word = letter
        else:
            word += letter
    if word:
        yield word


@dataclass(frozen=True, slots=True)
class Size:
    width: float
    height: float


_GAP = Size(30, 18)


@dataclass(frozen=True, slots=True)
class Link:
    """A line to be drawn from one box to another, with room for its label."""

    source: str
    target: str
    label: Size = Size(0, 0)


@dataclass(frozen=True, slots=True)
class Spot:
    """A placed rectangle by its top left corner."""

    x: float
    y: float
    width: float
    height: float

    @property
    def middle(self) -> float:
        return self.y + self.height / 2

    @property
    def right(self) -> float:
        return self.x + self.width


@dataclass(frozen=True, slots=True)
class Route:
    """The points of one line and where its label stands: above the line, centered on `label`."""

    points: tuple[tuple[float, float], ...]
    label: tuple[float, float]
    goes_back: bool


@dataclass(frozen=True, slots=True)
class Arrangement:
    spots: Mapping[str, Spot]
    routes: tuple[Route, ...]
    width: float
    height: float


@dataclass(slots=True)
class _Item:
    """A box, a label, or a bend, in one layer; `room` is the width of the layer."""

    rank: int
    width: float
    height: float
    is_main: bool = False
    before: "list[_Item]" = field(default_factory=list)
    after: "list[_Item]" = field(default_factory=list)
    place: int = 0
    room: float = 0.0
    y: float = 0.0
    x: float = 0.0


def ranks(boxes: Sequence[str], links: Iterable[tuple[str, str]]) -> dict[str, int]:
    """Give each box its layer: the longest way to it, ways back left aside."""
    after: dict[str, list[str]] = {box: [] for box in boxes}
    for source, target in links:
        if source != target and target not in after[source]:
            after[source].append(target)
    order = _forward_order(boxes, after)
    position = {box: place for place, box in enumerate(order)}
    found = dict.fromkeys(boxes, 0)
    for box in order:
        for target in after[box]:
            if position[target] > position[box]:
                found[target] = max(found[target], found[box] + 1)
    return found


def _forward_order(boxes: Sequence[str], after: Mapping[str, Sequence[str]]) -> list[str]:
    """Depth first, the last finished first: an order in which only the ways back point back."""
    seen: set[str] = set()
    done: list[str] = []
    for root in boxes:
        stack: list[tuple[str, int]] = [(root, 0)] if root not in seen else []
        seen.add(root)
        while stack:
            box, place = stack.pop()
            targets = after[box]
            if place < len(targets):
                stack.append((box, place + 1))
                if targets[place] not in seen:
                    seen.add(targets[place])
                    stack.append((targets[place], 0))
            else:
                done.append(box)
    return done[::-1]


def arrange(boxes: Mapping[str, Size], links: Sequence[Link], gap: Size = _GAP) -> Arrangement:
    """
    Lay out boxes in layers from left to right and route the links.

    The longest way through stands in one straight line on top; labels get layers of their own,
    so nothing overlaps.
    """
    rank = ranks(list(boxes), [(link.source, link.target) for link in links])
    main = main_way(list(boxes), links, rank)
    items = {
        box: _Item(rank[box] * 2, size.width, size.height, box in main)
        for box, size in boxes.items()
    }
    chains = [_chain(link, items, main) for link in links]
    for item in items.values():
        ends = max(len(item.before), len(item.after))
        item.height = max(item.height, (2 if item.is_main else 1) * (ends - 1) * _PORT + 12)
    layers = _layers([*items.values(), *(item for chain in chains for item in chain[1:-1])])
    _order(layers)
    _set_y(layers, gap.height)
    width = _set_x(layers, gap.width)
    return _finished(items, links, chains, width)


def main_way(boxes: Sequence[str], links: Sequence[Link], rank: Mapping[str, int]) -> list[str]:
    """Find the longest way through, from the first layer to the last."""
    before: dict[str, str] = {}
    for link in links:
        if rank[link.target] == rank[link.source] + 1:
            before.setdefault(link.target, link.source)
    box = max(boxes, key=lambda name: rank[name], default="")
    way = [box]
    while box in before:
        box = before[box]
        way.append(box)
    return way[::-1]


def _chain(link: Link, items: Mapping[str, _Item], main: Sequence[str]) -> list[_Item]:
    """The items a link passes, from its left end to its right end."""
    source, target = items[link.source], items[link.target]
    if source.rank == target.rank:
        return [source, target]
    left, right = (source, target) if source.rank < target.rank else (target, source)
    is_main = (link.source, link.target) in set(pairwise(main))
    chain = [left]
    for rank in range(left.rank + 1, right.rank):
        is_label = rank == (source.rank + 1 if left is source else source.rank - 1)
        size = link.label if is_label else Size(0, 0)
        chain.append(_Item(rank, size.width, max(size.height * 2, 4), is_main))
    chain.append(right)
    for one, other in pairwise(chain):
        one.after.append(other)
        other.before.append(one)
    return chain


def _layers(items: Iterable[_Item]) -> list[list[_Item]]:
    layers: dict[int, list[_Item]] = {}
    for item in items:
        layers.setdefault(item.rank, []).append(item)
    return [layers[rank] for rank in sorted(layers)]


def _order(layers: list[list[_Item]]) -> None:
    """Put every item near its neighbors; the main way stays on top."""
    for layer in layers:
        layer.sort(key=lambda item: not item.is_main)
        _number(layer)
    for sweep in range(_SWEEPS):
        is_forward = sweep % 2 == 0
        for layer in layers if is_forward else layers[::-1]:
            layer.sort(key=partial(_pull, is_forward))
            _number(layer)


def _number(layer: list[_Item]) -> None:
    for place, item in enumerate(layer):
        item.place = place


def _pull(is_forward: bool, item: _Item) -> tuple[bool, float]:
    near = item.before if is_forward else item.after
    places = [other.place for other in near] or [item.place]
    return not item.is_main, sum(places) / len(places)


def _set_y(layers: list[list[_Item]], gap: float) -> None:
    for layer in layers:
        _stack(layer, [0.0] * len(layer), gap)
    for _ in range(_SWEEPS):
        for layer in layers:
            _stack(layer, [_wish(item) for item in layer], gap)


def _wish(item: _Item) -> float:
    near = item.before + item.after
    return sum(other.y for other in near) / len(near) if near else item.y


def _stack(layer: list[_Item], wishes: Sequence[float], gap: float) -> None:
    bottom: float | None = None
    for item, wish in zip(layer, wishes, strict=True):
        half = item.height / 2
        free = wish if bottom is None else max(wish, bottom + gap + half)
        item.y = 0.0 if item.is_main else free
        bottom = item.y + half


def _set_x(layers: list[list[_Item]], gap: float) -> float:
    x = 0.0
    for layer in layers:
        width = max(item.width for item in layer)
        for item in layer:
            item.x, item.room = x + width / 2, width
        x += width + gap
    return x - gap


def _finished(
    items: Mapping[str, _Item], links: Sequence[Link], chains: Sequence[list[_Item]], width: float
) -> Arrangement:
    every = [*items.values(), *(item for chain in chains for item in chain)]
    top = min((item.y - item.height / 2 for item in every), default=0.0)
    for item in {id(item): item for item in every}.values():
        item.y -= top
    bottom = max((item.y + item.height / 2 for item in every), default=0.0)
    spots = {
        box: Spot(i.x - i.width / 2, i.y - i.height / 2, i.width, i.height)
        for box, i in items.items()
    }
    ports = _ports(items, chains)
    routes = [_route(link, items, chain, ports) for link, chain in zip(links, chains, strict=True)]
    return Arrangement(spots, tuple(routes), width, bottom)


Ports = Mapping[tuple[int, int], float]


def _ports(items: Mapping[str, _Item], chains: Sequence[list[_Item]]) -> Ports:
    """Spread the lines that end on one side of a box, in the order of where they come from."""
    found: dict[tuple[int, int], float] = {}
    for item in items.values():
        rights = [(chain[1], chain) for chain in chains if chain[0] is item]
        lefts = [(chain[-2], chain) for chain in chains if chain[-1] is item]
        for ends, side in ((rights, 0), (lefts, 1)):
            ends.sort(key=_height_of)
            for (_, chain), shift in zip(ends, _shifts(item, ends), strict=True):
                found[id(chain), side] = item.y + shift
    return found


def _height_of(end: tuple[_Item, list[_Item]]) -> tuple[bool, float]:
    return not end[0].is_main, end[0].y


def _shifts(item: _Item, ends: Sequence[tuple[_Item, list[_Item]]]) -> list[float]:
    """The main line keeps the middle, the others spread below it or around the middle."""
    count = len(ends)
    if count and item.is_main and ends[0][0].is_main:
        step = min(_PORT, (item.height / 2 - 6) / max(count - 1, 1))
        return [place * step for place in range(count)]
    step = min(_PORT, (item.height - 12) / max(count - 1, 1))
    return [(place - (count - 1) / 2) * step for place in range(count)]


def _route(link: Link, items: Mapping[str, _Item], chain: list[_Item], ports: Ports) -> Route:
    left, right = chain[0], chain[-1]
    leaves, arrives = ports[id(chain), 0], ports[id(chain), 1]
    points = [(left.x + left.width / 2, leaves), (left.x + left.room / 2, leaves)]
    for item in chain[1:-1]:
        points += [(item.x - item.room / 2, item.y), (item.x + item.room / 2, item.y)]
    points += [(right.x - right.room / 2, arrives), (right.x - right.width / 2, arrives)]
    goes_back = items[link.source] is not left
    label = chain[-2] if goes_back else chain[1]
    return Route(tuple(points[::-1] if goes_back else points), (label.x, label.y), goes_back)
