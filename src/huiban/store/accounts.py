# SPDX-License-Identifier: Apache-2.0
"""Signing in: the account behind a session or an API token."""

import hashlib
import json
import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.db import connection

from huiban.store.models import Account, Token
from huiban.store.wire import read_time, stored_time


class AccountBackend(ModelBackend):
    """Signs in with number and password; permissions are the kernel's matter, not Django's."""


def issue_token(
    account: Account, name: str, now: datetime, expires_at: datetime | None = None
) -> str:
    """Return a new API token; it is shown once and only its digest is kept."""
    token = f"hb_{secrets.token_urlsafe(32)}"
    Token.objects.create(
        account=account,
        name=name,
        digest=token_digest(token),
        created_at=now,
        expires_at=expires_at,
    )
    return token


def account_of_token(token: str, now: datetime) -> Account | None:
    """Return the active account a token belongs to, None for any other text."""
    # Asked by every call of the API; building the same query through models costs ten times more.
    with connection.cursor() as cursor:
        cursor.execute(_OF_TOKEN, [token_digest(token), True, stored_time(now, connection.vendor)])
        row = cursor.fetchone()
    return _account(row) if row else None


_NAMES = tuple(field.attname for field in Account._meta.concrete_fields)
_JSON = frozenset({"roles", "modes"})
_OF_TOKEN = f"""
SELECT {", ".join(f"a.{name}" for name in _NAMES)}
FROM store_token t JOIN store_account a ON a.id = t.account_id
WHERE t.digest = %s AND t.revoked_at IS NULL AND a.is_active = %s
  AND (t.expires_at IS NULL OR t.expires_at > %s)"""


def _account(row: Sequence[Any]) -> Account:
    values = [
        json.loads(value) if name in _JSON and isinstance(value, str) else read_time(value)
        for name, value in zip(_NAMES, row, strict=True)
    ]
    return Account.from_db("default", _NAMES, values)


def revoke_token(token: str, now: datetime) -> None:
    """End a token; one already ended keeps its first time."""
    Token.objects.filter(digest=token_digest(token), revoked_at=None).update(revoked_at=now)


def token_digest(token: str) -> str:
    """Return what is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()
