# SPDX-License-Identifier: Apache-2.0
"""The one place where the web asks what time it is."""

from datetime import UTC, datetime


def now() -> datetime:
    """Return the present moment, in UTC."""
    return datetime.now(tz=UTC)  # noqa: TID251 - the entrypoint is where time comes in
