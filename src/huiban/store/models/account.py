# SPDX-License-Identifier: Apache-2.0
"""Who may sign in (账号) and the API tokens they hold."""

from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models

from huiban.kernel.actor import Actor, ActorKind


class AccountManager(BaseUserManager["Account"]):
    def make(self, number: str, password: str | None, **attributes: object) -> "Account":
        """Create an account; without a password nobody can sign in to it locally."""
        account = self.model(number=number, **attributes)
        account.set_password(password)
        account.save(using=self._db)
        return account


class Account(AbstractBaseUser):
    """A person, an enterprise's clerk or an officer who signs in."""

    id: int
    number = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=16, choices=[(kind.value, kind.name) for kind in ActorKind])
    roles = models.JSONField(default=list, blank=True)
    department = models.CharField(max_length=64, blank=True, default="")
    division = models.CharField(max_length=12, blank=True, default="")
    subject = models.CharField(max_length=32, blank=True, default="")
    subject_name = models.CharField(max_length=200, blank=True, default="")
    phone = models.CharField(max_length=20, blank=True, default="")
    email = models.CharField(max_length=254, blank=True, default="")
    language = models.CharField(max_length=10, blank=True, default="")
    modes = models.JSONField(default=list, blank=True)
    is_active = models.BooleanField(default=True)

    USERNAME_FIELD = "number"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name", "kind"]

    objects: ClassVar[AccountManager] = AccountManager()

    class Meta:
        db_table = "store_account"

    def __str__(self) -> str:
        return f"{self.name} ({self.number})"

    def to_actor(self) -> Actor:
        """Return the acting party the kernel decides about."""
        return Actor(
            number=self.number,
            name=self.name,
            kind=ActorKind(self.kind),
            roles=frozenset(self.roles),
            department=self.department,
            division=self.division,
            subject=self.subject,
            subject_name=self.subject_name,
        )


class Token(models.Model):
    """A key for the API; only its digest is kept, so nobody can read it back."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=100)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "store_token"

    def __str__(self) -> str:
        return self.name
