"""All settings, read from the environment; a wrong or missing value stops the start with one sentence naming the variable.

With neither DATABASE_URL nor REDIS_URL the installation is embedded: it brings its own PostgreSQL and Redis, makes and keeps
its keys in ROCKETSDR_HOME, listens on this machine only and has a built-in mailbox. Production makes no key and guesses nothing.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import django_stubs_ext
from cryptography.fernet import Fernet

from rocketsdr import embedded, env, storages
from rocketsdr.accounts.actor import READ_SCOPES, SCOPES
from rocketsdr.lib import log_lines

django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent
EMBEDDED = embedded.wanted()
DEBUG = env.flag("DEBUG", default=False)


def _keys(name: str, make: Callable[[], str]) -> list[str]:
    """Return the keys in the variable `name`, newest first; the embedded mode makes one and keeps it."""
    kept = [embedded.kept_secret(name.lower(), make)] if EMBEDDED else None
    return env.listed(name, kept, secret=True)


# --- Keys: three lists, newest first, so that each rotates alone ---------------------------------------------------------

SECRET_KEY, *SECRET_KEY_FALLBACKS = _keys("SECRET_KEY", lambda: secrets.token_urlsafe(48))
FERNET_KEYS = _keys("FERNET_KEYS", lambda: Fernet.generate_key().decode())
API_KEY_PEPPERS = _keys("API_KEY_PEPPERS", lambda: secrets.token_urlsafe(32))

# --- Where we are ----------------------------------------------------------------------------------------------------------

_public = env.url("PUBLIC_URL", "http://127.0.0.1:8000" if EMBEDDED else None, schemes=("https", "http"))
PUBLIC_URL = _public.text.rstrip("/")
ALLOWED_HOSTS = [_public.host, *env.listed("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"] if EMBEDDED else [])]
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
ROOT_URLCONF = "rocketsdr.urls"
ASGI_APPLICATION = "rocketsdr.asgi.application"
WSGI_APPLICATION = "rocketsdr.wsgi.application"

WEB_THREADS = env.integer("WEB_THREADS", 8, low=1, high=256)  # requests that one web process works on at the same time
MCP_ALLOWED_ORIGINS = env.listed("MCP_ALLOWED_ORIGINS", [])  # pages of other sites whose scripts may call the gateway

# --- Services ----------------------------------------------------------------------------------------------------------------

_database = env.url("DATABASE_URL", embedded.database_url() if EMBEDDED else None, schemes=("postgresql", "postgres"))
_prepares = env.flag("PREPARED_STATEMENTS", default=True)  # off behind a pooler that moves a client between connections
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": _database.path.lstrip("/"),
        "USER": _database.username,
        "PASSWORD": _database.password,
        "HOST": _database.host,
        "PORT": str(_database.port or ""),
        "OPTIONS": {**_database.options, "prepare_threshold": 0 if _prepares else None},  # of rocketsdr.lib.statements alone
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,  # of pages and jobs; the gateway's first statement repeats itself (rocketsdr.lib.statements)
    }
}
REDIS_URL = env.url("REDIS_URL", embedded.redis_url() if EMBEDDED else None, schemes=("redis", "rediss", "unix")).text
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL, "KEY_PREFIX": "rocketsdr"}}

_storage = env.url("STORAGE_URL", f"file://{embedded.home()}/storage" if EMBEDDED else None, schemes=storages.SCHEMES)
STORAGES = {
    "default": storages.storage_of(_storage),
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if EMBEDDED or DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

MAILBOX_PORT = env.integer("ROCKETSDR_MAILBOX_PORT", 8025, low=1, high=65535)  # the built-in mailbox, embedded mode only
MAILBOX_DIR = embedded.home() / "mailbox" if EMBEDDED else None
_email = env.url("EMAIL_URL", f"smtp://127.0.0.1:{MAILBOX_PORT}" if EMBEDDED else None, schemes=("smtp", "smtp+tls", "smtps"))
EMAIL_HOST, EMAIL_PORT = _email.host, _email.port or {"smtps": 465}.get(_email.scheme, 587)
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _email.username, _email.password
EMAIL_USE_TLS, EMAIL_USE_SSL = _email.scheme == "smtp+tls", _email.scheme == "smtps"
DEFAULT_FROM_EMAIL = env.text("EMAIL_FROM", f"RocketSDR <no-reply@{_public.host if '.' in _public.host else 'localhost'}>")

# --- Sending -----------------------------------------------------------------------------------------------------------------

LEASE_SECONDS = env.integer("LEASE_SECONDS", 30, low=1, high=600)  # how long a claim stays with a worker that does not start it
PUMP_SECONDS = env.integer("PUMP_SECONDS", 30, low=1, high=50)  # how long one task goes on sending before it wakes a successor
DNS_LOOKUPS = env.flag("DNS_LOOKUPS", default=not EMBEDDED)  # whether the DNS is asked where the mail of an address goes

# --- Celery wakes workers up; PostgreSQL is the queue ----------------------------------------------------------------------

CELERY_BROKER_URL = embedded.broker_url(REDIS_URL)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 120,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "socket_timeout": 5,
    "max_retries": 1,  # of the one who enqueues: the tick makes up for what a broker that is down did not take
    "interval_start": 0,
    "interval_step": 0.1,
}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_TIME_LIMIT = 120
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
CELERY_TASK_QUEUES: dict[str, dict[str, object]] = {"celery": {}, "pump": {}}
CELERY_TASK_ROUTES = {"campaigns.pump": {"queue": "pump"}}  # busy senders fill their own workers, and never hold up the tick
CELERY_BEAT_SCHEDULE = {
    "tick": {"task": "campaigns.tick", "schedule": 1.0 if EMBEDDED else 5.0, "options": {"expires": 5}},
    "purge answers": {"task": "mcp_gateway.purge", "schedule": 3600.0},
    "purge undo steps": {"task": "accounts.purge_undo_steps", "schedule": 3600.0},
    "clear expired tokens": {"task": "accounts.clear_expired_tokens", "schedule": 3600.0},
    "tidy connections": {"task": "accounts.tidy_connections", "schedule": 900.0},
    "purge OAuth clients": {"task": "accounts.purge_oauth_clients", "schedule": 3600.0},
    "check pinned OAuth clients": {"task": "accounts.check_pinned_clients", "schedule": 3600.0},
    "send due invitations": {"task": "accounts.send_due_invitations", "schedule": 60.0},
    "purge invitations": {"task": "accounts.purge_invitations", "schedule": 3600.0},
    "purge sessions": {"task": "accounts.purge_sessions", "schedule": 3600.0},
    "purge uploads": {"task": "integrations.purge_uploads", "schedule": 3600.0},
    "purge downloads": {"task": "integrations.purge_downloads", "schedule": 3600.0},
    "purge lead data": {"task": "integrations.purge_lead_data", "schedule": 3600.0},
    "purge jobs": {"task": "campaigns.purge_jobs", "schedule": 3600.0},
}

# --- Applications -------------------------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "oauth2_provider",
    "rocketsdr.accounts",
    "integrations",
    "campaigns",
    "mcp_gateway",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "rocketsdr.accounts.oauth.cors.Cors",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "rocketsdr.accounts.security.middleware.SignedInSession",
    "rocketsdr.accounts.error_pages.DomainErrorPages",
]
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
                "rocketsdr.accounts.http.workspace",
                "campaigns.views.waiting.counts",
                "rocketsdr.accounts.security.context.urge",
            ],
            "builtins": ["rocketsdr.lib.moments", "campaigns.views.badges"],
        },
    }
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en-us"
STATIC_URL = "static/"
STATIC_ROOT = None if EMBEDDED else BASE_DIR / "staticfiles"  # the embedded mode serves them from where they lie
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = EMBEDDED
TOOL_CALLS_KEPT = timedelta(days=env.integer("TOOL_CALLS_KEPT_DAYS", 90, low=1, high=3650))  # the record of every call
TOOL_CALLS_EVERY = 0.5  # seconds that the records of reads wait to be written together; 0 writes each at once
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024  # bytes of one request body; the gateway's limit is the same

# --- People sign in with their e-mail address -------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
    "rocketsdr.accounts.oauth.secrets.SecretDigest",  # of OAuth clients alone: their secrets are random
]
ACCOUNT_ADAPTER = "rocketsdr.accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "change_password": "rocketsdr.accounts.forms.ChangePasswordForm",
    "reset_password": "rocketsdr.accounts.forms.ResetPasswordForm",
    "reset_password_from_key": "rocketsdr.accounts.forms.ResetPasswordKeyForm",
    "set_password": "rocketsdr.accounts.forms.SetPasswordForm",
}
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"  # people are invited; nobody signs up by themselves
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_RATE_LIMITS = False  # django-ratelimit throttles sign-in: one library, one place
RATELIMIT_IP_META_KEY = "rocketsdr.accounts.http.client_address"
TRUSTED_PROXIES = env.integer("TRUSTED_PROXIES", 0, low=0, high=10)  # how many proxies in front of us append to X-Forwarded-For
SECOND_FACTOR_FOR = env.text(  # who must have one; each value includes those before it
    "SECOND_FACTOR_FOR", "nobody" if EMBEDDED else "operators", choices=("nobody", "operators", "owners", "everybody")
)
WORKSPACES_FOR = env.text("WORKSPACES_FOR", "everybody", choices=("operators", "everybody"))  # who may open one at a page
MFA_ADAPTER = "rocketsdr.accounts.security.adapter.SecondFactorAdapter"
MFA_FORMS = {
    "authenticate": "rocketsdr.accounts.security.forms.AuthenticateForm",
    "reauthenticate": "rocketsdr.accounts.security.forms.ReauthenticateForm",
    "activate_totp": "rocketsdr.accounts.security.forms.ActivateForm",
}
MFA_TOTP_ISSUER = f"RocketSDR ({_public.host})"
MFA_TOTP_TOLERANCE = 1  # periods before and after: clocks differ, and people type; each code counts once all the same
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_ALLOW_UNVERIFIED_EMAIL = True  # an invitation or a reset link has proved the address
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"

# --- OAuth: the client model is ours from the first migration on ------------------------------------------------------------

OAUTH2_PROVIDER_APPLICATION_MODEL = "accounts.OAuthApplication"
OAUTH2_PROVIDER = {
    "OIDC_ISS_ENDPOINT": PUBLIC_URL,
    "SCOPES": {**{name: meaning for name, meaning in SCOPES.items() if name != "admin"}, "offline_access": "Stay connected"},
    "DEFAULT_SCOPES": sorted(READ_SCOPES | {"campaigns:write", "leads:write"}),
    "OAUTH2_VALIDATOR_CLASS": "rocketsdr.accounts.oauth.validator.McpValidator",
    "OAUTH2_BACKEND_CLASS": "rocketsdr.accounts.oauth.backend.McpBackend",
    "OAUTH2_TOKEN_ENDPOINT_AUTH_METHODS_SUPPORTED": ["none"],
    "OAUTH2_GRANT_TYPES_SUPPORTED": ["authorization_code", "refresh_token"],
    "OAUTH2_RESPONSE_TYPES_SUPPORTED": ["code"],
    "OAUTH2_PROTECTED_RESOURCE_IDENTIFIER": f"{PUBLIC_URL}/api/mcp",
    "OAUTH2_PROTECTED_RESOURCE_AUTHORIZATION_SERVERS": [PUBLIC_URL],
    "DCR_ENABLED": True,  # advertises the registration endpoint, which is our own view
    "CIMD_ENABLED": True,
    "CIMD_METADATA_FETCHER": "rocketsdr.accounts.oauth.cimd.Fetcher",
    "CIMD_REGISTRATION_PERMISSION_CLASSES": ("rocketsdr.accounts.oauth.cimd.FewFromOneNetwork",),
    "CIMD_MAX_CONCURRENT_FETCHES": 2,  # of one web process: the other threads go on, however slow somebody's server is
    "CLIENT_SECRET_HASHER": "rsdr_digest",
    "ALLOWED_REDIRECT_URI_SCHEMES": ["https", "http", "cursor"],
    "ALLOW_LOCALHOST_LOOPBACK": True,
    "ALLOW_URI_WILDCARDS": False,
    "ACCESS_TOKEN_EXPIRE_SECONDS": env.integer("ACCESS_TOKEN_HOURS", 8, low=1, high=24 * 7) * 3600,
    "REFRESH_TOKEN_EXPIRE_SECONDS": 90 * 86400,
    "REFRESH_TOKEN_REUSE_PROTECTION": True,
    "REFRESH_TOKEN_GRACE_PERIOD_SECONDS": 0,  # a repeated refresh gets the same pair again: rocketsdr.accounts.oauth.replays
    "AUTHORIZATION_CODE_EXPIRE_SECONDS": 60,
    "REQUEST_APPROVAL_PROMPT": "force",
    "APPLICATION_ADMIN_CLASS": "rocketsdr.accounts.admin.OAuthApplicationAdmin",
    "REFRESH_TOKEN_ADMIN_CLASS": "rocketsdr.accounts.oauth.admin.RefreshTokenAdmin",
    **dict.fromkeys(
        [
            "COMPLIANT_BCP_RFC9700_IMPLICIT_GRANT",
            "COMPLIANT_BCP_RFC9700_PASSWORD_GRANT",
            "COMPLIANT_BCP_RFC9700_PKCE_METHOD",
            "COMPLIANT_BCP_RFC9700_ACCESS_TOKEN_TRANSPORT",
            "COMPLIANT_BCP_RFC9700_AUTHZ_RESPONSE_ISS",
            "COMPLIANT_BCP_RFC9700_TOKEN_STORAGE",
            "COMPLIANT_BCP_RFC9700_REFRESH_TOKEN",
            "COMPLIANT_BCP_RFC9700_REDIRECT_URI_MATCHING",
            "COMPLIANT_BCP_RFC9700_PKCE_REQUIRED",
        ],
        True,
    ),
}

# --- Browsers ---------------------------------------------------------------------------------------------------------------------

_https = _public.scheme == "https"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _https
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_SSL_REDIRECT = _https
SECURE_REDIRECT_EXEMPT = [r"^api/", r"^healthz$", r"^readyz$"]  # a POST to the gateway is never redirected
SECURE_HSTS_SECONDS = 365 * 86400 if _https else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}
SILENCED_SYSTEM_CHECKS = [
    "security.W005",  # HSTS for subdomains: the operator's other sites are not ours to decide on
    "security.W021",  # HSTS preload: likewise
    "oauth2_provider.W008",  # http redirect URIs: programs on the user's own computer listen on a loopback address
]

LOGGING = log_lines.config(env.text("LOG_LEVEL", "INFO", choices=log_lines.LEVELS))
