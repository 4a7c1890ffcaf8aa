# SPDX-License-Identifier: Apache-2.0
"""Asking the registers (数据资源): all at once, within a budget, never more than was asked for."""

from huiban.connectors.registers.exchange import Exchange, Setup
from huiban.connectors.registers.model import Answer, Asks, Call, Health, Outcome

__all__ = ["Answer", "Asks", "Call", "Exchange", "Health", "Outcome", "Setup"]
