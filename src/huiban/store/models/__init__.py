# SPDX-License-Identifier: Apache-2.0
"""The tables of the store, one topic a module."""

from huiban.store.models.account import Account, Token
from huiban.store.models.case import Case, Deadline, JournalEntry, PastFiling, Task
from huiban.store.models.file import Blob, Draft
from huiban.store.models.job import Job, JobState, Sweep
from huiban.store.models.paper import Certificate, Document, Notice
from huiban.store.models.reference import CalendarYear, PackVersion, Serial

__all__ = [
    "Account",
    "Blob",
    "CalendarYear",
    "Case",
    "Certificate",
    "Deadline",
    "Document",
    "Draft",
    "Job",
    "JobState",
    "JournalEntry",
    "Notice",
    "PackVersion",
    "PastFiling",
    "Serial",
    "Sweep",
    "Task",
    "Token",
]
