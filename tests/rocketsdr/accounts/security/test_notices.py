from datetime import timedelta

import pytest

from rocketsdr.accounts import tasks
from rocketsdr.accounts.actor import ALL_SCOPES, Actor
from rocketsdr.accounts.models import ApiKey, AuditEvent, User
from rocketsdr.accounts.security import notices
from rocketsdr.accounts.services import issue_api_key, revoke_api_key
from tests import factories


@pytest.mark.parametrize("notice", sorted(notices.NOTICES))
def test_every_notice_says_what_happened_and_what_to_do(ada, mailoutbox, notice, settings):
    tasks.send_notice(user_id=ada.pk, notice=notice, hint="from a newer caller")
    mail = mailoutbox[0]
    subject, sentence = notices.NOTICES[notice]
    assert (mail.to, mail.subject) == ([ada.email], subject)
    assert sentence in mail.body
    assert f"{settings.PUBLIC_URL}/password/reset/" in mail.body


def test_nobody_an_unknown_notice_and_somebody_switched_off_get_no_mail(ada, mailoutbox):
    notices.send(user_id=0, notice="password.changed")
    notices.send(user_id=ada.pk, notice="from.a.newer.caller")
    User.objects.filter(pk=ada.pk).update(is_active=False)
    notices.send(user_id=ada.pk, notice="password.changed")
    assert mailoutbox == []


def test_it_stands_in_the_log_of_each_of_the_persons_workspaces_and_in_no_others(ada, stranger):
    second = factories.MembershipFactory.create(user=ada).workspace
    notices.tell(user_id=ada.pk, notice="password.changed")
    events = AuditEvent.objects.filter(action="password.changed")
    assert {event.workspace_id for event in events} == {*ada.memberships.values_list("workspace_id", flat=True)}
    assert second.id in {event.workspace_id for event in events}
    assert stranger.workspace.id not in {event.workspace_id for event in events}


# --- What goes on working ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def programs(ada, workspace, now):
    hers = Actor(workspace_id=workspace.id, user_id=ada.pk, via="web", scopes=ALL_SCOPES)
    issue_api_key(actor=hers, name="Night script", scopes=ALL_SCOPES, now=now)
    ended = issue_api_key(actor=hers, name="Ended", scopes=ALL_SCOPES, now=now)
    revoke_api_key(actor=hers, key_id=ended.key.pk, now=now)
    issue_api_key(actor=hers, name="Run out", scopes=ALL_SCOPES, now=now, expires_at=now + timedelta(days=1))
    ApiKey.objects.filter(name="Run out").update(expires_at=now - timedelta(days=9999))
    factories.ConnectionFactory.create(workspace=workspace, user=ada, application__name="ChatGPT", returns_to="chatgpt.com")
    factories.ConnectionFactory.create(workspace=workspace, user=ada, application__name="Gone", revoked_at=now)


@pytest.mark.parametrize("notice", sorted(notices.NAMES_PROGRAMS))
def test_a_lost_password_or_code_names_the_programs_that_act_on(ada, api_key, programs, mailoutbox, notice):
    notices.send(user_id=ada.pk, notice=notice)
    told = mailoutbox[0].body
    lines = [line for line in told.splitlines() if line.startswith("- ")]
    assert [line.partition(" (rsdr_live_")[0] for line in lines] == ["- the API key Night script", "- ChatGPT at chatgpt.com in Acme"]
    assert "/settings/integrations/" in told


def test_a_notice_of_something_else_names_none(ada, programs, mailoutbox):
    notices.send(user_id=ada.pk, notice="second_factor.added")
    assert "act for you" not in mailoutbox[0].body


def test_a_long_list_of_programs_is_cut_and_says_so(ada, workspace, mailoutbox):
    for number in range(notices.MOST_PROGRAMS + 3):
        factories.ConnectionFactory.create(workspace=workspace, user=ada, returns_to=f"{number}.example")
    notices.send(user_id=ada.pk, notice="password.reset")
    assert mailoutbox[0].body.count("\n- ") == notices.MOST_PROGRAMS + 1
    assert "- and 3 more" in mailoutbox[0].body
