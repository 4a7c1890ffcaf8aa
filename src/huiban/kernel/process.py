# SPDX-License-Identifier: Apache-2.0
"""How a case moves (流程): a small statechart, written as data, stepped by pure functions."""

from huiban.kernel.process_chart import (
    CAUSES,
    ENGINE_ACTS,
    OUTCOMES,
    STAGES,
    Arc,
    Chart,
    ChartFault,
    ChartRefused,
    Event,
    Extension,
    Guard,
    Regime,
    State,
    StateKind,
)
from huiban.kernel.process_compile import compile_chart
from huiban.kernel.process_open import open_acts
from huiban.kernel.process_soundness import soundness
from huiban.kernel.process_standing import (
    Act,
    ActionRefused,
    OpenAct,
    Pending,
    Standing,
    Stepped,
    Suspension,
    Task,
    TaskKind,
    Wanted,
)
from huiban.kernel.process_step import BEGIN, begin, replay, stage, step

__all__ = [
    "BEGIN",
    "CAUSES",
    "ENGINE_ACTS",
    "OUTCOMES",
    "STAGES",
    "Act",
    "ActionRefused",
    "Arc",
    "Chart",
    "ChartFault",
    "ChartRefused",
    "Event",
    "Extension",
    "Guard",
    "OpenAct",
    "Pending",
    "Regime",
    "Standing",
    "State",
    "StateKind",
    "Stepped",
    "Suspension",
    "Task",
    "TaskKind",
    "Wanted",
    "begin",
    "compile_chart",
    "open_acts",
    "replay",
    "soundness",
    "stage",
    "step",
]
