"""The product's settings, with one more address."""

from rocketsdr.settings import *  # noqa: F403 - every setting but these
from rocketsdr.settings import LOGGING as OF_THE_PRODUCT

ROOT_URLCONF = "tests.conformance.urls"
LOGGING = {
    **OF_THE_PRODUCT,
    "loggers": {
        "django.request": {"level": "ERROR"},  # the suite asks for what has to be refused; only faults of ours are news
        "django.security.DisallowedHost": {"level": "CRITICAL"},
    },
}
