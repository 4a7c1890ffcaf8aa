# SPDX-License-Identifier: Apache-2.0
"""What a service refuses, named for what happened, in words fit to show to the person."""

from collections.abc import Sequence

from huiban.kernel.form import FieldProblem
from huiban.kernel.words import Words


class Refused(Exception):
    """An errand that was not done; nothing was changed. `code` is stable for programs."""

    code = "refused"

    def __init__(self, message: Words) -> None:
        super().__init__(message.zh)
        self.message = message


class NotFound(Refused):
    code = "not_found"


class NotAllowed(Refused):
    code = "not_allowed"


class NotOpen(Refused):
    """The act is not possible now; `reason` is the kernel's code, `missing` the facts it needs."""

    code = "not_open"

    def __init__(self, message: Words, reason: str = "", missing: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.reason = reason
        self.missing = tuple(missing)


class Stale(Refused):
    """Somebody else changed it since it was shown."""

    code = "stale"

    def __init__(self, message: Words, version: int) -> None:
        super().__init__(message)
        self.version = version


class Expired(Refused):
    code = "expired"


class AlreadyDone(Refused):
    """The same thing was sent before; `number` is the case that exists."""

    code = "already_done"

    def __init__(self, message: Words, number: str) -> None:
        super().__init__(message)
        self.number = number


class Invalid(Refused):
    """What was sent has faults; each names its field and the cure."""

    code = "invalid"

    def __init__(self, message: Words, problems: Sequence[FieldProblem] = ()) -> None:
        super().__init__(message)
        self.problems = tuple(problems)


class FieldFault(Invalid):
    """One thing sent is not taken; `path` names it."""

    def __init__(self, path: str, message: Words) -> None:
        super().__init__(message, (FieldProblem(path, "refused", message, path.partition(".")[0]),))
        self.path = path
