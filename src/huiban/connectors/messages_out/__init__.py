# SPDX-License-Identifier: Apache-2.0
"""Short messages to people's telephones and mailboxes (短信、邮件), over the city's own gateway."""

from huiban.connectors.messages_out.gateway import (
    Channel,
    Gateway,
    GatewayAway,
    HttpGateway,
    MessageFault,
    MessageRefused,
    OutMessage,
)

__all__ = [
    "Channel",
    "Gateway",
    "GatewayAway",
    "HttpGateway",
    "MessageFault",
    "MessageRefused",
    "OutMessage",
]
