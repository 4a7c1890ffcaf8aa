# SPDX-License-Identifier: Apache-2.0
"""A chart as a drawing (流程图): left to right for desks, top to bottom for phones."""

from dataclasses import dataclass

from huiban.kernel.process_chart import Chart, StateKind
from huiban.kernel.process_layout import Arrangement, Link, Size, Spot, arrange, text_em, wrap
from huiban.kernel.process_picture import Picture, Shown, Way, picture
from huiban.kernel.process_rail import draw_rail
from huiban.kernel.process_svg import LABEL, SMALL, Canvas, curve

_MARGIN = 16.0
_PAD = 14.0
_LINE = 1.35
_WIDEST_LABEL, _WIDEST_EVENT = 9.0, 8.0


def to_svg(
    chart: Chart,
    language: str,
    current: tuple[str, ...] = (),
    done: tuple[str, ...] = (),
    *,
    vertical: bool = False,
) -> str:
    """
    Draw a chart as SVG.

    `current` and `done` are state names; both are marked by shape and word as well as by class.
    The vertical drawing is 360 wide, for phones.
    """
    shown = picture(chart, language, current, done)
    return draw_rail(shown) if vertical else _draw(shown)


@dataclass(frozen=True, slots=True)
class Card:
    """A state measured: its lines of text and the cards inside it."""

    shown: Shown
    size: Size
    label: tuple[str, ...]
    small: tuple[str, ...]
    inside: "tuple[Card, ...]" = ()


def measure(shown: Shown) -> Card:
    """Wrap a state's texts and find how much room it needs."""
    inside = tuple(measure(part) for part in shown.inside)
    label = tuple(wrap(shown.label, _WIDEST_LABEL))
    small = tuple(line for text in (shown.role, *shown.notes) if text for line in wrap(text, 11))
    width = max(
        *(text_em(line) * LABEL for line in label),
        *(text_em(line) * SMALL for line in small),
        *(card.size.width for card in inside),
        64.0,
    )
    height = len(label) * LABEL * _LINE + len(small) * SMALL * _LINE
    height += _flag_room(shown)
    height += sum(card.size.height + _PAD for card in inside)
    return Card(shown, Size(width + 2 * _PAD, height + 1.6 * _PAD), label, small, inside)


def _flag_room(shown: Shown) -> float:
    """A flag stands on the upper edge of a state and must not hide its name."""
    return 8.0 if shown.is_current and not shown.inside else 0.0


def _draw(shown: Picture) -> str:
    cards = {state.name: measure(state) for state in shown.states}
    links = [Link(way.source, way.target, _label_size(way)) for way in shown.ways]
    found = arrange({name: card.size for name, card in cards.items()}, links)
    canvas = Canvas()
    for way, route in zip(shown.ways, found.routes, strict=True):
        canvas.open_group("hb-arc" + (" hb-arc-back" if route.goes_back else ""), _hint(way))
        canvas.line(curve([(x + _MARGIN, y + _top()) for x, y in route.points]), "hb-arc-line")
        x, y = route.points[-1]
        canvas.arrow(x + _MARGIN, y + _top(), to_left=route.goes_back)
        lines = _lines(way)
        x, y = route.label
        first = y + _top() - 5 - (len(lines) - 1) * SMALL * _LINE
        canvas.text(x + _MARGIN, first, lines, "hb-arc-label")
        canvas.close_group()
    for name, card in cards.items():
        spot = found.spots[name]
        _card(canvas, card, Spot(spot.x + _MARGIN, spot.y + _top(), spot.width, spot.height), shown)
    return canvas.document(_page(canvas, shown, found), shown.title, shown.description, "hb-wide")


def _top() -> float:
    return _MARGIN + 12  # room for a flag above the first box


def _page(canvas: Canvas, shown: Picture, found: Arrangement) -> tuple[float, float]:
    height = found.height + _top() + _MARGIN
    width = found.width + 2 * _MARGIN
    if shown.note:
        canvas.text(_MARGIN, height + SMALL, [shown.note], "hb-note", anchor="start")
        height += SMALL * _LINE + _MARGIN
        width = max(width, text_em(shown.note) * SMALL + 2 * _MARGIN)
    return width, height


def _lines(way: Way) -> list[str]:
    return [line for label in way.labels for line in wrap(label, _WIDEST_EVENT)]


def _label_size(way: Way) -> Size:
    lines = _lines(way)
    width = max((text_em(line) * SMALL for line in lines), default=0.0)
    return Size(width, len(lines) * SMALL * _LINE)


def _hint(way: Way) -> str:
    return "；".join(way.hints)


def _card(canvas: Canvas, card: Card, spot: Spot, page: Picture) -> None:
    shown = card.shown
    canvas.open_group(classes_of(shown))
    is_end = shown.kind is StateKind.END
    frame = "hb-box hb-joint" if card.inside else "hb-box"
    frame += " hb-box-current" if shown.is_current and not card.inside else ""
    radius = spot.height / 2 if is_end else 10
    canvas.box(spot.x, spot.y, spot.width, spot.height, radius, frame)
    y = _texts(canvas, card, spot)
    for inner in card.inside:
        x = spot.x + (spot.width - inner.size.width) / 2
        _card(canvas, inner, Spot(x, y, inner.size.width, inner.size.height), page)
        y += inner.size.height + _PAD
    if shown.is_done:
        canvas.tick(spot.x + 2, spot.y + 2)
    if shown.is_current and not any(part.is_current for part in shown.inside):
        canvas.flag(spot.x + 12, spot.y, page.now)
    canvas.close_group()


def _texts(canvas: Canvas, card: Card, spot: Spot) -> float:
    """Write label and small lines from the top; return where what is inside begins."""
    middle = spot.x + spot.width / 2
    room = spot.height - card.size.height
    y = spot.y + room / 2 + _PAD * 0.8 + LABEL + _flag_room(card.shown)
    canvas.text(middle, y, card.label, "hb-state-label")
    y += len(card.label) * LABEL * _LINE - 2
    canvas.text(middle, y, card.small, "hb-role")
    return y + len(card.small) * SMALL * _LINE - 4


def classes_of(shown: Shown) -> str:
    """Name the classes by which a page gives a state its look."""
    kind = "end" if shown.kind is StateKind.END else "joint" if shown.inside else "task"
    found = f"hb-state hb-state-{kind}"
    found += " hb-state-current" if shown.is_current else ""
    return found + (" hb-state-done" if shown.is_done else "")
