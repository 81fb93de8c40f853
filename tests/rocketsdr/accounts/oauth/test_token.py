"""The token endpoint and the one that takes tokens back. The numbers are the rows of the security checklist."""

from __future__ import annotations

import base64
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from unittest import mock

import pytest
from django.contrib.auth import hashers
from django.core.cache import cache
from django.db import OperationalError, transaction
from django.db import connections as databases
from django.utils import timezone
from oauth2_provider.models import AccessToken, Grant, RefreshToken
from oauth2_provider.oauth2_validators import OAuth2Validator
from redis.exceptions import ConnectionError as RedisGone

from rocketsdr.accounts import connections
from rocketsdr.accounts.models import AuditEvent, Connection, Membership, OAuthApplication, User
from rocketsdr.accounts.oauth import replays
from rocketsdr.lib.clock import now as real_now
from tests import factories
from tests.oauth import CALLBACK, READING, RESOURCE, Flow, other_client

FORM = "application/x-www-form-urlencoded"


def is_good(pair):
    return connections.actor_of_token(pair["access_token"], resource=RESOURCE, now=real_now()) is not None


def refusal(response):
    """Return status and error of a refusal; whatever it is, it is JSON that nobody keeps (row 39)."""
    assert response["Content-Type"] == "application/json"
    assert "no-store" in response["Cache-Control"]
    return response.status_code, response.json()["error"]


def forget_the_window():
    """Let the time pass in which a refresh may be repeated."""
    cache.clear()


# --- Codes -------------------------------------------------------------------------------------------------------------------------


@pytest.mark.attack(30)
def test_row_30_a_code_without_its_verifier_is_nothing(flow, workspace):
    code = flow.code(workspace)
    assert refusal(flow.exchange(code, code_verifier=None)) == (400, "invalid_request")
    assert refusal(flow.exchange(code, code_verifier="w" * 43)) == (400, "invalid_grant")
    assert flow.exchange(code).status_code == 200


@pytest.mark.attack(31)
def test_row_31_a_code_that_comes_twice_ends_what_came_of_it(flow, workspace):
    code = flow.code(workspace)
    pair = flow.exchange(code).json()
    assert is_good(pair)
    assert refusal(flow.exchange(code)) == (400, "invalid_grant")
    assert not is_good(pair)
    assert refusal(flow.refresh(pair["refresh_token"])) == (400, "invalid_grant")
    assert AuditEvent.objects.filter(action="connection.code_replayed").count() == 1
    assert Connection.objects.live().count() == 0


@pytest.mark.attack(31)
def test_row_31_also_when_somebody_else_brings_it_and_after_a_refresh(flow, workspace):
    code = flow.code(workspace)
    pair = flow.refresh(flow.exchange(code).json()["refresh_token"]).json()
    thief = other_client()
    assert refusal(thief.exchange(code)) == (400, "invalid_grant")
    assert not is_good(pair)


@pytest.mark.attack(32)
def test_row_32_a_code_is_of_its_client_its_address_its_minute_and_its_person(flow, workspace, owner):
    code = flow.code(workspace)
    assert refusal(other_client().exchange(code)) == (400, "invalid_grant")
    assert refusal(flow.exchange(code, redirect_uri="http://127.0.0.1:1/callback"))[0] == 400
    assert refusal(flow.exchange(code, redirect_uri=None))[0] == 400
    User.objects.filter(pk=owner.pk).update(is_active=False)
    assert refusal(flow.exchange(code)) == (400, "invalid_grant")
    User.objects.filter(pk=owner.pk).update(is_active=True)
    Grant.objects.update(expires=timezone.now() - timedelta(seconds=1))
    assert refusal(flow.exchange(code)) == (400, "invalid_grant")
    assert not AccessToken.objects.exists()


def test_a_code_lasts_a_minute(flow, workspace):
    flow.code(workspace)
    assert 0 < (Grant.objects.get().expires - timezone.now()).total_seconds() <= 60


def test_whoever_left_the_workspace_meanwhile_gets_no_token(flow, workspace, owner):
    code = flow.code(workspace)
    Membership.objects.filter(user=owner).delete()
    assert refusal(flow.exchange(code)) == (400, "invalid_grant")


def test_a_code_that_nobody_gave_is_nothing(flow):
    for code in ("nonsense", "", "a\x00b", "é"):
        assert refusal(flow.exchange(code))[0] == 400


@pytest.mark.django_db(transaction=True)
def test_of_two_exchanges_at_once_none_keeps_its_tokens(flow, workspace):
    code, meet = flow.code(workspace), threading.Barrier(2, timeout=10)
    real = connections.connect

    def connect(**given):
        meet.wait()
        return real(**given)

    with mock.patch.object(connections, "connect", connect):
        answers = at_once(lambda: flow.exchange(code))
    assert sorted(answer.status_code for answer in answers) == [200, 400]
    assert not any(is_good(answer.json()) for answer in answers if answer.status_code == 200)


# --- Refreshing --------------------------------------------------------------------------------------------------------------------


def at_once(ask, number=2):
    """Do the same in several threads, each with a database connection of its own."""

    def one(_):
        try:
            return ask()
        finally:
            databases.close_all()

    with ThreadPoolExecutor(number) as threads:
        return list(threads.map(one, range(number)))


def test_a_refresh_gives_a_new_pair_and_ends_the_old_one(flow, workspace):
    old = flow.connect(workspace)
    new = flow.refresh(old["refresh_token"]).json()
    assert (is_good(old), is_good(new)) == (False, True)
    assert set(new["scope"].split()) == set(READING.split())
    assert Connection.objects.count() == 1


@pytest.mark.attack(33)
def test_row_33_a_stolen_token_that_comes_after_the_window_ends_the_family(flow, workspace):
    old = flow.connect(workspace)
    new = flow.refresh(old["refresh_token"]).json()
    forget_the_window()
    assert refusal(flow.refresh(old["refresh_token"])) == (400, "invalid_grant")
    assert not is_good(new)
    assert refusal(flow.refresh(new["refresh_token"])) == (400, "invalid_grant")
    assert AuditEvent.objects.filter(action="connection.token_replayed").count() == 1


@pytest.mark.attack(34)
def test_row_34_a_retry_after_a_lost_answer_gets_the_same_pair(flow, workspace):
    old = flow.connect(workspace)
    first = flow.refresh(old["refresh_token"])
    again = flow.refresh(old["refresh_token"])
    assert (again.status_code, again.json()) == (200, first.json())
    assert is_good(again.json())


@pytest.mark.django_db(transaction=True)
@pytest.mark.attack(34)
def test_row_34_refreshes_at_once_all_get_the_same_pair(flow, workspace):
    old = flow.connect(workspace)
    answers = at_once(lambda: flow.refresh(old["refresh_token"]), number=4)
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    assert is_good(answers[0].json())


@pytest.mark.django_db(transaction=True)
@pytest.mark.attack(34)
def test_row_34_no_refresh_is_overtaken_while_it_is_looked_at(flow, workspace):
    old, held = flow.connect(workspace), []
    real = OAuth2Validator.validate_refresh_token

    def take():
        with transaction.atomic(), pytest.raises(OperationalError):
            RefreshToken.objects.select_for_update(nowait=True).get(token_checksum=connections.checksum(old["refresh_token"]))
        return True

    def looked_at(self, *given, **named):
        held.extend(at_once(take, number=1))
        return real(self, *given, **named)

    with mock.patch.object(OAuth2Validator, "validate_refresh_token", looked_at):
        assert is_good(flow.refresh(old["refresh_token"]).json())
    assert held == [True]


@pytest.mark.attack(34)
def test_row_34_a_fork_of_a_repeated_pair_is_still_found(flow, workspace):
    old = flow.connect(workspace)
    pair = flow.refresh(old["refresh_token"]).json()
    assert flow.refresh(old["refresh_token"]).json() == pair  # the thief's
    mine = flow.refresh(pair["refresh_token"]).json()
    forget_the_window()
    assert refusal(flow.refresh(pair["refresh_token"])) == (400, "invalid_grant")
    assert not is_good(mine)


@pytest.mark.attack(34)
def test_row_34_what_was_ended_is_not_repeated(flow, workspace):
    old = flow.connect(workspace)
    new = flow.refresh(old["refresh_token"]).json()
    flow.revoke(new["refresh_token"])
    assert refusal(flow.refresh(old["refresh_token"])) == (400, "invalid_grant")


@pytest.mark.attack(34)
def test_row_34_nobody_else_gets_the_repeated_pair(flow, workspace):
    old = flow.connect(workspace)
    new = flow.refresh(old["refresh_token"]).json()
    assert refusal(other_client().refresh(old["refresh_token"])) == (400, "invalid_grant")
    assert is_good(new)


def test_without_redis_a_refresh_works_and_a_repeated_one_is_refused(flow, workspace):
    old = flow.connect(workspace)
    with mock.patch.object(replays, "cache", mock.Mock(**{"set.side_effect": RedisGone, "get.side_effect": RedisGone})):
        assert flow.refresh(old["refresh_token"]).status_code == 200
        assert refusal(flow.refresh(old["refresh_token"])) == (400, "invalid_grant")


def test_what_lies_in_the_cache_is_read_with_the_old_token_alone():
    replays.keep("old", {"access_token": "secret-a", "scope": "x"})
    place = replays._place("old")
    assert b"secret-a" not in cache.get(place)
    assert "old" not in place.split(":")
    assert replays.recall("other") is None
    cache.set(replays._place("other"), cache.get(place))
    assert replays.recall("other") is None
    assert replays.recall("old") == {"access_token": "secret-a", "scope": "x"}


@pytest.mark.attack(35)
def test_row_35_a_refresh_never_gives_more_or_to_others(flow, workspace):
    pair = flow.connect(workspace)
    assert refusal(other_client().refresh(pair["refresh_token"])) == (400, "invalid_grant")
    assert refusal(flow.refresh(pair["refresh_token"], scope=f"{READING} campaigns:send")) == (400, "invalid_scope")
    assert refusal(flow.refresh(pair["refresh_token"], resource="https://evil.example")) == (400, "invalid_target")
    assert is_good(pair)
    assert flow.refresh(pair["refresh_token"], resource=f"{RESOURCE}/").status_code == 200


@pytest.mark.attack(53)
def test_row_53_an_exchange_cannot_widen_the_resource(flow, workspace):
    for resource in ("https://evil.example", ["https://evil.example", RESOURCE], "garbage"):
        assert refusal(flow.exchange(flow.code(workspace), resource=resource)) == (400, "invalid_target")
    assert not AccessToken.objects.exists()


@pytest.mark.attack(36)
def test_row_36_who_may_no_more_gets_no_token(flow, workspace, owner):
    pair = flow.connect(workspace)
    User.objects.filter(pk=owner.pk).update(is_active=False)
    assert refusal(flow.refresh(pair["refresh_token"])) == (400, "invalid_grant")
    assert not is_good(pair)
    User.objects.filter(pk=owner.pk).update(is_active=True)
    OAuthApplication.objects.update(disabled_at=timezone.now())
    assert refusal(flow.refresh(pair["refresh_token"])) == (401, "invalid_client")
    assert not is_good(pair)
    OAuthApplication.objects.update(disabled_at=None)
    Membership.objects.filter(user=owner).delete()
    assert refusal(flow.refresh(pair["refresh_token"])) == (400, "invalid_grant")
    assert not is_good(pair)


def test_a_refresh_token_ends_when_nobody_uses_it(flow, workspace):
    pair = flow.connect(workspace)
    AccessToken.objects.update(expires=timezone.now() - timedelta(days=91))
    assert refusal(flow.refresh(pair["refresh_token"])) == (400, "invalid_grant")


# --- What the endpoint is not ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "grant_type",
    [
        "client_credentials",
        "password",
        "implicit",
        "urn:ietf:params:oauth:grant-type:device_code",
        "urn:ietf:params:oauth:grant-type:jwt-bearer",
        "",
    ],
)
@pytest.mark.attack(37)
def test_row_37_other_grants_do_not_exist(flow, owner, grant_type):
    form = {"grant_type": grant_type, "username": owner.email, "password": "x", "scope": READING}
    assert refusal(flow.token(**form)) == (400, "unsupported_grant_type")
    confidential = OAuthApplication.objects.create(
        client_type="confidential", authorization_grant_type="client-credentials", client_secret="s", hash_client_secret=False
    )
    assert refusal(Flow(client_id=confidential.client_id).token(**form, client_secret="s")) == (400, "unsupported_grant_type")


@pytest.mark.attack(38)
def test_row_38_only_a_form_in_the_body_counts(flow, workspace):
    form = {"grant_type": "authorization_code", "client_id": "rocketsdr", "code": flow.code(workspace)}
    as_json = flow.machine.post("/o/token/", form, content_type="application/json")
    in_address = flow.machine.post(f"/o/token/?code={form['code']}", "grant_type=authorization_code", content_type=FORM)
    twice = flow.machine.post("/o/token/", "grant_type=refresh_token&grant_type=authorization_code", content_type=FORM)
    for response in (as_json, in_address, twice):
        assert refusal(response) == (400, "invalid_request")
    assert flow.machine.get("/o/token/").status_code == 405
    assert flow.machine.get("/o/revoke/").status_code == 405


@pytest.mark.attack(39)
def test_row_39_a_token_is_never_kept_by_a_cache(flow, workspace):
    made = flow.exchange(flow.code(workspace))
    assert (made["Content-Type"], "no-store" in made["Cache-Control"]) == ("application/json", True)
    assert set(made.json()) == {"access_token", "refresh_token", "expires_in", "token_type", "scope"}
    assert made.json()["expires_in"] == 8 * 3600


def basic(text):
    return {"Authorization": f"Basic {base64.b64encode(text.encode()).decode()}"}


@pytest.mark.attack(40)
def test_row_40_a_public_client_costs_no_slow_digest(flow, workspace):
    with (
        mock.patch.object(hashers, "check_password", side_effect=AssertionError),
        mock.patch("oauth2_provider.oauth2_validators.check_password", side_effect=AssertionError),
    ):
        flow.connect(workspace)
        assert refusal(flow.exchange("x", client_secret="guess")) == (401, "invalid_client")
        body = "grant_type=authorization_code&code=x"
        assert refusal(flow.machine.post("/o/token/", body, content_type=FORM, headers=basic("rocketsdr:guess"))) == (401, "invalid_client")


@pytest.mark.attack(40)
def test_row_40_guessing_secrets_is_stopped(db):
    OAuthApplication.objects.create(client_id="private", client_type="confidential", authorization_grant_type="authorization-code")
    flow = Flow(client_id="private")
    answers = [flow.exchange("x", client_secret=f"guess {number}") for number in range(25)]
    assert [answer.status_code for answer in answers] == [401] * 20 + [429] * 5
    assert refusal(answers[-1])[1] == "temporarily_unavailable"
    assert int(answers[-1]["Retry-After"]) > 0


@pytest.mark.parametrize("how", ["nothing", "empty in the body", "basic"])
def test_a_blank_secret_may_be_sent_in_any_way(flow, workspace, how):
    code = flow.code(workspace)
    if how == "basic":
        body = f"grant_type=authorization_code&code={code}&redirect_uri={CALLBACK}&code_verifier={'v' * 43}"
        made = flow.machine.post("/o/token/", body, content_type=FORM, headers=basic("rocketsdr:"))
    else:
        made = flow.exchange(code, **({"client_secret": ""} if how == "empty in the body" else {}))
    assert made.status_code == 200


def test_a_private_client_has_to_know_its_secret(owner, workspace):
    secret = "s" * 40
    client = OAuthApplication.objects.create(
        client_type="confidential",
        client_secret=secret,
        redirect_uris="https://app.example/cb",
        authorization_grant_type="authorization-code",
    )
    flow = Flow(client_id=client.client_id, redirect_uri="https://app.example/cb").sign_in(owner)
    code = flow.code(workspace)
    for wrong in (None, "", "guess"):
        assert refusal(flow.exchange(code, client_secret=wrong)) == (401, "invalid_client")
    assert flow.exchange(code, client_secret=secret).status_code == 200


@pytest.mark.attack(105)
def test_row_105_a_limit_holds_for_the_offender_alone(flow, workspace, monkeypatch):
    second = factories.MembershipFactory.create(workspace=workspace).user
    other = Flow().sign_in(second)
    theirs, mine = other.connect(workspace), flow.connect(workspace)
    answers = [flow.refresh(mine["refresh_token"]).status_code for _ in range(62)]
    assert (answers[0], answers[-1]) == (200, 429)
    assert other.refresh(theirs["refresh_token"]).status_code == 200  # from the same address
    unknown = [flow.refresh(f"nonsense {number}").status_code for number in range(122)]
    assert (unknown[0], unknown[-1]) == (400, 429)
    assert other.refresh(theirs["refresh_token"]).status_code == 200


# --- Giving back -------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("which", ["access_token", "refresh_token"])
@pytest.mark.attack(41)
def test_row_41_a_client_gives_its_own_tokens_back(flow, workspace, which):
    pair = flow.connect(workspace)
    assert flow.revoke(pair[which], token_type_hint="access_token").status_code == 200
    assert not is_good(pair)
    assert refusal(flow.refresh(pair["refresh_token"])) == (400, "invalid_grant")
    assert AuditEvent.objects.filter(action="connection.given_back").count() == 1


@pytest.mark.attack(41)
def test_row_41_foreign_and_unknown_tokens_are_answered_alike_and_stay(flow, workspace):
    pair = flow.connect(workspace)
    thief = other_client()
    answers = [thief.revoke(pair["access_token"]), thief.revoke(pair["refresh_token"]), thief.revoke("unknown"), flow.revoke("unknown")]
    assert {(answer.status_code, answer.content) for answer in answers} == {(200, b"{}")}
    assert is_good(pair)


def test_of_two_consents_of_one_client_one_may_be_given_back(flow, workspace):
    first, second = flow.connect(workspace), flow.connect(workspace)
    assert Connection.objects.count() == 1
    flow.revoke(first["refresh_token"])
    assert (is_good(first), is_good(second)) == (False, True)
    flow.revoke(second["refresh_token"])
    assert Connection.objects.live().count() == 0


# --- At rest -----------------------------------------------------------------------------------------------------------------------


def test_no_token_stands_in_the_database(flow, workspace):
    code = flow.code(workspace)
    pair = flow.exchange(code).json()
    assert set(AccessToken.objects.values_list("token", flat=True)) == set(RefreshToken.objects.values_list("token", flat=True)) == {""}
    assert AccessToken.objects.get().token_checksum == connections.checksum(pair["access_token"])
    assert not Grant.objects.exists()


def test_one_network_gives_back_so_many_tokens_a_minute_and_no_more(flow):
    answers = [flow.revoke(f"unknown-{number}").status_code for number in range(302)]
    assert answers == [200] * 300 + [429] * 2
