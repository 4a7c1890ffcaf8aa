# SPDX-License-Identifier: Apache-2.0
"""Where private keys lie: sealed files of a folder, or a PKCS#11 device."""

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import parse_qsl

from huiban.connectors.keys.folder import FolderKeys
from huiban.connectors.keys.holder import KeyHolder, KeyRefused
from huiban.connectors.keys.split import SplitKeys
from huiban.connectors.signer import KeyUnavailable

__all__ = ["KeyHolder", "KeyRefused", "KeyUnavailable", "connect"]


def connect(address: str, secret: str = "", pin: str = "") -> KeyHolder:
    """
    Return the keys at an address.

    `folder:/path`, sealed with `secret`; or `pkcs11:/path/to/module.so?token=label`, opened with
    `pin`, where `&sm2=folder:/path` says where SM2 keys lie, which PKCS#11 does not know.

    :raises ValueError: if the address is of no known kind.
    """
    kind, _, rest = address.partition(":")
    place, _, query = rest.partition("?")
    if kind == "folder" and place:
        return FolderKeys(Path(place), secret)
    told = dict(parse_qsl(query))
    if kind == "pkcs11" and place and told.get("token"):
        return _device(Path(place), told, secret, pin)
    raise ValueError(
        f"HUIBAN_KEYS_URL: cannot read {address!r}; "
        "use folder:/path or pkcs11:/path/to/module.so?token=label"
    )


def _device(module: Path, told: Mapping[str, str], secret: str, pin: str) -> KeyHolder:
    # A house that keeps its keys in a folder needs no PKCS#11.
    from huiban.connectors.keys.device import DeviceKeys

    device = DeviceKeys(module, told["token"], pin)
    kind, _, place = told.get("sm2", "").partition(":")
    if kind == "folder" and place:
        return SplitKeys(device, FolderKeys(Path(place), secret))
    if kind:
        raise ValueError("HUIBAN_KEYS_URL: after sm2= write folder:/path")
    return device
