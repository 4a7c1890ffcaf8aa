# SPDX-License-Identifier: Apache-2.0
"""Settings of the running house; every choice an operator has is an environment variable here."""

import os
from datetime import timedelta
from pathlib import Path

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from huiban.kernel.connection import address_fault
from huiban.store.database import connection_settings
from huiban.store.secret import persisted_secret
from huiban.web.browser_policy import add_headers

PACKAGE = Path(__file__).resolve().parent
_CHECKOUT = PACKAGE.parents[1]


def _flag(name: str) -> bool:
    return os.environ.get(name, "").strip().lower() in {"1", "true", "yes", "on"}


def _listed(name: str, default: str = "") -> list[str]:
    return [part.strip() for part in os.environ.get(name, default).split(",") if part.strip()]


HOME = Path(
    os.environ.get("HUIBAN_HOME")
    or (_CHECKOUT if (_CHECKOUT / "pyproject.toml").is_file() else Path.cwd())
)
DATA_DIR = Path(os.environ.get("HUIBAN_DATA_DIR") or HOME / "var")
PRODUCTION = _flag("HUIBAN_PRODUCTION")
DEBUG = _flag("HUIBAN_DEBUG")


def _secret_key() -> str:
    given = os.environ.get("HUIBAN_SECRET_KEY", "")
    if not PRODUCTION:
        return given or persisted_secret(DATA_DIR / "secret_key")
    if len(given) < 40 or given.startswith("django-insecure"):
        raise ImproperlyConfigured(
            "HUIBAN_SECRET_KEY: production needs its own key of at least 40 characters, the same "
            "on every host; make one with "
            "`python -c 'import secrets; print(secrets.token_urlsafe(50))'`"
        )
    return given


if PRODUCTION and DEBUG:
    raise ImproperlyConfigured(
        "HUIBAN_DEBUG: debug pages show secrets and are refused in production; unset it"
    )
SECRET_KEY = _secret_key()
ALLOWED_HOSTS = _listed("HUIBAN_ALLOWED_HOSTS", "" if PRODUCTION else "*")
if PRODUCTION and not ALLOWED_HOSTS:
    raise ImproperlyConfigured(
        "HUIBAN_ALLOWED_HOSTS: name the hosts served, separated by commas, "
        "for example zwfw.example.gov.cn"
    )
CSRF_TRUSTED_ORIGINS = _listed("HUIBAN_TRUSTED_ORIGINS")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "axes",
    "csp",
    "huiban.store",
    "huiban.web",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    # Programs need no pages, messages or forms: the API answers before those are prepared.
    "huiban.web.api.gate.ApiMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "huiban.web.visit.ActorMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "huiban.web.browser_policy.PermissionsMiddleware",
    "axes.middleware.AxesMiddleware",
    "huiban.web.refused.RefusalMiddleware",
]
ROOT_URLCONF = "huiban.web.urls"
WSGI_APPLICATION = "huiban.web.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PACKAGE / "web" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "huiban.web.preferences.context",
            ],
        },
    }
]

DATABASES = {
    "default": connection_settings(
        os.environ.get("HUIBAN_DATABASE_URL") or f"sqlite:///{DATA_DIR / 'huiban.sqlite3'}"
    )
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
OBJECTS_URL = os.environ.get("HUIBAN_OBJECTS_URL") or f"folder:{DATA_DIR / 'objects'}"
PACKS_DIR = Path(os.environ.get("HUIBAN_PACKS_DIR") or HOME / "packs")
# How often a process looks whether the packs were changed, in seconds; 0 is never.
PACKS_LOOK = float(os.environ.get("HUIBAN_PACKS_LOOK") or 5)
# Whether uploads are read (材料识别), so that review points can look at them.
READ_MATERIALS = os.environ.get("HUIBAN_READ_MATERIALS", "1") != "0"
# Where keys lie and certificates come from; without an authority nothing is signed.
KEYS_URL = os.environ.get("HUIBAN_KEYS_URL") or f"folder:{DATA_DIR / 'keys'}"
KEYS_PIN = os.environ.get("HUIBAN_KEYS_PIN") or ""
CA_URL = (os.environ.get("HUIBAN_CA_URL") or "").rstrip("/")
CA_KEY = os.environ.get("HUIBAN_CA_KEY") or ""
TSA_URL = os.environ.get("HUIBAN_TSA_URL") or (f"{CA_URL}/tsa/p256" if CA_URL else "")
TSA_SM2_URL = os.environ.get("HUIBAN_TSA_SM2_URL") or (f"{CA_URL}/tsa/sm2" if CA_URL else "")
TRUST_ROOTS = Path(os.environ.get("HUIBAN_TRUST_ROOTS") or DATA_DIR / "trust")
KEYS_SECRET = os.environ.get("HUIBAN_KEYS_SECRET") or ""
if not PRODUCTION:
    KEYS_SECRET = KEYS_SECRET or persisted_secret(DATA_DIR / "keys_secret")
elif CA_URL and "folder:" in KEYS_URL and len(KEYS_SECRET) < 40:
    raise ImproperlyConfigured(
        "HUIBAN_KEYS_SECRET: production seals the keys of its folder with a secret of its own, at "
        "least 40 characters, kept apart from the folder and its backups; make one with "
        "`python -c 'import secrets; print(secrets.token_urlsafe(50))'`"
    )
if PRODUCTION and CA_URL and not CA_URL.startswith("https://"):
    raise ImproperlyConfigured(
        "HUIBAN_CA_URL: production enrols over https, because the key it sends would be read on "
        "the way; put a TLS proxy before an authority that has none"
    )
if PRODUCTION and (TRUST_ROOTS / "test").exists():
    raise ImproperlyConfigured(
        f"HUIBAN_TRUST_ROOTS: {TRUST_ROOTS / 'test'} holds test roots, whose signatures prove "
        "nothing; production refuses them: remove that folder"
    )

TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [PACKAGE / "web" / "locale"]
LANGUAGE_COOKIE_NAME = "hb_language"
LANGUAGE_COOKIE_SAMESITE = "Lax"

STATIC_URL = "/static/"
# Collected and named by content in production only; otherwise they are served from where they lie.
STATIC_ROOT = DATA_DIR / "static" if PRODUCTION else None
STATICFILES_DIRS = [
    folder for folder in (PACKAGE / "web" / "static", HOME / "build" / "static") if folder.is_dir()
]
_STATIC_STORAGE = (
    "huiban.web.static_files.HashedFiles"
    if PRODUCTION
    else "django.contrib.staticfiles.storage.StaticFilesStorage"
)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": _STATIC_STORAGE},
}
WHITENOISE_USE_FINDERS = not PRODUCTION
WHITENOISE_AUTOREFRESH = DEBUG
WHITENOISE_ADD_HEADERS_FUNCTION = add_headers

AUTH_USER_MODEL = "store.Account"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "huiban.store.accounts.AccountBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
_VALIDATORS = "django.contrib.auth.password_validation"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"{_VALIDATORS}.UserAttributeSimilarityValidator"},
    {"NAME": f"{_VALIDATORS}.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": f"{_VALIDATORS}.CommonPasswordValidator"},
    {"NAME": f"{_VALIDATORS}.NumericPasswordValidator"},
]
LOGIN_URL = "/sign-in"
LOGIN_REDIRECT_URL = "/"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
# What `authenticate` calls it; axes would take the field of our account, which is `number`.
AXES_USERNAME_FORM_FIELD = "username"
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False

# Rows, not signed cookies: signing out must end the session everywhere a copy of it may be.
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_NAME = "hb_session"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = "hb_csrf"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "huiban.web.refused.forged"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [SELF],
    }
}
# Officers look at materials (PDF) in a frame of our own page (W019); whether browsers may ship
# the city's domain in their HTTPS lists (W021) is for the whole domain to decide, not for us.
X_FRAME_OPTIONS = "SAMEORIGIN"
SILENCED_SYSTEM_CHECKS = ["security.W019", "security.W021"]
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = PRODUCTION
SECURE_SSL_REDIRECT = PRODUCTION and not _flag("HUIBAN_TLS_ENDS_BEFORE")
SECURE_HSTS_SECONDS = 31_536_000 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = PRODUCTION
if _flag("HUIBAN_TLS_ENDS_BEFORE"):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

MAX_FILE_BYTES = int(os.environ.get("HUIBAN_MAX_FILE_MB") or 50) * 1024 * 1024
# How many API calls an account may make in each second to each server process, on average.
API_PER_SECOND = float(os.environ.get("HUIBAN_API_PER_SECOND") or 20)
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
DATA_UPLOAD_MAX_NUMBER_FILES = 50
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": os.environ.get("HUIBAN_LOG_LEVEL") or "INFO"},
}

# A demonstration shows its accounts on the sign-in page and marks every document as sample data.
DEMO = _flag("HUIBAN_DEMO")
PUBLIC_URL = (os.environ.get("HUIBAN_PUBLIC_URL") or "http://127.0.0.1:8000").rstrip("/")
# Where decisions are pushed for oversight (审管互动); without it they are left in the object store.
OVERSIGHT_URL = os.environ.get("HUIBAN_OVERSIGHT_URL") or ""
# Who judges faces: a certified service at this address; without one our own engine, if installed.
FACE_PROVIDER_URL = (os.environ.get("HUIBAN_FACE_PROVIDER_URL") or "").rstrip("/")
FACE_PROVIDER_KEY = os.environ.get("HUIBAN_FACE_PROVIDER_KEY") or ""
if FACE_PROVIDER_URL and len(FACE_PROVIDER_KEY) < 32:
    raise ImproperlyConfigured(
        "HUIBAN_FACE_PROVIDER_KEY: questions and answers are signed with a key of at least 32 "
        "characters, agreed with the service and with nobody else"
    )
if PRODUCTION and FACE_PROVIDER_URL and not FACE_PROVIDER_URL.startswith("https://"):
    raise ImproperlyConfigured(
        "HUIBAN_FACE_PROVIDER_URL: production sends faces over https, because they would be seen "
        "on the way"
    )
# Where codes go out to telephones and mailboxes (短信网关); without it no code can be sent.
MESSAGE_GATEWAY_URL = (os.environ.get("HUIBAN_MESSAGE_GATEWAY_URL") or "").rstrip("/")
MESSAGE_GATEWAY_KEY = os.environ.get("HUIBAN_MESSAGE_GATEWAY_KEY") or ""
if PRODUCTION and MESSAGE_GATEWAY_URL and not MESSAGE_GATEWAY_URL.startswith("https://"):
    raise ImproperlyConfigured(
        "HUIBAN_MESSAGE_GATEWAY_URL: production sends codes over https, because they would be "
        "read on the way; put a TLS proxy before a gateway that has none"
    )
# A language model that explains and drafts (decision 18); without an address none is asked.
LANGUAGE_MODEL_URL = (os.environ.get("HUIBAN_LANGUAGE_MODEL_URL") or "").rstrip("/")
LANGUAGE_MODEL_NAME = os.environ.get("HUIBAN_LANGUAGE_MODEL_NAME") or ""
LANGUAGE_MODEL_KEY = os.environ.get("HUIBAN_LANGUAGE_MODEL_KEY") or ""
LANGUAGE_MODEL_SECONDS = float(os.environ.get("HUIBAN_LANGUAGE_MODEL_SECONDS") or 30)
_MODEL_FAULT = address_fault(LANGUAGE_MODEL_URL, not PRODUCTION) if LANGUAGE_MODEL_URL else ""
if _MODEL_FAULT:
    raise ImproperlyConfigured(f"HUIBAN_LANGUAGE_MODEL_URL: {_MODEL_FAULT}")
if LANGUAGE_MODEL_URL and not LANGUAGE_MODEL_NAME:
    raise ImproperlyConfigured(
        "HUIBAN_LANGUAGE_MODEL_NAME: name the model to ask, as its server lists it at /models"
    )
if not 1 <= LANGUAGE_MODEL_SECONDS <= 120:
    raise ImproperlyConfigured("HUIBAN_LANGUAGE_MODEL_SECONDS: a number from 1 to 120")
if PRODUCTION and DEMO:
    raise ImproperlyConfigured(
        "HUIBAN_DEMO: demonstration accounts have a published password and are refused in "
        "production; unset it"
    )
