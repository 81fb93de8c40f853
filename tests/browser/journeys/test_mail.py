"""From what an agent asks for to what its recipients do: a person decides in between."""

from __future__ import annotations

from tests.browser import cast
from tests.browser.agent import eventually
from tests.browser.pages.approvals import Approvals
from tests.browser.pages.mailbox import Mailbox, Unsubscribe

CAMPAIGN = "Close the month faster"


def test_a_held_campaign_is_read_approved_and_sent_as_it_was_read(visits, company, origin):
    lead = cast.somebody()
    cast.launch(company, company.agent(origin, policy="approval"), name=CAMPAIGN, lead=lead)
    visit = visits.open(company.owner)
    approvals = Approvals(visit)
    eventually(lambda: approvals.open().request(CAMPAIGN).count())
    words = approvals.read(CAMPAIGN)
    assert "Analytical Engines" in words
    assert cast.mails_at(lead) == []

    approvals.approve(CAMPAIGN)
    approvals.nothing_waits()

    mailbox = Mailbox(visit)
    eventually(lambda: mailbox.has_mail_to(lead))
    sent = mailbox.read(lead).text
    first_line = next(line for line in sent.splitlines() if "Analytical Engines" in line)
    assert first_line in words


def test_who_unsubscribes_gets_no_more_mail(visits, company, origin):
    lead = cast.somebody()
    agent = company.agent(origin)
    cast.send_at_once(company)
    campaign = cast.launch(company, agent, name=CAMPAIGN, lead=lead)
    eventually(lambda: cast.mails_at(lead))
    visit = visits.open(company.owner)
    mail = Mailbox(visit).open().read(lead)
    recipients = mail.unsubscribe_page()
    link = recipients.page.url

    stranger = visits.open()
    stranger.page.goto(link)
    Unsubscribe(stranger).confirm(company.workspace.name)
    assert lead not in stranger.page.content()  # whoever finds the link does not learn the address
    recipients.page.reload()
    recipients.is_done()
    analytics = agent.call("get_campaign_analytics", campaign_id=campaign)
    assert analytics["summary"]["unsubscribed"] == 1
