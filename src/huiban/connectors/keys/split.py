# SPDX-License-Identifier: Apache-2.0
"""P-256 keys in a device, SM2 keys in a folder: for devices that have no SM2."""

from dataclasses import dataclass

from huiban.connectors.keys.folder import FolderKeys
from huiban.connectors.keys.holder import KeyHolder, KeyRefused
from huiban.kernel.credential import Profile


@dataclass(frozen=True, slots=True)
class SplitKeys:
    """Each key lies in one of the two places; its label tells which."""

    device: KeyHolder
    folder: FolderKeys

    def make(self, label: str, profile: Profile) -> bytes:
        if profile is Profile.SM2:
            return self.folder.make(label, profile)
        if label in self.folder:
            raise KeyRefused(f"{label} is a key of the suite {Profile.SM2}, not {profile}")
        return self.device.make(label, profile)

    def public_key(self, label: str) -> bytes:
        return self._place_of(label).public_key(label)

    def sign(self, label: str, data: bytes) -> bytes:
        return self._place_of(label).sign(label, data)

    def destroy(self, label: str) -> None:
        self._place_of(label).destroy(label)

    def _place_of(self, label: str) -> KeyHolder:
        return self.folder if label in self.folder else self.device
