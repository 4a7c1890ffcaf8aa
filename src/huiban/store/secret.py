# SPDX-License-Identifier: Apache-2.0
"""The secret a single machine makes for itself once and keeps readable by its owner only."""

import os
import secrets
from pathlib import Path


def persisted_secret(path: Path) -> str:
    """Return the secret kept at `path`, made on first use; two processes get the same one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    if not path.exists():
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_urlsafe(50))
        try:
            os.link(draft, path)  # fails where another process was first; its secret then counts
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text().strip()
