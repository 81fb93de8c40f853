import pytest

from rocketsdr.lib import errors
from rocketsdr.lib.errors import Conflict, DomainError, Forbidden, Invalid, LimitReached, NotFound, ProviderFailed, Unavailable


def test_an_error_carries_a_sentence_a_fix_and_facts():
    error = Conflict("The campaign is paused.", fix="Resume it.", status="paused")
    assert (str(error), error.message, error.fix, error.context) == (
        "The campaign is paused.",
        "The campaign is paused.",
        "Resume it.",
        {"status": "paused"},
    )


def test_invalid_names_the_field():
    assert Invalid("No name.", field="name", given=1).field == "name"
    assert Invalid("No name.", given=1).context == {"given": 1}


def test_a_provider_says_whether_a_retry_helps():
    assert not ProviderFailed("No.").transient
    assert ProviderFailed("Later.", transient=True).transient


@pytest.mark.parametrize(
    ("kind", "code", "status"),
    [
        (Invalid, "invalid", 422),
        (NotFound, "not_found", 404),
        (Conflict, "conflict", 409),
        (Forbidden, "forbidden", 403),
        (LimitReached, "limit_reached", 429),
        (Unavailable, "temporarily_unavailable", 503),
        (ProviderFailed, "provider_failed", 502),
    ],
)
def test_every_kind_has_a_code_and_an_http_status_of_its_own(kind, code, status):
    assert (kind.code, kind.http_status) == (code, status)
    assert issubclass(kind, DomainError)


def test_no_kind_is_missing_above():
    kinds = [each for each in vars(errors).values() if isinstance(each, type) and issubclass(each, DomainError)]
    assert len({each.http_status for each in kinds}) == len(kinds) == 8
