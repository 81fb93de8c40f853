"""Reading the environment: what is right becomes a value, what is wrong becomes one sentence that names the variable."""

import pytest

from rocketsdr import env
from rocketsdr.env import BadSetting

SCHEMES = ("postgresql", "postgres")


@pytest.fixture
def given(monkeypatch):
    """Set the variable X, or remove it with None."""

    def give(value: str | None) -> None:
        if value is None:
            monkeypatch.delenv("X", raising=False)
        else:
            monkeypatch.setenv("X", value)

    return give


@pytest.mark.parametrize(
    ("value", "read", "expected"),
    [
        (" a word ", lambda: env.text("X"), "a word"),
        (None, lambda: env.text("X", "other"), "other"),
        ("", lambda: env.text("X", "other"), "other"),
        ("smtp", lambda: env.text("X", choices=("smtp", "imap")), "smtp"),
        (None, lambda: env.optional("X"), None),
        ("On", lambda: env.flag("X"), True),
        ("0", lambda: env.flag("X", default=True), False),
        (None, lambda: env.flag("X", default=True), True),
        ("42", lambda: env.integer("X", low=1, high=42), 42),
        (None, lambda: env.integer("X", 7), 7),
        ("a, b,,c ", lambda: env.listed("X"), ["a", "b", "c"]),
        (None, lambda: env.listed("X", ["a"]), ["a"]),
        (None, lambda: env.listed("X", []), []),
    ],
)
def test_a_right_value_is_read_and_a_missing_one_has_its_default(given, value, read, expected):
    given(value)
    assert read() == expected


@pytest.mark.parametrize(
    ("value", "read", "sentence"),
    [
        (None, lambda: env.text("X"), "X is not set: set it to a value."),
        ("  ", lambda: env.text("X"), "X is not set: set it to a value."),
        ("pop", lambda: env.text("X", choices=("smtp", "imap")), "X is 'pop': set it to one of smtp, imap."),
        ("pop", lambda: env.text("X", choices=("a", "b"), secret=True), "X is not what is expected: set it to one of a, b."),
        ("maybe", lambda: env.flag("X"), "X is 'maybe': set it to on or off."),
        (None, lambda: env.flag("X"), "X is not set: set it to on or off."),
        ("8000x", lambda: env.integer("X", 1), "X is '8000x': set it to a whole number."),
        ("0", lambda: env.integer("X", low=1, high=65535), "X is 0: set it to a whole number from 1 to 65535."),
        ("0", lambda: env.integer("X", low=1), "X is 0: set it to a whole number of at least 1."),
        ("9", lambda: env.integer("X", high=8), "X is 9: set it to a whole number of at most 8."),
        (None, lambda: env.listed("X"), "X is not set: set it to one or more values with commas between them."),
        (" , ", lambda: env.listed("X", []), "X is ',', which holds nothing: set it to one or more values with commas between them."),
        (None, lambda: env.url("X", schemes=SCHEMES), "X is not set: set it to a URL that starts with postgresql://."),
        (
            "mysql://root:pw@db/x",
            lambda: env.url("X", schemes=SCHEMES),
            "X starts with 'mysql': start it with postgresql:// or postgres://.",
        ),
        ("db.internal/x", lambda: env.url("X", schemes=SCHEMES), "X starts with no scheme: start it with postgresql:// or postgres://."),
    ],
)
def test_a_wrong_value_stops_the_start_with_one_sentence(given, value, read, sentence):
    given(value)
    with pytest.raises(BadSetting) as stopped:
        read()
    assert str(stopped.value) == sentence


def test_a_url_is_taken_apart_and_decoded(given):
    given("postgresql://me%40home:p%2Fw@db.internal:6543/sales?sslmode=require")
    url = env.url("X", schemes=SCHEMES)
    assert (url.scheme, url.username, url.password, url.host, url.port, url.path) == (
        "postgresql",
        "me@home",
        "p/w",
        "db.internal",
        6543,
        "/sales",
    )
    assert url.options == {"sslmode": "require"}


@pytest.mark.parametrize("text", ["postgresql://me:pw@/sales?host=/Run/Of/Me", "postgresql://me:pw@%2FRun%2FOf%2FMe/sales"])
def test_a_socket_s_folder_keeps_its_case_in_both_spellings(text):
    url = env.parsed(text, schemes=SCHEMES, name="X")
    assert (url.host, url.path, url.port) == ("/Run/Of/Me", "/sales", None)


@pytest.mark.parametrize("text", ["postgresql://me:secret/word@db/x", "postgresql://me:secret@db:99999/x", "postgresql://[me:secret]/x"])
def test_the_error_of_a_broken_url_does_not_show_its_password(text):
    with pytest.raises(BadSetting, match="X is no URL: write postgresql://") as stopped:
        env.parsed(text, schemes=SCHEMES, name="X")
    assert "secret" not in str(stopped.value)


def test_a_url_shown_in_a_traceback_hides_its_password():
    assert "pw" not in repr(env.parsed("postgresql://me:pw@db/x", schemes=SCHEMES, name="X"))
