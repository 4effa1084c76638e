"""The environment in, Django's settings out. Loads with no secrets; `course.checks` asks for them at start."""

import os
from pathlib import Path
from urllib.parse import unquote, urlsplit

from course import environment, paths

ENVIRONMENT = environment.read(os.environ)
SANDBOX = ENVIRONMENT.sandbox
DATA_DIR = ENVIRONMENT.data_dir
LEDGER = Path(ENVIRONMENT["COURSE_LEDGER"] or DATA_DIR / "ledger.jsonl").resolve()
COURSE_DIR = ENVIRONMENT["COURSE_DIR"]
SCHEDULE = paths.schedule(COURSE_DIR)
LESSONS = paths.lessons(COURSE_DIR)
PUBLIC_URL = ENVIRONMENT["COURSE_PUBLIC_URL"]

SECRET_KEY = ENVIRONMENT["COURSE_SECRET_KEY"] or "no secret is set; `course check` and `course up` refuse to go on"
KEYS = ENVIRONMENT["COURSE_KEYS"]
INDEX_KEY = ENVIRONMENT["COURSE_INDEX_KEY"]
DEBUG = False
ALLOWED_HOSTS = [urlsplit(PUBLIC_URL).hostname or "localhost", "localhost", "127.0.0.1"]
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "course",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "course.urls"
AUTH_USER_MODEL = "course.Staff"
LOGIN_URL = "/console/sign-in"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES: list[dict[str, object]] = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "NAME": name,
        "DIRS": [],
        "OPTIONS": {"environment": f"course.delivery.templates.{name}_environment"},
    }
    for name in ("html", "plain")
]


def _database(url: str) -> dict[str, object]:
    if not url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(DATA_DIR / "course.sqlite3"),
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;",
            },
        }
    parts = urlsplit(url)
    if parts.scheme not in ("postgres", "postgresql"):
        raise environment.SettingsError("DATABASE_URL must begin with postgres://, or be empty for SQLite.")
    query = dict(pair.split("=", 1) for pair in parts.query.split("&") if "=" in pair)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(query.get("host", parts.hostname or "")),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }


DATABASES = {"default": _database(ENVIRONMENT["DATABASE_URL"])}
REDIS_URL = ENVIRONMENT["REDIS_URL"]

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("es", "Español")]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"  # Django exports this as TZ: anything else would shift the workers' log times

STATIC_URL = "/static/"
STATIC_ROOT = paths.static()  # served as it lies: nothing has to be collected

_SECURE = PUBLIC_URL.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _SECURE
SESSION_COOKIE_NAME = "__Host-session" if _SECURE else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if _SECURE else "csrf"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SECURE_HSTS_SECONDS = 31_536_000 if _SECURE else 0
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "style-src": ["'self'"],
        "script-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
    }
}

MAIL_FROM = ENVIRONMENT["COURSE_MAIL_FROM"]
MAIL_DOMAIN = ENVIRONMENT["COURSE_MAIL_DOMAIN"]
SMTP_URL = ENVIRONMENT["COURSE_SMTP_URL"]
RELAY_LOG = ENVIRONMENT["COURSE_RELAY_LOG"]
LMTP_HOST, LMTP_PORT = ENVIRONMENT.host_and_port("COURSE_LMTP_BIND")
WEB_HOST, WEB_PORT = ENVIRONMENT.host_and_port("COURSE_WEB_BIND")
TWILIO_ACCOUNT_SID = ENVIRONMENT["COURSE_TWILIO_ACCOUNT_SID"]
TWILIO_AUTH_TOKEN = ENVIRONMENT["COURSE_TWILIO_AUTH_TOKEN"]
TWILIO_FROM = ENVIRONMENT["COURSE_TWILIO_FROM"]
TWILIO_URL = ENVIRONMENT["COURSE_TWILIO_URL"]
SANDBOX_SMTP_PORT = int(ENVIRONMENT.number("COURSE_SANDBOX_SMTP_PORT"))
SANDBOX_HTTP_PORT = int(ENVIRONMENT.number("COURSE_SANDBOX_HTTP_PORT"))
DOORBELL = ENVIRONMENT["COURSE_DOORBELL"]
TICK_SECONDS = ENVIRONMENT.number("COURSE_TICK_SECONDS")
LEASE_SECONDS = ENVIRONMENT.number("COURSE_LEASE_SECONDS")
ANSWER_SECONDS = ENVIRONMENT.number("COURSE_ANSWER_SECONDS")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "filters": {"tokens": {"()": "course.log_lines.CutTokens"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["tokens"]}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {"twilio.http_client": {"level": "WARNING"}, "mail.log": {"level": "ERROR"}},
}
