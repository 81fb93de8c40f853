"""The demo's agent against the real server: what a tool refuses becomes one sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from mcp_gateway.management import agent as agents
from mcp_gateway.management.browser import Browser
from mcp_gateway.management.postbox import Postbox
from mcp_gateway.management.story import DemoFailed, Story, plain_words

pytestmark = pytest.mark.django_db(transaction=True)


def tell(server: str, api_key: str, leads: Path) -> None:
    """Tell the story up to the campaign, as the demo does."""
    with plain_words(), agents.connected(f"{server}/api/mcp", api_key=api_key) as client, Browser(server) as browser:
        story = Story(client, browser, Postbox(leads.parent), say=lambda _: None, quote=lambda _: None)
        story.describe_offer()
        story.create_campaign(story.upload(leads))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("naam;bedrijf\nAda;Engines\n", "The file has no column of e-mail addresses"),
        ("", "The file is empty"),
        ("name,email\n", "no rows"),
    ],
    ids=["no column", "empty", "no rows"],
)
def test_a_file_that_cannot_be_a_list_of_leads_is_told_in_a_sentence(server, api_key, sender, tmp_path, content, sentence):
    leads = tmp_path / "leads.csv"
    leads.write_text(content)
    with pytest.raises(DemoFailed, match=sentence):
        tell(server, api_key.secret, leads)
