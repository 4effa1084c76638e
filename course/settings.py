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
    "course.web.limits.small_bodies",
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


_DATABASE_URL = (
    "DATABASE_URL is not understood; write postgres://user:password@host:port/name, and in the user and password "
    "%2F for /, %23 for #, %3F for ?, %40 for @, %5B for [, %25 for %."
)


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
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", str(parts.port or "")
    except ValueError:
        raise environment.SettingsError(_DATABASE_URL) from None
    if parts.scheme not in ("postgres", "postgresql"):
        raise environment.SettingsError("DATABASE_URL must begin with postgres://, or be empty for SQLite.")
    if parts.path in ("", "/") or parts.fragment or "@" in parts.path + parts.query:
        raise environment.SettingsError(_DATABASE_URL)
    options = {
        name: unquote(value) for name, _, value in (pair.partition("=") for pair in parts.query.split("&")) if name
    }
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", host),
        "PORT": port,
        "OPTIONS": options,
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
SILENCED_SYSTEM_CHECKS = [
    "security.W008",  # the web server with TLS in front of this one redirects
    "security.W005",  # a clinic's other subdomains are not ours to bind
    "security.W021",  # nor is its domain ours to put on browsers' lists
    "security.W004",  # course.E006 says it: this and the next two follow from COURSE_PUBLIC_URL alone
    "security.W012",
    "security.W016",
]
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

# A provider's webhook brings a whole mail of up to 10 MB, a third more in base64; `course.web.limits` keeps every
# other page to what Django allows by default.
DATA_UPLOAD_MAX_MEMORY_SIZE = 16 * 1024 * 1024

MAIL_FROM = ENVIRONMENT["COURSE_MAIL_FROM"]
MAIL_DOMAIN = ENVIRONMENT["COURSE_MAIL_DOMAIN"]
SMTP_URL = ENVIRONMENT["COURSE_SMTP_URL"]
SMTP_CA_FILE = ENVIRONMENT["COURSE_SMTP_CA_FILE"]
DKIM_SELECTOR = ENVIRONMENT["COURSE_DKIM_SELECTOR"]
DKIM_KEY_FILE = ENVIRONMENT["COURSE_DKIM_KEY_FILE"]
EMAIL_CHANNEL_BACKEND = ENVIRONMENT["COURSE_EMAIL_BACKEND"]
RELAY_LOG = ENVIRONMENT["COURSE_RELAY_LOG"]
LMTP_HOST, LMTP_PORT = ENVIRONMENT.host_and_port("COURSE_LMTP_BIND")
WEB_HOST, WEB_PORT = ENVIRONMENT.host_and_port("COURSE_WEB_BIND")
IMAP_URL = ENVIRONMENT["COURSE_IMAP_URL"]
IMAP_CA_FILE = ENVIRONMENT["COURSE_IMAP_CA_FILE"]
TWILIO_ACCOUNT_SID = ENVIRONMENT["COURSE_TWILIO_ACCOUNT_SID"]
TWILIO_AUTH_TOKEN = ENVIRONMENT["COURSE_TWILIO_AUTH_TOKEN"]
TWILIO_FROM = ENVIRONMENT["COURSE_TWILIO_FROM"]
TEXT_RATE = ENVIRONMENT.number("COURSE_TEXT_RATE")
DOMAIN_RATE = ENVIRONMENT.number("COURSE_DOMAIN_RATE")
TWILIO_URL = ENVIRONMENT["COURSE_TWILIO_URL"]
TWILIO_CONCURRENCY = int(ENVIRONMENT.number("COURSE_TWILIO_CONCURRENCY"))
ANYMAIL = {
    **ENVIRONMENT.json_object("COURSE_ANYMAIL"),
    "WEBHOOK_SECRET": ENVIRONMENT.secret_pair("COURSE_WEBHOOK_SECRET"),
    **{
        name: ENVIRONMENT["COURSE_WEBHOOK_SIGNING_KEY"]
        for name in ("MAILERSEND_SIGNING_SECRET", "MAILGUN_WEBHOOK_SIGNING_KEY", "MAILTRAP_TRACKING_SECRET")
        if ENVIRONMENT["COURSE_WEBHOOK_SIGNING_KEY"]
    },
    "MAILERSEND_INBOUND_SECRET": ENVIRONMENT["COURSE_INBOUND_SIGNING_KEY"],
}
SANDBOX_SMTP_PORT = int(ENVIRONMENT.number("COURSE_SANDBOX_SMTP_PORT"))
SANDBOX_HTTP_PORT = int(ENVIRONMENT.number("COURSE_SANDBOX_HTTP_PORT"))
DOORBELL = ENVIRONMENT["COURSE_DOORBELL"]
TICK_SECONDS = ENVIRONMENT.number("COURSE_TICK_SECONDS")
LEASE_SECONDS = ENVIRONMENT.number("COURSE_LEASE_SECONDS")
ANSWER_SECONDS = ENVIRONMENT.number("COURSE_ANSWER_SECONDS")
TASK_SECONDS = int(30 + ANSWER_SECONDS)  # a drain, and one answer that was waited for to the end
EMAIL_TIMEOUT = ANSWER_SECONDS  # Django's own SMTP backend would wait for ever

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "filters": {"tokens": {"()": "course.log_lines.CutTokens"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["tokens"]}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {"twilio.http_client": {"level": "WARNING"}, "mail.log": {"level": "ERROR"}},
}
