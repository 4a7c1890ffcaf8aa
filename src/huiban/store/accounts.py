# SPDX-License-Identifier: Apache-2.0
"""Signing in: the account behind a session or an API token."""

import hashlib
import secrets
from datetime import datetime

from django.contrib.auth.backends import ModelBackend
from django.db.models import Q

from huiban.store.models import Account, Token


class AccountBackend(ModelBackend):
    """Signs in with number and password; permissions are the kernel's matter, not Django's."""


def issue_token(
    account: Account, name: str, now: datetime, expires_at: datetime | None = None
) -> str:
    """Return a new API token; it is shown once and only its digest is kept."""
    token = f"hb_{secrets.token_urlsafe(32)}"
    Token.objects.create(
        account=account, name=name, digest=_digest(token), created_at=now, expires_at=expires_at
    )
    return token


def account_of_token(token: str, now: datetime) -> Account | None:
    """Return the active account a token belongs to, None for any other text."""
    held = (
        Token.objects.select_related("account")
        .filter(Q(expires_at=None) | Q(expires_at__gt=now), digest=_digest(token))
        .filter(revoked_at=None, account__is_active=True)
        .first()
    )
    return held.account if held else None


def revoke_token(token: str, now: datetime) -> None:
    """End a token; one already ended keeps its first time."""
    Token.objects.filter(digest=_digest(token), revoked_at=None).update(revoked_at=now)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
