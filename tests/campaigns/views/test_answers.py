import pytest
from django import forms
from django.contrib.messages import get_messages
from django.contrib.messages.storage.fallback import FallbackStorage
from django.contrib.sessions.backends.db import SessionStore

from campaigns.views.answers import by_button, by_form
from rocketsdr.lib.errors import Conflict, Forbidden, Invalid, NotFound


class OneField(forms.Form):
    name = forms.CharField(required=False)


def refusing(exc):
    def verb():
        raise exc

    return verb


@pytest.fixture
def form():
    made = OneField({"name": "x"})
    assert made.is_valid()
    return made


@pytest.fixture
def request_(rf):
    made = rf.post("/")
    made.session = SessionStore()
    made._messages = FallbackStorage(made)
    return made


@pytest.mark.parametrize(("field", "place"), [("name", "name"), ("steps[0].body", "__all__"), ("", "__all__")])
def test_a_refusal_stands_at_its_field_or_above_the_form(form, field, place):
    assert not by_form(form, refusing(Invalid("It is too long.", field=field, fix="Shorten it.")))
    assert form.errors[place] == ["It is too long. Shorten it."]


def test_what_was_done_leaves_no_error(form):
    assert by_form(form, lambda: None)
    assert not form.errors


def test_a_button_says_that_it_is_done_or_why_not(request_):
    assert by_button(request_, lambda: None, said="Done.")
    assert not by_button(request_, refusing(Conflict("It is over.")), said="Done.")
    assert [(each.level_tag, each.message) for each in get_messages(request_)] == [("success", "Done."), ("error", "It is over.")]


@pytest.mark.parametrize("kind", [NotFound, Forbidden])
def test_what_is_not_there_or_not_allowed_has_a_page_of_its_own(form, request_, kind):
    with pytest.raises(kind):
        by_form(form, refusing(kind("No.")))
    with pytest.raises(kind):
        by_button(request_, refusing(kind("No.")), said="Done.")
