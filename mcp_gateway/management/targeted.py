"""The second job of the demo: an agent finds people in a directory, looks at what they would read, and writes to them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from campaigns.services import directories
from mcp_gateway.management.story import DemoFailed, Story, counted, eventually
from rocketsdr.accounts.services import move_clock
from rocketsdr.lib import clock

PEOPLE = 2_000  # in the directory
WANTED = 10  # of them, for the campaign
NAME = "VPs in Germany"


def fill_directory() -> None:
    """Make people up whom every workspace may look for, as make_directory does."""
    directory = directories.get_or_open(name="Made up", workspace_id=None, now=clock.now())
    directories.make_up(directory=directory, number=PEOPLE, seed="demo", now=clock.now())


def write_to_targeted(told: Story) -> int:
    """Search the values, preview the audience and one e-mail, create the campaign; return how many e-mails have arrived."""
    targeting = _values(told)
    found = told.agent.call("preview_leads", targeting=targeting, max_leads=WANTED, sample_size=2)
    told.say("preview_leads says whom that reaches, and why:")
    told.quote(found.text)
    if not found.data["sample"]:
        raise DemoFailed("The directory has nobody who fits, though it was made so that it has.")
    _show_email(told, found.data["sample"][0])
    offer = {"product_id": told.product_id, "persona_id": told.persona_id}
    made = told.agent.call("create_campaign", name=NAME, type="targeting", targeting=targeting, max_leads=WANTED, **offer).data
    return _await_arrival(told, made["campaign_id"])


def _values(told: Story) -> dict[str, list[str]]:
    """Find the values of a targeting by what a salesperson would say."""
    asked = (("seniorities", "seniority", "vice president"), ("locations", "location", "deutschland"))
    found = {facet: told.agent.call("search_targeting", query=words, type=kind, limit=1).data["matches"] for facet, kind, words in asked}
    values = {facet: [match["value"] for match in matches] for facet, matches in found.items()}
    said = " and ".join(f"“{words}” is {values[facet][0]}" for facet, _, words in asked)
    told.say(f"Who else? The operator has loaded a directory of {PEOPLE:,} people (made up). search_targeting knows that {said}.")
    return values


def _show_email(told: Story, person: dict[str, Any]) -> None:
    offer = {"product_id": told.product_id, "persona_id": told.persona_id}
    shown = told.agent.call("preview_email", lead={"lead_ref": person["lead_ref"]}, **offer).data
    told.say(f"preview_email shows what {person['name']} would read:")
    told.quote(f"Subject: {shown['subject']}\n\n{shown['body_text']}")


def _await_arrival(told: Story, campaign_id: int) -> int:
    """Let the hold pass and wait until everybody of the campaign has their e-mail."""

    def campaign() -> dict[str, Any]:
        found: dict[str, Any] = told.agent.call("get_campaign", campaign_id=campaign_id).data["campaign"]
        return found

    eventually(lambda: campaign()["status"] == "scheduled", lambda: campaign()["previews_ready"], "the leads were not written to")
    move_clock(by=max(datetime.fromisoformat(campaign()["hold_until"]) - clock.now(), timedelta()) + timedelta(seconds=1))
    leads = told.agent.call("list_leads", campaign_id=campaign_id, limit=WANTED).data["leads"]
    eventually(lambda: all(told.postbox.of(lead["email"]) for lead in leads), told.postbox.count, "not all of the e-mails have arrived")
    told.say(f"create_campaign took {counted(len(leads), 'lead')} at random; after the hold each has got the first e-mail.")
    return len(leads)
