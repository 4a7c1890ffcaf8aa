# SPDX-License-Identifier: Apache-2.0
"""The life of a case, step by step: begin it, do one act, replay many."""

from collections.abc import Iterable
from datetime import date

from huiban.kernel.actor import Actor
from huiban.kernel.process_acts import engine_act, is_engine_act
from huiban.kernel.process_chart import Chart, State
from huiban.kernel.process_move import Facts, Run
from huiban.kernel.process_refuse import where
from huiban.kernel.process_standing import Act, Standing, Stepped
from huiban.kernel.process_work import Doing, chart_event, check_texts

BEGIN = "submit"
Entry = tuple[Act, Facts, Actor, date]


def begin(chart: Chart, facts: Facts, as_of: date) -> Stepped:
    """Open a case in the start state of its chart."""
    run = Run(chart, Standing(()), facts, as_of)
    run.start(chart.start)
    return run.result(BEGIN)


def step(  # noqa: PLR0913 - what a step is made of
    chart: Chart, standing: Standing, act: Act, facts: Facts, actor: Actor, as_of: date
) -> Stepped:
    """
    Carry out one act and return the new standing with all that changed.

    :raises ActionRefused: saying why not, and what is open instead; nothing has changed then.
    """
    doing = Doing(Run(chart, standing, facts, as_of), act, actor)
    if act.inputs:
        check_texts(doing)
    if is_engine_act(doing):
        engine_act(doing)
    else:
        chart_event(doing)
    return doing.run.result(act.name)


def replay(chart: Chart, entries: Iterable[Entry]) -> Standing:
    """
    Play a journal again; its first entry is the submission.

    :raises ActionRefused: if an entry was not possible where it stands.
    :raises ValueError: if there is no entry.
    """
    standing: Standing | None = None
    for act, facts, actor, as_of in entries:
        if standing is None:
            standing = begin(chart, facts, as_of).standing
        else:
            standing = step(chart, standing, act, facts, actor, as_of).standing
    if standing is None:
        raise ValueError("nothing to replay: a journal starts with the submission")
    return standing


def stage(chart: Chart, standing: Standing) -> str:
    """Return the legal stage of a case; the first where it is in several."""
    return _first(chart, standing).stage


def _first(chart: Chart, standing: Standing) -> State:
    if not standing.configuration:
        raise ValueError("a case that has not begun has no stage")
    return chart.states[standing.configuration[0]]


__all__ = ["BEGIN", "begin", "replay", "stage", "step", "where"]
