# SPDX-License-Identifier: Apache-2.0
"""The tables of the store, one topic a module."""

from huiban.store.models.account import Account, Token
from huiban.store.models.automatic import AutomaticDecision
from huiban.store.models.case import Case, Deadline, JournalEntry, PastFiling, Task
from huiban.store.models.delegation import DelegationRow
from huiban.store.models.exchange import Consent, Dispute, Fetched, Inquiry, Pushed, Quota
from huiban.store.models.explanation import Explanation
from huiban.store.models.file import Blob, Draft
from huiban.store.models.fill import Fill
from huiban.store.models.holding import ArchivePackage, CertificateGrant
from huiban.store.models.identity import (
    IdentityAttempt,
    KeptPicture,
    Portrait,
    SeenFrame,
)
from huiban.store.models.job import Job, JobState, Sweep
from huiban.store.models.ledger import Checkpoint, LedgerEntry, TreeLeaf, TreeTile
from huiban.store.models.paper import Certificate, Document, Notice
from huiban.store.models.passkey import IdentityCode, Passkey, PasskeyAnswer, WindowVisit
from huiban.store.models.reading import FileReading, Settlement
from huiban.store.models.reference import CalendarYear, PackVersion, Serial
from huiban.store.models.signing import (
    Ceremony,
    Credential,
    Seal,
    SealGrant,
    SignParty,
    SignRequest,
)

__all__ = [
    "Account",
    "ArchivePackage",
    "AutomaticDecision",
    "Blob",
    "CalendarYear",
    "Case",
    "Ceremony",
    "Certificate",
    "CertificateGrant",
    "Checkpoint",
    "Consent",
    "Credential",
    "Deadline",
    "DelegationRow",
    "Dispute",
    "Document",
    "Draft",
    "Explanation",
    "Fetched",
    "FileReading",
    "Fill",
    "IdentityAttempt",
    "IdentityCode",
    "Inquiry",
    "Job",
    "JobState",
    "JournalEntry",
    "KeptPicture",
    "LedgerEntry",
    "Notice",
    "PackVersion",
    "Passkey",
    "PasskeyAnswer",
    "PastFiling",
    "Portrait",
    "Pushed",
    "Quota",
    "Seal",
    "SealGrant",
    "SeenFrame",
    "Serial",
    "Settlement",
    "SignParty",
    "SignRequest",
    "Sweep",
    "Task",
    "Token",
    "TreeLeaf",
    "TreeTile",
    "WindowVisit",
]
