"""Settings: read from the environment, or from the file the embedded services leave behind; importing starts nothing."""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from csp.constants import NONCE, NONE, SELF
from django.utils.translation import gettext_lazy as _

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(os.environ.get("CARTWRIGHT_VAR", BASE_DIR / "var"))


def _services() -> dict[str, str]:
    """Addresses the embedded services wrote when they started; the environment wins over them."""
    try:
        found = json.loads((VAR_DIR / "run" / "services.json").read_text())
    except (OSError, ValueError):
        found = {}
    if "DATABASE_URL" in os.environ or "DATABASE_OWNER_URL" in os.environ:
        # One address from here and one from there would migrate a database that nobody meant.
        found = {name: url for name, url in found.items() if not name.startswith("DATABASE")}
    return {**found, **{k: v for k, v in os.environ.items() if k.endswith("_URL") and v}}


def _secret_key() -> str:
    """The key of the environment, or one made once and kept readable by its owner alone."""
    if key := os.environ.get("SECRET_KEY"):
        return key
    file = VAR_DIR / "run" / "secret_key"
    try:
        return file.read_text()
    except OSError:
        key = secrets.token_urlsafe(50)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with open(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as out:
            out.write(key)
    except FileExistsError:
        return file.read_text() or key  # another process was quicker
    except OSError:
        pass  # a read-only place: the key lives as long as the process
    return key


def database(url: str) -> dict[str, Any]:
    """Django's database dictionary for a `postgres://user:password@host:port/name?option=value` address."""
    parts = urlsplit(url)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": int(os.environ.get("CONN_MAX_AGE", "60")),
        "CONN_HEALTH_CHECKS": True,
        # Plans of prepared statements would be made before the row-security setting is known: leave them off.
        "OPTIONS": {**dict(parse_qsl(parts.query)), "connect_timeout": 5, "prepare_threshold": None},
    }


SERVICES = _services()
SECRET_KEY = _secret_key()
DEBUG = os.environ.get("DEBUG", "") == "1"
# The training environment (deploy/training.py) says so on every page.
TRAINING = os.environ.get("CARTWRIGHT_TRAINING", "") == "1"
ALLOWED_HOSTS = os.environ.get("ALLOWED_HOSTS", "localhost 127.0.0.1 [::1] testserver").split()
CSRF_TRUSTED_ORIGINS = os.environ.get("CSRF_TRUSTED_ORIGINS", "").split()
# What stands before the path of an address in an e-mail, where no request says it.
PUBLIC_ADDRESS = os.environ.get("PUBLIC_ADDRESS", next(iter(CSRF_TRUSTED_ORIGINS), "http://localhost:8000")).rstrip("/")

# The application connects as a role that owns nothing; migrations and tests connect as the owner.
_APP_URL = SERVICES.get("DATABASE_URL", "postgres://cartwright_app@127.0.0.1:1/not_started")
DATABASES = {
    "default": {**database(_APP_URL), "TEST": {"MIRROR": "owner"}},
    "owner": {**database(SERVICES.get("DATABASE_OWNER_URL", _APP_URL)), "CONN_MAX_AGE": 0},
}
DATABASE_ROUTERS: list[str] = []
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "trial.apps.TrialConfig",
    "crf.apps.CrfConfig",
    "analytics.apps.AnalyticsConfig",
    "trial.apps.AdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "axes",
    "crispy_forms",
    "crispy_bootstrap5",
    "csp",
    "django_celery_beat",
    "django_htmx",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "trial.idle.Idle",
    "trial.middleware.SignedIn",
    "trial.middleware.Language",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
    "trial.middleware.Scope",  # last: it runs the view in the transaction that row-level security needs
]
ROOT_URLCONF = "trial.urls"
WSGI_APPLICATION = "trial.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "csp.context_processors.nonce",
                "trial.context.page",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

AUTH_USER_MODEL = "trial.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.ScryptPasswordHasher",
]
_VALIDATION = "django.contrib.auth.password_validation."
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": _VALIDATION + "UserAttributeSimilarityValidator"},
    {"NAME": _VALIDATION + "MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": _VALIDATION + "CommonPasswordValidator"},
    {"NAME": _VALIDATION + "NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "trial.accounts.Adapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_RATE_LIMITS = False  # axes counts failed sign-ins
EMAIL_BACKEND = os.environ.get("EMAIL_BACKEND", "django.core.mail.backends.console.EmailBackend")
EMAIL_HOST, EMAIL_PORT = os.environ.get("EMAIL_HOST", "localhost"), int(os.environ.get("EMAIL_PORT", "25"))
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = os.environ.get("EMAIL_HOST_USER", ""), os.environ.get("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = os.environ.get("EMAIL_USE_TLS", "") == "1"
DEFAULT_FROM_EMAIL = os.environ.get("DEFAULT_FROM_EMAIL", "cartwright@localhost")

# By user name AND address: by address alone one mistyped password would lock a hospital behind one address.
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_CLIENT_IP_CALLABLE = "trial.accounts.address"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_TEMPLATE = "trial/locked_out.html"
AXES_VERBOSE = False

SESSION_COOKIE_AGE = 12 * 3600
# A screen locks after so long without a key or a pointer, and asks for the password again (trial.idle).
IDLE_SECONDS = int(os.environ.get("IDLE_SECONDS", str(15 * 60)))
SESSION_COOKIE_HTTPONLY = True
if TRAINING:  # a browser keeps cookies by host, not by port: signing in here must not sign out there
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME, LANGUAGE_COOKIE_NAME = "training", "training_csrf", "training_language"
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "trial.away.csrf_failure"
if os.environ.get("TLS", "") == "1":  # production, behind a proxy that ends TLS
    SECURE_SSL_REDIRECT = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
PERMISSIONS_POLICY: dict[str, list[str]] = {
    name: [] for name in ("camera", "geolocation", "microphone", "payment", "usb")
}

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("zh-hans", _("Simplified Chinese"))]
LOCALE_PATHS = [BASE_DIR / "trial" / "locale"]
FORMAT_MODULE_PATH = "trial.formats"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "static/"
# Files are served from the packages as they are; a folder is needed only where a proxy serves them (collectstatic).
STATIC_ROOT = os.environ.get("STATIC_ROOT") or None
WHITENOISE_USE_FINDERS = True
STORAGES = {
    "default": {
        "BACKEND": os.environ.get("STORAGE_BACKEND", "django.core.files.storage.FileSystemStorage"),
        "OPTIONS": json.loads(os.environ.get("STORAGE_OPTIONS", json.dumps({"location": str(VAR_DIR / "files")}))),
    },
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
# A form is some kilobytes; ten megabytes of text must reach the item's own error message.
DATA_UPLOAD_MAX_MEMORY_SIZE = 32 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000

CELERY_BROKER_URL = SERVICES.get("BROKER_URL", "redis://127.0.0.1:1/0")
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 3600
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_PUBLISH_RETRY = False  # a dead broker never makes a person wait; beat picks the work up
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
CELERY_BEAT_MAX_LOOP_INTERVAL = 2
CELERY_TIMEZONE = "UTC"
if CELERY_BROKER_URL.startswith("redis"):
    # A task whose worker was killed is delivered again after seconds, not an hour (measured: 17 s against 97 s).
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "visibility_timeout": 3600,
        "unacked_restore_interval": 5,
        "unacked_restore_throttle": 1,
        "socket_connect_timeout": 2,
        "socket_timeout": 10,
        "max_retries": 0,
    }

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "filters": {"no_values": {"()": "trial.logs.NoValues"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["no_values"]}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {"django.server": {"level": "WARNING"}, "axes": {"level": "WARNING"}},
}
SILENCED_SYSTEM_CHECKS = ["models.W036"]
