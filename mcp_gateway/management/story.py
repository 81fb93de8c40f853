"""The main job as a newcomer would do it, told in sentences: a CSV of leads becomes e-mails, answers and numbers."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2

from mcp_gateway.management.agent import Agent, ToolRefused
from mcp_gateway.management.browser import Browser, PageFailed
from mcp_gateway.management.postbox import Postbox
from rocketsdr.accounts.services import move_clock
from rocketsdr.lib import clock

PRODUCT = {
    "name": "Ledgerline",
    "description": "Ledgerline closes the month in two days: it matches invoices, payments and contracts by itself.",
    "value_props": ["The month is closed in two days, not nine", "Every number leads back to its document", "Set up in an afternoon"],
    "proof_points": ["412 finance teams close their books with it"],
    "url": "https://ledgerline.example",
}
PERSONA = {
    "name": "Operations leader",
    "title": "Head of Operations",
    "description": "Answers for the numbers of the company",
    "pains": ["Reports that take two days every month", "Numbers that differ from system to system"],
}
ANSWER = "Happy to talk. Would Tuesday at ten suit you?"
FOLLOW_UPS_AWAITED = 500  # of the second e-mails, which leave in the order of the first ones
LONGEST_SILENCE = 30.0  # seconds without any progress after which the demo has failed


class DemoFailed(Exception):
    """Something did not happen, or not as it should; the message is a sentence."""


class NothingMoves(DemoFailed):
    """The processes in the background have stopped to make progress."""


@contextmanager
def plain_words() -> Iterator[None]:
    """Turn what a tool, a page or the network refused into a sentence of the demo's."""
    try:
        yield
    except (ToolRefused, PageFailed) as exc:
        raise DemoFailed(str(exc)) from exc
    except httpx2.HTTPError as exc:
        raise DemoFailed(f"The server did not answer: {exc}.") from exc


@dataclass
class Story:
    """What has happened so far, and everybody who takes part."""

    agent: Agent
    browser: Browser
    postbox: Postbox
    say: Callable[[str], None]
    quote: Callable[[str], None]
    campaign_id: int = 0
    product_id: int = 0
    persona_id: int = 0
    people: list[dict[str, Any]] = field(default_factory=list)

    # --- What is sold, and to whom ---------------------------------------------------------------------------------------------

    def describe_offer(self) -> None:
        """Store a product and a persona: all that the e-mails may say."""
        tools = self.agent.tools()
        self.say(
            f"An agent connects to the MCP endpoint with that key (revision {self.agent.protocol_version}) and finds {len(tools)} tools."
        )
        self.product_id = self.agent.call("create_product", **PRODUCT).data["product"]["id"]
        self.persona_id = self.agent.call("create_persona", **PERSONA).data["persona"]["id"]
        self.say(f"It describes what is sold, {PRODUCT['name']}, and to whom: the {PERSONA['title']}.")

    def upload(self, file: Path) -> str:
        """Upload the file with a signed form; return the address that stands for it."""
        name = f"{file.stem[:90] or 'leads'}.csv"
        offer = self.agent.call("get_csv_upload_url", filename=name).data
        parts = {"file": (name, file.read_bytes(), "text/csv")}
        response = httpx2.post(offer["uploadUrl"], data=offer["formFields"], files=parts, timeout=60, trust_env=False)
        if response.is_error:
            raise DemoFailed(_refusal(response))
        self.say(f"It asks for a signed upload form and sends {file.name} through it: {file.stat().st_size:,} bytes.")
        return str(offer["gcsUrl"])

    # --- The campaign ----------------------------------------------------------------------------------------------------------

    def create_campaign(self, csv_url: str) -> None:
        """Create the campaign in one call and wait until its leads are read and their first e-mails written."""
        began = time.monotonic()
        made = self.agent.call(
            "create_campaign",
            name="Close the month faster",
            type="csv",
            product_id=self.product_id,
            persona_id=self.persona_id,
            csv_url=csv_url,
        ).data
        self.campaign_id = made["campaign_id"]
        campaign = self._await_written()
        imported = self._imported(campaign)
        self.say(
            f"One call creates and launches the campaign. Its file had {counted(imported['rows'], 'row')}: "
            f"{counted(imported['accepted'], 'new lead')}, {imported['updated']:,} known, "
            f"{counted(imported['duplicates'], 'duplicate')}, {imported['rejected']:,} rejected; "
            f"leads and first e-mails were ready after {time.monotonic() - began:.1f} s."
        )
        if not imported["accepted"] + imported["updated"]:
            raise DemoFailed("No row of the file has a usable e-mail address: there is nobody to write to.")
        for row in made["leads"]["rejected"][:3]:
            self.quote(f"Row {row['row']}: {row['reason']}")

    def _await_written(self) -> dict[str, Any]:
        def written() -> dict[str, Any] | None:
            campaign = self.campaign()
            if failed := [each["error"] for each in campaign["imports"] if each["status"] == "failed"]:
                raise DemoFailed(failed[0])
            return campaign if campaign["status"] != "importing" else None

        found: dict[str, Any] = eventually(written, lambda: self.campaign()["previews_ready"], "the leads were not read and written to")
        return found

    def campaign(self) -> dict[str, Any]:
        """Return the campaign as the agent sees it now."""
        found: dict[str, Any] = self.agent.call("get_campaign", campaign_id=self.campaign_id).data["campaign"]
        return found

    def _imported(self, campaign: dict[str, Any]) -> dict[str, int]:
        names = ("rows", "accepted", "updated", "duplicates", "rejected")
        return {name: sum(each[name] for each in campaign["imports"]) for name in names}

    def preview(self) -> None:
        """Show the first e-mail to one lead."""
        active = self._active_leads()
        if not active:
            return self.say("There is nobody to write to: every lead is suppressed, or its e-mail cannot be written.")
        pair = {"product_id": self.product_id, "persona_id": self.persona_id}
        shown = self.agent.call("preview_email", lead={"lead_id": active[0]["id"]}, **pair, campaign_id=self.campaign_id).data
        self.say(f"This is the e-mail that {_name(active[0])} will get, word for word:")
        return self.quote(f"Subject: {shown['subject']}\n\n{shown['body_text']}")

    def suppress_one(self) -> None:
        """Put one person on the suppression list before anything is sent; one answers later, and one unsubscribes."""
        active = self._active_leads()
        if len(active) < 3:
            return self.say("The file has too few leads to suppress one as well, so all of them are written to.")
        person = active[-1]
        stopped = self.agent.call("add_suppression", value=person["email"], reason="manual", note="Asked on the phone.").data
        planned = counted(stopped["stopped_messages"], "planned e-mail")
        return self.say(f"{_name(person)} has asked on the phone not to be written to: suppressed, {planned} stopped.")

    def _active_leads(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.agent.call("list_leads", campaign_id=self.campaign_id, status="active", limit=3).data["leads"]
        return found

    # --- The e-mails -----------------------------------------------------------------------------------------------------------

    def numbers(self) -> dict[str, Any]:
        """Return the campaign's numbers as the agent sees them now."""
        summary: dict[str, Any] = self.agent.call("get_campaign_analytics", campaign_id=self.campaign_id).data["summary"]
        return summary

    def send_first(self) -> list[str]:
        """Let the hold pass by moving the clock; return who has got the first e-mail, as the mailbox tells."""
        hold_until = datetime.fromisoformat(self.campaign()["hold_until"])
        hold = max(hold_until - clock.now(), timedelta())
        before = self.numbers()
        expected = before["leads"] - before["suppressed"] - before["blocked"]
        minutes = counted(round(hold.total_seconds() / 60), "minute")
        self.say(f"A launch is held for {minutes}, in which a person could still stop it; the demo moves the clock over them.")
        move_clock(by=hold + timedelta(seconds=1))
        began = time.monotonic()
        self._await_mails(expected)
        reached = self.postbox.recipients()
        self.people = [self._lead(address) for address in reached[:2]]
        self.say(f"{counted(len(reached), 'e-mail')} arrived over SMTP in {time.monotonic() - began:.1f} s.")
        return reached

    def _lead(self, address: str) -> dict[str, Any]:
        found = self.agent.call("list_leads", campaign_id=self.campaign_id, query=address).data["leads"]
        lead = next((lead for lead in found if lead["email"].lower() == address), {"name": ""})
        return {**lead, "email": address}

    def _await_mails(self, expected: int) -> None:
        def arrived() -> bool:
            return self.postbox.count() >= expected

        eventually(arrived, self.postbox.count, f"of {expected:,} e-mails not all have arrived", pause=0.1 + expected / 20_000)

    def answer(self, email: str, password: str) -> None:
        """Sign in as the owner and answer one e-mail as its recipient, with the reply button of the mailbox page."""
        if not self.people:
            return
        person = self.people[0]
        self.browser.sign_in(email, password)
        listed = self.browser.open("/mailbox/", to=person["email"])
        mail = self.browser.open(listed.link("/mailbox/"))
        self.browser.submit(mail.form("/reply/"), text=ANSWER)
        self.say(f"In the browser, {email} signs in, opens /mailbox and answers as {_name(person)}: “{ANSWER}”")

    def unsubscribe(self) -> None:
        """Unsubscribe one person the way mail programs do, with one click (RFC 8058)."""
        if len(self.people) < 2:
            return self.say("There is no second person to unsubscribe.")
        person = self.people[1]
        headers = {name.lower(): value for name, value in self.postbox.of(person["email"])[0].headers}
        url = headers["list-unsubscribe"].strip("<> \r\n")
        response = httpx2.post(url, data={"List-Unsubscribe": "One-Click"}, timeout=30, trust_env=False)
        if response.is_error:
            raise DemoFailed(f"The one-click unsubscribe answered with {response.status_code}.")
        return self.say(f"{_name(person)} clicks “unsubscribe” in their mail program, which posts to the address in the e-mail's header.")

    def send_second(self, reached: list[str]) -> None:
        """Let the days until the second step pass, and see that it reaches neither of the two."""
        wait = self.campaign()["steps"][1]["wait_days"]
        awaited = min(len(reached) - len(self.people), FOLLOW_UPS_AWAITED)
        self.say(f"The second e-mail follows after {wait} days: the demo moves the clock over them.")
        move_clock(by=timedelta(days=wait))
        began = time.monotonic()
        if awaited:
            self._await_mails(len(reached) + awaited)
        else:
            eventually(lambda: self.campaign()["status"] == "completed", self.postbox.count, "the campaign did not complete")
        more = "The first " if awaited < len(reached) - len(self.people) else ""
        self.say(f"{more}{counted(awaited, 'follow-up')} arrived in {time.monotonic() - began:.1f} s.")
        for person in self.people:
            if len(self.postbox.of(person["email"])) != 1:
                raise DemoFailed(f"{_name(person)} got a second e-mail in spite of an answer or an opt-out.")
        if self.people:
            self.say(f"{' and '.join(map(_name, self.people))} got none: an answer or an opt-out ends the sequence.")

    # --- The end ---------------------------------------------------------------------------------------------------------------

    def report(self, reached: list[str], targeted: int, seconds: Callable[[], float]) -> str:
        """Show numbers and inbox as the agent reads them; return the last line, if everybody is accounted for."""
        self.say("The agent reads the numbers of the campaign:")
        self.quote(self.agent.call("get_campaign_analytics", campaign_id=self.campaign_id).text)
        self.say("And the inbox:")
        self.quote(self.agent.call("get_inbox", campaign_id=self.campaign_id).text)
        imported, numbers = self._imported(self.campaign()), self.numbers()
        accepted, updated = imported["accepted"], imported["updated"]
        delivered, suppressed, blocked = len(reached), numbers["suppressed"], numbers["blocked"]
        if accepted + updated != delivered + suppressed + blocked:
            raise DemoFailed(
                f"The numbers do not add up: {accepted} accepted and {updated} updated leads are not "
                f"{delivered} delivered, {suppressed} suppressed and {blocked} blocked ones."
            )
        return json.dumps(
            {
                "leads_accepted": accepted,
                "leads_updated": updated,
                "leads_rejected": imported["rejected"],
                "duplicates": imported["duplicates"],
                "suppressed": suppressed,
                "blocked": blocked,
                "delivered": delivered,
                "targeted_delivered": targeted,
                "replied": numbers["replies"],
                "unsubscribed": numbers["unsubscribed"],
                "seconds": round(seconds(), 1),
            },
            separators=(",", ":"),
        )


def eventually(what: Callable[[], Any], progress: Callable[[], object], failure: str, *, pause: float = 0.1) -> Any:
    """Ask until there is an answer; give up when nothing has moved for a while."""
    seen, moved_at = progress(), time.monotonic()
    while not (found := what()):
        if (now := progress()) != seen:
            seen, moved_at = now, time.monotonic()
        if time.monotonic() - moved_at > LONGEST_SILENCE:
            raise NothingMoves(f"Nothing has moved for {LONGEST_SILENCE:.0f} s: {failure} ({seen}).")
        time.sleep(pause)
    return found


def counted(number: int, thing: str) -> str:
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"


def _name(person: dict[str, Any]) -> str:
    return str(person["name"] or person["email"])


def _refusal(response: httpx2.Response) -> str:
    try:
        error = response.json()["error"]
    except (ValueError, KeyError, TypeError):
        return f"The upload was refused with {response.status_code}."
    return f"{error['message']} {error['fix']}".strip()
