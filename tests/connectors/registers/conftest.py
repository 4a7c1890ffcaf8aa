# SPDX-License-Identifier: Apache-2.0
"""A peer for the tests of registers."""

from collections.abc import Iterator

import pytest

from tests.connectors.registers.peer import Peer, a_peer


@pytest.fixture
def peer() -> Iterator[Peer]:
    with a_peer() as found:
        yield found
