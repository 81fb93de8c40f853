from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.db import SessionStore

from campaigns.views.waiting import counts


def test_pages_that_do_not_show_the_counts_do_not_ask_for_them(rf, owner, thread, django_assert_num_queries):
    request = rf.get("/")
    request.user, request.session = owner, SessionStore()
    with django_assert_num_queries(0):
        shown = counts(request)
    assert shown["waiting"].unread == 1


def test_whoever_is_not_signed_in_has_nothing_waiting(rf, db):
    request = rf.get("/")
    request.user, request.session = AnonymousUser(), SessionStore()
    assert counts(request)["waiting"].approvals == 0
