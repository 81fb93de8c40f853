import pytest

from rocketsdr.accounts import tasks
from rocketsdr.accounts.models import AuditEvent, User
from rocketsdr.accounts.security import notices
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
