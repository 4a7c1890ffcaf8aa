# SPDX-License-Identifier: Apache-2.0
"""Certificates for tests: granted as in life, with the jobs carried out."""

import threading
from datetime import datetime

from huiban.jobs.errands import registry
from huiban.jobs.worker import Surroundings, run_until_empty
from huiban.services import certify, handle
from huiban.services.handle import Order
from huiban.store.models import Account, Certificate
from tests.services import city_sample as sample

NOW = sample.at("2026-11-23 09:30")
IN_FORCE = sample.at("2026-12-01 10:00")
"""When the certificate of the sample application is in force."""


def work(now: datetime = NOW) -> None:
    around = Surroundings("test", lambda: now, lambda: 0.5, threading.Event())
    run_until_empty(registry(), around)


def decided(
    city: dict[str, Account], who: str = "wangmin", now: datetime = NOW, **changed: object
) -> str:
    """Apply, accept, examine and grant; return the case, whose jobs are still to be done."""
    actor = city[who].to_actor()
    subject = {"uscc": actor.subject, "applicant": actor.subject_name}
    number = sample.case(city[who], now, **(subject | changed))
    for name, officer in (("accept", "zhangqian"), ("pass", "liuyang"), ("grant", "zhaojianguo")):
        handle.act(number, Order(name), city[officer].to_actor(), now)
    return number


def granted(
    city: dict[str, Account], who: str = "wangmin", now: datetime = NOW, **changed: object
) -> Certificate:
    """Have a certificate granted and its jobs done."""
    decided(city, who, now, **changed)
    work(now)
    return certify.mine(city[who].to_actor())[0]
