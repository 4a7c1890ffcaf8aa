# SPDX-License-Identifier: Apache-2.0
"""huiban points: how right review points were, for people and for programs."""

import argparse
import json
import sys
from typing import TYPE_CHECKING, Any

from huiban.cli.django_ready import ready

if TYPE_CHECKING:
    from huiban.kernel.point_score import Score, Share
    from huiban.services.point_scores import PointLine


def add_parser(sub: Any) -> None:
    found = sub.add_parser("points", help="tell how right review points were")
    found.add_argument("scenario", nargs="*", help="a scenario's code; without one, all of them")
    found.add_argument("--json", action="store_true", help="every count, as JSON")
    found.set_defaults(run=points)


def points(said: argparse.Namespace) -> int:
    """Tell what points found and officers said; the exit code is 1 for an unknown scenario."""
    ready()
    from huiban.services import point_scores

    known = point_scores.scenarios()
    unknown = [one for one in said.scenario if one not in known]
    if unknown:
        have = ", ".join(known) or "none"
        print(f"no review points in {', '.join(unknown)} (scenarios with: {have})", file=sys.stderr)
        return 1
    found = {
        code: [_line(one) for one in point_scores.lines_of(known[code])]
        for code in said.scenario or known
    }
    if said.json:
        print(json.dumps(found, ensure_ascii=False, indent=1))
        return 0
    for code, lines in found.items():
        print(code)
        for line in lines:
            _print(line)
    return 0


def _line(line: "PointLine") -> dict[str, Any]:
    return {
        "point": line.code,
        "title": line.point.title.zh if line.point else "",
        "rule": line.now.rule,
        "now": _score(line.now.score) if line.point else None,
        "before": [{"rule": one.rule, **_score(one.score)} for one in line.before],
    }


def _score(score: "Score") -> dict[str, Any]:
    return {
        "found": {
            found: {said: score.n(found, said) for said in ("fail", "pass")}
            for found in ("fail", "unknown", "pass")
        },
        "precision": _share(score.precision),
        "overruled": _share(score.overruled),
        "missed": _share(score.missed),
    }


def _share(share: "Share") -> dict[str, Any]:
    """Give the counts always, and the share where there are enough cases to speak of one."""
    fraction = share.fraction
    return {
        "part": share.part,
        "of": share.of,
        "share": None if fraction is None else round(float(fraction), 4),
    }


def _print(line: dict[str, Any]) -> None:
    if line["now"] is None:
        print(f"  {line['point']}: no longer in the pack")
        return
    shares = ("precision", "overruled", "missed")
    told = ", ".join(_words(name, line["now"][name]) for name in shares)
    print(f"  {line['point']}: {told}")


def _words(name: str, share: dict[str, Any]) -> str:
    if not share["of"]:
        return f"{name} -"
    counts = f"{share['part']}/{share['of']}"
    return f"{name} {counts}" + ("" if share["share"] is None else f" ({share['share']:.1%})")
