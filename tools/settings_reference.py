# SPDX-License-Identifier: Apache-2.0
"""docs/reference/settings.md: every variable the house reads; a test holds it to the source."""

from pathlib import Path
from typing import NamedTuple

PAGE = Path(__file__).resolve().parent.parent / "docs" / "reference" / "settings.md"
HEAD = """# Settings

<!-- Written by `make docs` from tools/settings_reference.py; do not edit. -->

Every choice an operator has is an environment variable. None is needed to try the house on one
machine. How they go together: [operating a city](../operate.md).

| variable | what it says | when it is not set |
|---|---|---|
"""
FOOT = """
S3 credentials are read as every S3 tool reads them: `AWS_ACCESS_KEY_ID` and
`AWS_SECRET_ACCESS_KEY`, or the files those tools use.

After a change restart the web and worker processes. After an update run the migrations first: they
also install the statements and guards that live in the database (see
[decision 2](../decisions/0002-sqlite-and-postgresql-one-statement.md)).
"""


class Setting(NamedTuple):
    name: str
    says: str
    otherwise: str


SETTINGS = (
    Setting(
        "HUIBAN_PRODUCTION",
        "`1`: cookies and pages over HTTPS only (HSTS), hashed static files; unsafe settings are "
        "refused at start",
        "not production",
    ),
    Setting(
        "HUIBAN_SECRET_KEY",
        "signs sessions and forms; at least 40 characters, the same on every host",
        "made once in `var/secret_key`, readable by its owner only; production refuses to start",
    ),
    Setting(
        "HUIBAN_ALLOWED_HOSTS",
        "host names served, separated by commas",
        "any; production refuses to start",
    ),
    Setting(
        "HUIBAN_TRUSTED_ORIGINS",
        "other origins that may send forms, such as `https://www.example.gov.cn`",
        "none",
    ),
    Setting(
        "HUIBAN_TLS_ENDS_BEFORE",
        "`1`: a proxy in front ends TLS and sets `X-Forwarded-Proto` itself. `huiban serve` speaks "
        "plain HTTP, so production behind it always needs this",
        "the process is asked over HTTPS directly",
    ),
    Setting(
        "HUIBAN_PUBLIC_URL",
        "the address people reach the house under; it goes into QR codes and messages",
        "`http://127.0.0.1:8000`",
    ),
    Setting(
        "HUIBAN_DATABASE_URL",
        "`sqlite:////path/file.sqlite3` or `postgres://user:password@host/name`",
        "`var/huiban.sqlite3`",
    ),
    Setting(
        "HUIBAN_OBJECTS_URL",
        "where files are kept: `folder:/path`, or "
        "`s3://bucket/prefix?endpoint=https://host&region=name`",
        "`folder:var/objects`",
    ),
    Setting(
        "HUIBAN_OVERSIGHT_URL",
        "where decisions are pushed for oversight (审管互动)",
        "written to `var/exchange/oversight`",
    ),
    Setting(
        "HUIBAN_LANGUAGE_MODEL_URL",
        "base address of a language model that explains findings and drafts opinions, such as "
        "`https://model.example.gov.cn/v1`; it is OpenAI-compatible and decides nothing "
        "([decision 18](../decisions/0018-language-model.md)). Production refuses plain http, but "
        "on the same machine",
        "no model is asked, and no button shown",
    ),
    Setting(
        "HUIBAN_LANGUAGE_MODEL_NAME",
        "the model's name, as its server lists it",
        "refused at start where there is an address",
    ),
    Setting("HUIBAN_LANGUAGE_MODEL_KEY", "the key its server asks for", "none is sent"),
    Setting(
        "HUIBAN_LANGUAGE_MODEL_SECONDS",
        "seconds after which an answer is given up, from 1 to 120; nobody waits for it",
        "30",
    ),
    Setting(
        "HUIBAN_FACE_PROVIDER_URL",
        "a certified service that judges faces in place of our own engine, https in production; "
        "what is sent and answered is in [the guide](../guides/identity.md)",
        "our own engine judges, where `requirements/face.txt` is installed; else nobody proves "
        "who they are by face",
    ),
    Setting(
        "HUIBAN_FACE_PROVIDER_KEY",
        "the key that questions and answers are signed with, at least 32 characters",
        "refused at start where there is an address",
    ),
    Setting(
        "HUIBAN_MESSAGE_GATEWAY_URL",
        "the gateway that codes go out through to telephones and mailboxes (短信网关), https in "
        "production; `huiban demo` runs one that shows them",
        "no codes are sent, and nobody proves who they are by passkey and code",
    ),
    Setting("HUIBAN_MESSAGE_GATEWAY_KEY", "the key that gateway asks for", "none is sent"),
    Setting(
        "HUIBAN_KEYS_URL",
        "where private keys lie: `folder:/path`, or `pkcs11:/path/to/module.so?token=label`, where "
        "`&sm2=folder:/path` says where SM2 keys lie, which PKCS#11 does not know",
        "`folder:var/keys`",
    ),
    Setting(
        "HUIBAN_KEYS_SECRET",
        "what keys in a folder are sealed with; at least 40 characters, the same on every host, "
        "kept apart from the folder and its backups",
        "made once in `var/keys_secret`, readable by its owner only; production that signs refuses "
        "to start",
    ),
    Setting("HUIBAN_KEYS_PIN", "the PIN of the PKCS#11 token", "none is given"),
    Setting(
        "HUIBAN_CA_URL",
        "where certificates are enrolled and revoked",
        "nothing is signed; documents are issued unsigned",
    ),
    Setting("HUIBAN_CA_KEY", "the key the certification authority asks for", "none is sent"),
    Setting(
        "HUIBAN_TSA_URL",
        "the RFC 3161 time stamp server for P-256 signatures",
        "`/tsa/p256` under `HUIBAN_CA_URL`",
    ),
    Setting("HUIBAN_TSA_SM2_URL", "the one for SM2 signatures", "`/tsa/sm2` under `HUIBAN_CA_URL`"),
    Setting(
        "HUIBAN_TRUST_ROOTS",
        "folder of the trusted root certificates (PEM); its subfolder `test` holds test roots, "
        "which production refuses",
        "`var/trust`",
    ),
    Setting("HUIBAN_DATA_DIR", "the folder called `var/` in this table", "`var/` in `HUIBAN_HOME`"),
    Setting("HUIBAN_PACKS_DIR", "the scenario packs", "`packs/` in `HUIBAN_HOME`"),
    Setting(
        "HUIBAN_PACKS_LOOK",
        "seconds between two looks whether the packs were changed; 0 is never",
        "5",
    ),
    Setting(
        "HUIBAN_READ_MATERIALS",
        "`0`: uploads are not read (材料识别), and review points find nothing in them",
        "they are read by the worker",
    ),
    Setting("HUIBAN_FONTS", "a folder of fonts for documents", "the fonts `make setup` installed"),
    Setting(
        "HUIBAN_HOME",
        "the folder that `var/` and `packs/` lie in",
        "the checkout, else the current folder",
    ),
    Setting("HUIBAN_MAX_FILE_MB", "the largest file accepted, in megabytes", "50"),
    Setting(
        "HUIBAN_API_PER_SECOND",
        "API calls an account may make in each second to each server process, on average",
        "20",
    ),
    Setting("HUIBAN_LOG_LEVEL", "`DEBUG`, `INFO`, `WARNING` or `ERROR`", "`INFO`"),
    Setting(
        "HUIBAN_DEMO",
        "`1`: demonstration accounts on the sign-in page, documents marked as samples; refused in "
        "production",
        "no demonstration",
    ),
    Setting(
        "HUIBAN_NEIGHBOURS",
        "address of the sample city's other departments; named by `packs/resources/connections/`, "
        "`huiban demo` sets it and the four below",
        "they are not asked",
    ),
    Setting("HUIBAN_NEIGHBOURS_KEY", "the key they ask of those who ask them", "they refuse"),
    Setting(
        "HUIBAN_NEIGHBOURS_PUBLIC_KEY",
        "the key that what they push is signed with: Ed25519, base64",
        "nothing they push is taken",
    ),
    Setting(
        "HUIBAN_PLANNING_DATABASE",
        "the planning department's database: `sqlite:////…` or `postgresql+psycopg://…`",
        "it is not asked",
    ),
    Setting(
        "HUIBAN_REGISTER_FILES", "the folder that departments put their files into", "none is read"
    ),
    Setting("HUIBAN_DEBUG", "`1`: debug pages; refused in production", "off"),
)


def page() -> str:
    rows = "\n".join(f"| `{one.name}` | {one.says} | {one.otherwise} |" for one in SETTINGS)
    return HEAD + rows + "\n" + FOOT


def write() -> None:
    PAGE.write_text(page(), encoding="utf-8")
