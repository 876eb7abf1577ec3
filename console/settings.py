"""Settings of the console, read from the environment.

Every variable is documented in docs/settings.md; a test compares the two lists.
Without any variable the console runs embedded: SQLite, a broker made of files,
loopback only. Values that would be unsafe are refused by the system checks in
`console.core.checks`.
"""

from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from csp.constants import NONCE

from console import keys
from console.env import env_bool, env_choice, env_int, env_list, env_secret, env_str

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(env_str("POSTERN_DATA_DIR") or BASE_DIR / "data")

DEBUG = env_bool("POSTERN_DEBUG", default=False)
DEMO = env_bool("POSTERN_DEMO", default=False)
BIND_ADDRESS = env_str("POSTERN_BIND", "127.0.0.1")
PORT = env_int("PORT", default=8000, minimum=1)
PUBLIC_URL = env_str("POSTERN_PUBLIC_URL").rstrip("/")
BOOTSTRAP_EMAIL = env_str("POSTERN_BOOTSTRAP_EMAIL", "admin@localhost")
BEHIND_TLS = PUBLIC_URL.startswith("https://")

EMBEDDED = not (env_str("DATABASE_URL") or env_str("DATABASE_URL_FILE"))

SECRET_KEY = env_secret("POSTERN_SECRET_KEY") or keys.local_key(
    DATA_DIR / "secret-key", embedded=EMBEDDED
)
DATA_KEYS = env_secret("POSTERN_DATA_KEYS").split(",")
if DATA_KEYS == [""]:
    DATA_KEYS = [
        keys.local_key(DATA_DIR / "data-key", embedded=EMBEDDED, make=keys.fernet)
    ]
AUDIT_KEYS = [
    one.strip() for one in env_secret("POSTERN_AUDIT_KEYS").split(",") if one.strip()
]
if EMBEDDED and not AUDIT_KEYS:
    AUDIT_KEYS = [
        keys.local_key(DATA_DIR / "audit-key", embedded=True, make=keys.fernet)
    ]
AUDIT_PUBLIC_KEYS = env_list("POSTERN_AUDIT_PUBLIC_KEYS")
DEPLOYMENT_KEY = env_secret("POSTERN_DEPLOYMENT_KEY")
DEPLOYMENT_PUBLIC_KEYS = env_list("POSTERN_DEPLOYMENT_PUBLIC_KEYS")
ALLOWED_HOSTS = env_list("POSTERN_ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
if PUBLIC_URL:
    ALLOWED_HOSTS.append(urlsplit(PUBLIC_URL).hostname or "")
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL] if PUBLIC_URL else []

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "guardian",
    "rest_framework",
    "drf_spectacular",
    "django_celery_beat",
    "django_htmx",
    "csp",
    "console.core",
    "namespaces",
    "directory",
    "devices",
    "policies",
    "routes",
    "gateway",
    "console.ui",
]

MIDDLEWARE = [
    "console.core.middleware.RequestContextMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "console.core.middleware.SecurityHeadersMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "directory.authentication.SessionLimitsMiddleware",
    "directory.authentication.ActorMiddleware",
    "console.core.refusals.RefusalMiddleware",
    "console.core.middleware.SignInRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "console.core.middleware.DomainErrorMiddleware",
]

ROOT_URLCONF = "console.urls"
WSGI_APPLICATION = "console.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    ["django.template.loaders.filesystem.Loader"],
                )
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "console.ui.context.shell",
            ],
            "builtins": [
                "console.core.templatetags.console",
                "django.templatetags.i18n",
            ],
        },
    },
]


def _database(url: str) -> dict[str, Any]:
    """Turn DATABASE_URL into Django's form; none means the embedded SQLite."""
    if not url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": DATA_DIR / "postern.sqlite3",
            "OPTIONS": {
                # Without IMMEDIATE, two writers that both began by reading fail
                # with "database is locked" whatever the timeout.
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": (
                    "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;"
                    "PRAGMA foreign_keys=ON;"
                ),
            },
        }
    parts = urlsplit(url)
    host = unquote(parts.hostname or "")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or "") or env_secret("DATABASE_PASSWORD"),
        "HOST": host,
        "PORT": parts.port or "",
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }


DATABASES = {"default": _database(env_secret("DATABASE_URL"))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "directory.User"
AUTHENTICATION_BACKENDS = [
    "directory.authentication.LocalAccountBackend",
    "console.ui.openid.backend.OpenIdBackend",
]
SILENCED_SYSTEM_CHECKS = [
    "guardian.W001",  # roles are read through namespaces.access, not by a backend
    "auth.W004",  # e-mail names local accounts only, where a constraint holds
]
ANONYMOUS_USER_NAME = None  # guardian would otherwise create a person "AnonymousUser"
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "overview"
OIDC_AUTHENTICATION_CALLBACK_URL = "openid-callback"
OPENID_ISSUER = env_str("POSTERN_OPENID_ISSUER")
OPENID_CLIENT_ID = env_str("POSTERN_OPENID_CLIENT_ID")
OPENID_CLIENT_SECRET = env_secret("POSTERN_OPENID_CLIENT_SECRET")

SESSION_ENGINE = "directory.session_store"
SESSION_COOKIE_NAME = "__Host-postern" if BEHIND_TLS else "postern"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = BEHIND_TLS
SESSION_IDLE_SECONDS = env_int("POSTERN_SESSION_IDLE_SECONDS", default=8 * 3600)
SESSION_ABSOLUTE_SECONDS = env_int("POSTERN_SESSION_SECONDS", default=24 * 3600)
SESSION_COOKIE_AGE = SESSION_ABSOLUTE_SECONDS
CSRF_COOKIE_SECURE = BEHIND_TLS
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Strict"
CSRF_FAILURE_VIEW = "console.ui.errors.csrf_failure"

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = BEHIND_TLS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
SECURE_PROXY_SSL_HEADER = (
    ("HTTP_X_FORWARDED_PROTO", "https")
    if env_bool("POSTERN_TRUST_FORWARDED_PROTO", default=False)
    else None
)
SECURE_HSTS_SECONDS = 31536000 if BEHIND_TLS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = BEHIND_TLS
SECURE_HSTS_PRELOAD = BEHIND_TLS
X_FRAME_OPTIONS = "DENY"
TRUSTED_PROXIES = env_list("POSTERN_TRUSTED_PROXIES")
DATA_UPLOAD_MAX_MEMORY_SIZE = 34 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 34 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "script-src": ["'self'", NONCE],
        "style-src": ["'self'", NONCE],
        "img-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["directory.authentication.ApiAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["console.core.rest.parsers.JsonParser"],
    "DEFAULT_PAGINATION_CLASS": "console.core.rest.pagination.Pages",
    "DEFAULT_SCHEMA_CLASS": "console.core.rest.schema.OperationSchema",
    "EXCEPTION_HANDLER": "console.core.rest.exception_handler.problem_details",
    "PAGE_SIZE": 50,
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Postern",
    "DESCRIPTION": "An open enterprise console for identity-aware access.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "ClusterModeEnum": "gateway.models.ClusterMode",
        "ModeEnum": "policies.models.AttachmentMode",
        "DeviceAttestationEnum": "devices.models.Attestation.choices",
        "ConsentStatusEnum": "routes.models.ConsentStatus",
        "ImportStatusEnum": "routes.models.ImportStatus",
        "RunStateEnum": "directory.models.RunState",
        "TrialStateEnum": "directory.models.TrialState",
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "console.core.rest.schema.describe_problems",
    ],
}

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English")]  # docs/translation.md says how another one comes in
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "collected"
STATICFILES_DIRS = [("dist", BASE_DIR / "static" / "dist")]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG

REDIS_URL = env_secret("REDIS_URL")
# What processes tell each other in passing, such as how far an import has come.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "postern",
    }
    if REDIS_URL
    else {
        "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
        "LOCATION": DATA_DIR / "cache",
    }
}
QUEUE_DIR = DATA_DIR / "queue"
CELERY_BROKER_URL = REDIS_URL or "filesystem://localhost"
CELERY_BROKER_TRANSPORT_OPTIONS = (
    {}
    if REDIS_URL
    else {
        # The broker made of files needs one folder for both directions, and a
        # polling interval: by default it looks for work once a second.
        "data_folder_in": str(QUEUE_DIR / "messages"),
        "data_folder_out": str(QUEUE_DIR / "messages"),
        "control_folder": str(QUEUE_DIR / "control"),
        "polling_interval": 0.1,
    }
)
CELERY_TASK_IGNORE_RESULT = True
# Remote control would leave a file for each answer in the embedded broker's folder.
CELERY_WORKER_ENABLE_REMOTE_CONTROL = bool(REDIS_URL)
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_DEFAULT_QUEUE = "postern"
CELERY_BEAT_SCHEDULE = {
    name: {"task": name, "schedule": 60.0}
    for name in [
        "console.sign_audit_checkpoint",
        "devices.expire_due",
        "devices.send_due_notices",
        "directory.forget_trials",
        "directory.start_due_reads",
        "directory.start_due_syncs",
        "directory.watch_directories",
        "gateway.forget_sessions",
        "gateway.keep_decisions",
        "policies.fetch_due",
        "routes.fail_stalled_imports",
    ]
}
# Each change asks for it at once; this finds what nobody could ask for.
CELERY_BEAT_SCHEDULE["gateway.deploy"] = {"task": "gateway.deploy", "schedule": 5.0}
CELERY_BEAT_SCHEDULE |= {
    name: {"task": name, "schedule": 3600.0}
    for name in [
        "directory.forget_runs",
        "gateway.prune_changes",
        "gateway.prune_deployments",
    ]
}
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = "UTC"

EMAIL_HOST = env_str("POSTERN_EMAIL_HOST")
EMAIL_PORT = env_int("POSTERN_EMAIL_PORT", default=587, minimum=1)
EMAIL_HOST_USER = env_str("POSTERN_EMAIL_USER")
EMAIL_HOST_PASSWORD = env_secret("POSTERN_EMAIL_PASSWORD")
EMAIL_USE_TLS = env_bool("POSTERN_EMAIL_TLS", default=True)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env_str("POSTERN_EMAIL_FROM", "postern@localhost")

# Who says which groups are in use, beside those that hold roles: a directory asks, and
# lies below the apps that know.
GROUP_USES = ["policies.selectors.list_groups_in_use"]
# The same of types of external data.
RECORD_USES = ["policies.selectors.list_record_types_in_use"]

# How long runs of directories are kept; `directory.services.retention` has the rest.
DIRECTORY_RUNS_KEPT_DAYS = env_int(
    "POSTERN_DIRECTORY_RUNS_KEPT_DAYS", default=90, minimum=1
)
# Who is told by e-mail when what is known of a directory grows old; empty: its admins.
DIRECTORY_ALERTS = env_bool("POSTERN_DIRECTORY_ALERTS", default=True)
DIRECTORY_ALERT_EMAILS = env_list("POSTERN_DIRECTORY_ALERT_EMAILS")

# A server of OPA that evaluates Rego instead of workers of our own.
OPA_URL = env_str("POSTERN_OPA_URL", "")
# Whether the roots that the FIDO Alliance lists for a model vouch for that model.
TRUST_FIDO_METADATA = env_bool("POSTERN_TRUST_FIDO_METADATA", default=True)
UPSTREAM_ALLOWLIST = env_list("POSTERN_UPSTREAM_ALLOWLIST")
# The access proxy that `up` starts; what proxies prove themselves with to authorizers.
GATEWAY = env_bool("POSTERN_GATEWAY", default=True)
GATEWAY_PORT = env_int("POSTERN_GATEWAY_PORT", default=8443, minimum=1)
# The port at which people reach the hosts of routes, where it is not that of https.
GATEWAY_PUBLIC_PORT = env_int("POSTERN_GATEWAY_PUBLIC_PORT", default=443, minimum=1)
PROXY_TOKEN = env_secret("POSTERN_PROXY_TOKEN") or keys.derived(SECRET_KEY, "proxy")
# Where authorizers send decisions beside the database.
DECISION_STREAM = env_str("POSTERN_DECISION_STREAM")
DECISION_OTLP_URL = env_str("POSTERN_DECISION_OTLP_URL")
DECISION_OTLP_HEADERS = env_secret("POSTERN_DECISION_OTLP_HEADERS")
AUDIT_CHECKPOINT_FILE = env_str("POSTERN_AUDIT_CHECKPOINTS")

LOG_LEVEL = env_str("POSTERN_LOG_LEVEL", "INFO").upper()
LOG_FORMAT = env_choice("POSTERN_LOG_FORMAT", default="json", choices=("json", "line"))
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {"()": "console.core.logs.JsonFormatter"},
        "line": {"()": "console.core.logs.LineFormatter"},
    },
    "filters": {"without-routine": {"()": "console.core.logs.WithoutRoutine"}},
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": LOG_FORMAT,
            "filters": ["without-routine"],
        }
    },
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    "loggers": {"httpx": {"level": "WARNING"}},  # it would name every page's address
}
