# SPDX-License-Identifier: Apache-2.0
"""The narrow drawing of a chart: states down a rail, the ways on written under each."""

from huiban.kernel.process_chart import StateKind
from huiban.kernel.process_layout import text_em, wrap
from huiban.kernel.process_picture import Picture, Shown
from huiban.kernel.process_svg import LABEL, SMALL, Canvas

WIDTH = 360.0
_RAIL, _LEFT, _RIGHT = 22.0, 46.0, 344.0
_PAD = 12.0
_LINE = 1.4


def draw_rail(shown: Picture) -> str:
    """Draw a picture 360 wide, states in the order in which they come."""
    canvas = Canvas()
    y = 22.0
    knots: list[tuple[float, Shown]] = []
    ends = 0
    for state in sorted(shown.states, key=_is_end):
        if state.kind is not StateKind.END or not ends:
            knots.append((y + 20, state))
        ends += state.kind is StateKind.END
        y = _state(canvas, shown, state, y) + 18
    rail = Canvas()
    if knots:
        rail.line(f"M{_RAIL} {knots[0][0]:.1f}V{knots[-1][0]:.1f}", "hb-rail")
    canvas.parts = rail.parts + canvas.parts
    for at, state in knots:
        _knot(canvas, at, state)
    if shown.note:
        lines = wrap(shown.note, (WIDTH - 2 * _PAD) / SMALL)
        canvas.text(_PAD, y + SMALL, lines, "hb-note", anchor="start")
        y += len(lines) * SMALL * _LINE + _PAD
    return canvas.document((WIDTH, y + 8), shown.title, shown.description, "hb-narrow")


def _is_end(state: Shown) -> bool:
    return state.kind is StateKind.END


def _knot(canvas: Canvas, y: float, state: Shown) -> None:
    if state.is_done:
        canvas.tick(_RAIL, y)
    elif state.is_current:
        canvas.solid(f"M{_RAIL - 9} {y - 9:.1f}l18 9l-18 9Z", "hb-mark hb-mark-current")
    else:
        canvas.parts.append(
            f'<circle class="hb-knot" cx="{_RAIL}" cy="{y:.1f}" r="6" fill="#fff" '
            'stroke="currentColor" stroke-width="2"/>'
        )


def _state(canvas: Canvas, page: Picture, state: Shown, top: float) -> float:
    """Draw one state with its ways on and return where it ends."""
    start = len(canvas.parts)
    y = _words(canvas, state, _LEFT + _PAD, top + _PAD)
    for part in state.inside:
        y = _inner(canvas, part, _PAD, y + 4) + 4
    for way in page.ways:
        if way.source == state.name:
            y = _way(canvas, page, way.labels, way.target, y)
    bottom = y + _PAD - 4
    frame = Canvas()
    kind = "end" if state.kind is StateKind.END else "joint" if state.inside else "task"
    marks = " hb-state-current" * state.is_current + " hb-state-done" * state.is_done
    frame.open_group(f"hb-state hb-state-{kind}{marks}")
    radius = 20.0 if state.kind is StateKind.END else 10.0
    classes = "hb-box" + (" hb-box-current" if state.is_current else "")
    frame.box(_LEFT, top, _RIGHT - _LEFT, bottom - top, radius, classes)
    canvas.parts[start:start] = frame.parts
    if state.is_current:
        width = text_em(page.now) * SMALL + 26
        canvas.flag(_RIGHT - width - 12, top, page.now)
    canvas.close_group()
    return bottom


def _words(canvas: Canvas, state: Shown, x: float, top: float) -> float:
    room = (_RIGHT - _PAD - x) / LABEL
    lines = wrap(state.label, room)
    y = top + LABEL
    canvas.text(x, y, lines, "hb-state-label", anchor="start")
    y += (len(lines) - 1) * LABEL * _LINE
    small = [
        line
        for text in (state.role, *state.notes)
        if text
        for line in wrap(text, (_RIGHT - _PAD - x) / SMALL)
    ]
    if small:
        canvas.text(x, y + SMALL * 1.6, small, "hb-role", anchor="start")
        y += SMALL * 0.2 + len(small) * SMALL * _LINE
    return y + 6


def _inner(canvas: Canvas, state: Shown, inset: float, top: float) -> float:
    """Draw a region inside a parallel state, so far in from both sides."""
    start = len(canvas.parts)
    left, right = _LEFT + inset, _RIGHT - inset
    y = _words(canvas, state, left + 10, top + 6)
    for part in state.inside:
        y = _inner(canvas, part, inset + 10, y + 2) + 4
    frame = Canvas()
    classes = "hb-box hb-joint" if state.inside else "hb-box"
    classes += " hb-box-current" if state.is_current and not state.inside else ""
    frame.box(left, top, right - left, y + 2 - top, 8, classes)
    canvas.parts[start:start] = frame.parts
    if state.is_done:
        canvas.tick(right - 14, top + 14)
    elif state.is_current and not state.inside:
        x = right - 22
        canvas.solid(f"M{x} {top + 6:.1f}l14 8l-14 8Z", "hb-mark hb-mark-current")
    return y + 2


def _way(canvas: Canvas, page: Picture, labels: list[str], target: str, y: float) -> float:
    """Write one way on: what happens, and where it leads."""
    shown = page.shown(target)
    text = f"{' / '.join(labels)} → {shown.label if shown else target}" if labels else ""
    text = text or f"→ {shown.label if shown else target}"
    lines = wrap(text, (_RIGHT - _LEFT - 2 * _PAD - 10) / SMALL)
    canvas.text(_LEFT + _PAD + 4, y + SMALL * 1.2, lines, "hb-arc-label", anchor="start")
    return y + len(lines) * SMALL * _LINE + 4
