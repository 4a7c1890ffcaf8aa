# SPDX-License-Identifier: Apache-2.0
"""The tables of the store, one topic a module."""

from huiban.store.models.account import Account, Token
from huiban.store.models.case import Case, Deadline, JournalEntry, PastFiling, Task
from huiban.store.models.exchange import Consent, Dispute, Fetched, Inquiry, Pushed, Quota
from huiban.store.models.file import Blob, Draft
from huiban.store.models.fill import Fill
from huiban.store.models.job import Job, JobState, Sweep
from huiban.store.models.paper import Certificate, Document, Notice
from huiban.store.models.reference import CalendarYear, PackVersion, Serial

__all__ = [
    "Account",
    "Blob",
    "CalendarYear",
    "Case",
    "Certificate",
    "Consent",
    "Deadline",
    "Dispute",
    "Document",
    "Draft",
    "Fetched",
    "Fill",
    "Inquiry",
    "Job",
    "JobState",
    "JournalEntry",
    "Notice",
    "PackVersion",
    "PastFiling",
    "Pushed",
    "Quota",
    "Serial",
    "Sweep",
    "Task",
    "Token",
]
