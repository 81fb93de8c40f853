import pytest
from django.test import Client

from campaigns.models import RenderedEmail
from rocketsdr.accounts.models import User
from tests import factories


@pytest.fixture
def page(client, owner):
    """The owner's browser."""
    client.force_login(owner)
    return client


@pytest.fixture
def looking(viewer):
    """The browser of somebody who may only look."""
    browser = Client()
    browser.force_login(User.objects.get(id=viewer.user_id))
    return browser


@pytest.fixture
def thread(campaign, lead, enrollment):
    """What the lead has answered to the e-mail that it got."""
    delivery = factories.DeliveryFactory.create(enrollment=enrollment, sent=True)
    RenderedEmail.objects.create(delivery=delivery, subject="A question", body_text="Hello Ada,\nis it so?", digest="d" * 64)
    conversation = factories.ConversationFactory.create(campaign=campaign, lead=lead)
    factories.InboundMessageFactory.create(conversation=conversation)
    return conversation
