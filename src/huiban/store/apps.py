# SPDX-License-Identifier: Apache-2.0
"""Names the store to Django and keeps its guards and statements installed after every migration."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate


class StoreConfig(AppConfig):
    name = "huiban.store"
    label = "store"
    verbose_name = "办件库"

    def ready(self) -> None:
        from huiban.store import guards

        pre_migrate.connect(guards.before_migrations, sender=self)
        post_migrate.connect(guards.after_migrations, sender=self)
