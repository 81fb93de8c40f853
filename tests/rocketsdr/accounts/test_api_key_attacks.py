"""What somebody tries who wants in with a key that is not theirs; each test is named after the attack."""

from __future__ import annotations

import re
import statistics
import time
from datetime import timedelta

import pytest
from django.db import connection

from rocketsdr.accounts.actor import ALL_SCOPES
from rocketsdr.accounts.models import Membership
from rocketsdr.accounts.rotation import rotate_api_key
from rocketsdr.accounts.services import actor_of_api_key
from rocketsdr.lib import crypto

# What a secret scanner is told to look for; a key of ours is nothing else, and nothing else is a key of ours.
SCANNED = re.compile(r"\brsdr_live_[a-z2-7]{8}_[a-z2-7]{40}\b")
WRONG = "rsdr_live_{}_" + "a" * 40


def everything_stored() -> str:
    """Return every row of every table as text: what a leak of the database would give away."""
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        rows = []
        for table in tables:
            cursor.execute(f"SELECT t::text FROM {connection.ops.quote_name(table)} AS t")  # noqa: S608 - Django's own list of names
            rows += [row[0] for row in cursor.fetchall()]
    return "\n".join(rows)


@pytest.mark.attack(90)
def test_a_database_leak_gives_no_key_away(api_key, person, now):
    actor_of_api_key(api_key.secret, now=now)
    fresh = rotate_api_key(actor=person, key_id=api_key.key.id, overlap=timedelta(days=1), now=now)
    actor_of_api_key(fresh.secret, now=now)
    stored = everything_stored()
    assert fresh.key.prefix in stored, "the leak is whole"
    for secret in (api_key.secret, fresh.secret):
        assert secret not in stored
        assert secret.rpartition("_")[2] not in stored


@pytest.mark.attack(90)
def test_a_stolen_digest_is_no_key_and_cannot_be_made_into_one_without_the_pepper(api_key, now, settings):
    digest = api_key.key.digest
    for guess in (digest, f"rsdr_live_{api_key.key.prefix}_{digest}", f"rsdr_live_{api_key.key.prefix}_"):
        assert actor_of_api_key(guess, now=now) is None
    settings.API_KEY_PEPPERS = ["the thief's"]
    assert actor_of_api_key(api_key.secret, now=now) is None


@pytest.mark.attack(90)
def test_guessing_a_key_takes_two_hundred_bits(api_key):
    head, _, random = api_key.secret.rpartition("_")
    assert head == f"rsdr_live_{api_key.key.prefix}"
    assert len(random) * 5 == 200, "letters of base32"
    assert len({crypto.random_token(25) for _ in range(1000)}) == 1000


@pytest.mark.attack(95)
def test_a_key_that_got_into_a_repository_is_found_by_its_form(api_key):
    assert SCANNED.fullmatch(api_key.secret)
    assert SCANNED.search(f'curl -H "X-API-Key: {api_key.secret}" https://example.com')
    assert not SCANNED.search(f"rsdr_live_{api_key.key.prefix}…"), "what the pages show is none"


@pytest.mark.attack(91)
def test_an_unknown_prefix_and_a_wrong_secret_make_the_same_steps(api_key, now, monkeypatch, django_assert_num_queries):
    compared: list[int] = []
    matches = crypto.matches

    def counted(text: str, stored: str) -> bool:
        compared.append(len(stored))
        return matches(text, stored)

    monkeypatch.setattr(crypto, "matches", counted)
    actor_of_api_key(api_key.secret, now=now)
    for text in (api_key.secret, WRONG.format(api_key.key.prefix), WRONG.format("unknown1")):
        compared.clear()
        with django_assert_num_queries(1):
            actor_of_api_key(text, now=now)
        assert compared == [64]


@pytest.mark.attack(91)
def test_the_time_of_an_answer_does_not_tell_a_known_prefix_from_an_unknown_one(api_key, now):
    texts = {"hit": api_key.secret, "wrong": WRONG.format(api_key.key.prefix), "miss": WRONG.format("unknown1")}
    took: dict[str, list[float]] = {name: [] for name in texts}
    for text in texts.values():
        actor_of_api_key(text, now=now)  # the plan is made, the use is noted
    for _ in range(700):  # 2,100 calls, in turns, so that the machine's moods meet all three alike
        for name, text in texts.items():
            began = time.perf_counter()
            actor_of_api_key(text, now=now)
            took[name].append(time.perf_counter() - began)
    medians = {name: statistics.median(times) for name, times in took.items()}
    assert max(medians.values()) < 1.5 * min(medians.values()), medians
    assert medians["wrong"] < 0.05, "no slow hash is computed for a call"


@pytest.mark.parametrize("role", ["viewer", "member"])
def test_a_key_made_by_an_owner_falls_with_its_owner(api_key, owner, workspace, now, role):
    Membership.objects.filter(user=owner, workspace=workspace).update(role=role)
    actor = actor_of_api_key(api_key.secret, now=now)
    assert actor is not None
    assert actor.scopes < ALL_SCOPES
    assert "admin" not in actor.scopes
