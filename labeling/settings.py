"""Every setting, read from the environment; SQLite and local files unless told otherwise."""

import os
import secrets
from datetime import timedelta
from pathlib import Path
from typing import Any

import dj_database_url
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from labeling.environment import (
    choice,
    flag,
    hex_key,
    hosts,
    kept_key,
    networks,
    number,
    secret,
    text,
)

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(text("LABELING_DATA", "data")).expanduser().absolute()
DEBUG = flag("DEBUG")
HTTPS = flag("HTTPS")
SECRET_KEY = secret("SECRET_KEY") or kept_key(
    DATA_DIR, "secret_key", lambda: secrets.token_urlsafe(64)
)
# signs certificates: the same on every machine of a site (docs/certificate.md 4)
SIGNING_KEY = hex_key(
    "SIGNING_KEY",
    secret("SIGNING_KEY") or kept_key(DATA_DIR, "signing_key", lambda: secrets.token_hex(32)),
)
ALLOWED_HOSTS = [h for h in text("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]").split(",") if h]
CSRF_TRUSTED_ORIGINS = [o for o in text("CSRF_TRUSTED_ORIGINS").split(",") if o]
# Whose X-Forwarded-For is believed: addresses and networks; anybody may write such a header.
TRUSTED_PROXIES = networks("TRUSTED_PROXIES", text("TRUSTED_PROXIES"))
REQUESTS_PER_SECOND = number("REQUESTS_PER_SECOND", 100)
IMPORT_ROOT = Path(text("LABELING_IMPORT_ROOT") or DATA_DIR / "import").expanduser().absolute()

# Which hosts webhooks may reach, with the port if it is not the usual one; none: no webhooks.
WEBHOOK_HOSTS = hosts("WEBHOOK_HOSTS", text("WEBHOOK_HOSTS"))

DATABASE_URL = text("DATABASE_URL")
REDIS_URL = text("REDIS_URL")
TASKS_BACKEND = choice("TASKS_BACKEND", "database", {"database", "rq"})
if TASKS_BACKEND == "rq" and not REDIS_URL:
    raise ImproperlyConfigured("TASKS_BACKEND=rq needs REDIS_URL=redis://host:port/number.")

# How long a silent worker keeps its step; reconciliation repeats a lost message after the same
# time.
STEP_LEASE_SECONDS = max(1, number("STEP_LEASE_SECONDS", 60))

MLASSIST_DEVICE = text("MLASSIST_DEVICE", "auto")
MLASSIST_WEIGHTS = text("MLASSIST_WEIGHTS", "auto")
MLASSIST_DETECTOR = text("MLASSIST_DETECTOR", "auto")
MLASSIST_SHARDS = max(1, number("MLASSIST_SHARDS", 1))
MLASSIST_PROCESSES = max(1, number("MLASSIST_PROCESSES", 1))
MLASSIST_CACHE_MB = number("MLASSIST_CACHE_MB", 1024)
MLASSIST_ENGINE = text("MLASSIST_ENGINE", "mlassist.training.engine")

INSTALLED_APPS = [
    "labeling.admin_site.BoxwiseAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "channels",
    "csp",
    "axes",
    "django_tasks",
    "django_tasks_db",
    "labeling",
    "mlassist",
    "annotator_ui",
]
MIDDLEWARE = [
    "labeling.server.health.probes",
    "annotator_ui.middleware.private",
    "annotator_ui.middleware.api_errors",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "annotator_ui.middleware.SignedIn",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "labeling.urls"
ASGI_APPLICATION = "labeling.asgi.application"
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
            ]
        },
    }
]

if DATABASE_URL:
    DATABASES: dict[str, Any] = {"default": dj_database_url.parse(DATABASE_URL)}
else:
    DATABASES = {
        "default": {"ENGINE": "django.db.backends.sqlite3", "NAME": DATA_DIR / "boxwise.sqlite3"}
    }
SQLITE = DATABASES["default"]["ENGINE"].endswith("sqlite3")
# Opening a connection costs as much as a request's work; each server thread keeps its own.
DATABASES["default"] |= {"CONN_MAX_AGE": 600, "CONN_HEALTH_CHECKS": not SQLITE}
if SQLITE:
    # IMMEDIATE: a read-then-write transaction fails at once under Django's default. FULL: an
    # answered submit survives a power cut. Both: docs/operations.md 4.1.
    DATABASES["default"]["OPTIONS"] = {
        "timeout": 20,
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; "
        "PRAGMA journal_size_limit=67108864; PRAGMA cache_size=-20000;",
    }
else:
    DATABASES["default"]["OPTIONS"] = {
        "options": "-c statement_timeout=60000 -c lock_timeout=10000 "
        "-c idle_in_transaction_session_timeout=60000"
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

if REDIS_URL:
    CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
    }
    CHANNEL_LAYERS: dict[str, Any] = {
        "default": {
            "BACKEND": "channels_redis.core.RedisChannelLayer",
            "CONFIG": {"hosts": [REDIS_URL]},
        }
    }
else:
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}

TASKS = {
    "default": {
        "BACKEND": {
            "database": "django_tasks_db.DatabaseBackend",
            "rq": "django_tasks_rq.RQBackend",
        }[TASKS_BACKEND],
        "QUEUES": ["default", "gpu"],
    }
}
if TASKS_BACKEND == "rq":
    INSTALLED_APPS.append("django_rq")
    RQ_QUEUES = {name: {"URL": REDIS_URL} for name in ("default", "gpu")}
    RQ = {"JOB_CLASS": "django_tasks_rq.Job"}

MEDIA_ROOT = DATA_DIR / "media"
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
PACKAGE_DIRS = [
    ("idb", BASE_DIR / "node_modules" / "idb" / "build"),
    ("d3", BASE_DIR / "node_modules" / "d3" / "dist"),
]
STATICFILES_DIRS = [BASE_DIR / "static", *PACKAGE_DIRS]
# Without pages the API still needs its sign-in form, but neither scripts nor the npm packages.
PAGES = flag("LABELING_PAGES", True)
HASHED = "labeling.static_storage.HashedStatic"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": HASHED if PAGES else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
FILE_UPLOAD_PERMISSIONS, FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o600, 0o700
os.umask(0o077)  # what this program writes is its owner's: database, pictures, detectors, exports
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024**2
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024**2
DATA_UPLOAD_MAX_NUMBER_FIELDS, DATA_UPLOAD_MAX_NUMBER_FILES = 1000, 2000

AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AXES_FAILURE_LIMIT, AXES_COOLOFF_TIME = 1, timedelta(minutes=15)
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # else who keeps trying keeps it locked
AXES_HANDLER = "labeling.login_lock.LoginLock"
AXES_CLIENT_IP_CALLABLE = "labeling.login_lock.address_of"
AXES_LOCKOUT_CALLABLE = "labeling.login_lock.say_locked"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL, LOGIN_REDIRECT_URL, LOGOUT_REDIRECT_URL = "login", "home", "login"

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "csrf"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_HSTS_SECONDS = 63072000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if flag("BEHIND_PROXY") else None
SECURE_REFERRER_POLICY = SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
PERMISSIONS_POLICY: dict[str, list[str]] = {
    k: [] for k in ("camera", "microphone", "geolocation", "payment", "usb")
}
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "blob:", "data:"],
        "connect-src": [SELF],
        "font-src": [SELF],
        "worker-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
    }
}

REST_FRAMEWORK = {
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["annotator_ui.api.parsers.SafeJSONParser"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_AUTHENTICATION_CLASSES": ["annotator_ui.api.access.Session"],
    "DEFAULT_SCHEMA_CLASS": "annotator_ui.api.schema.TypedSchema",
    "EXCEPTION_HANDLER": "annotator_ui.api.errors.handle",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Boxwise",
    "DESCRIPTION": "Programs use what lies under /api/v1/, with an access token; the rest serves "
    "the site's own pages and changes with them.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "POSTPROCESSING_HOOKS": ["annotator_ui.page_shapes.add"],
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    "SERVE_AUTHENTICATION": ["annotator_ui.api.access.Session"],
}

EMAIL_HOST = text("EMAIL_HOST")  # none: invitation links are copied, not sent
EMAIL_SECURITY = choice("EMAIL_SECURITY", "starttls", {"starttls", "tls", "none"})
EMAIL_USE_TLS, EMAIL_USE_SSL = EMAIL_SECURITY == "starttls", EMAIL_SECURITY == "tls"
EMAIL_PORT = number("EMAIL_PORT", {"starttls": 587, "tls": 465, "none": 25}[EMAIL_SECURITY])
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = text("EMAIL_USER"), secret("EMAIL_PASSWORD")
DEFAULT_FROM_EMAIL = text("EMAIL_FROM") or EMAIL_HOST_USER or "boxwise@localhost"
EMAIL_TIMEOUT = 10  # seconds that a web thread waits for the mail server

USE_TZ, TIME_ZONE, LANGUAGE_CODE, USE_I18N = True, "UTC", "en-us", False
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "filters": {
        "went_away": {"()": "labeling.log_lines.WentAway"},
        "short": {"()": "labeling.log_lines.ShortLine"},
    },
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["short"]}
    },
    "root": {"handlers": ["console"], "level": text("LOG_LEVEL", "INFO")},
    "loggers": {
        "django.request": {"filters": ["went_away"]},
        "django_tasks": {"level": "WARNING"},
        "django_tasks_db": {"level": "WARNING"},
        "axes": {"level": "WARNING"},
        "uvicorn": {"level": "WARNING"},
    },
}
