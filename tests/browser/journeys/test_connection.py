from __future__ import annotations

from tests.browser import cast
from tests.browser.agent import Agent
from tests.browser.pages.account import SignIn
from tests.browser.pages.connections import ConnectedApps, Consent
from tests.browser.program import listening

PROGRAM = "RocketSDR connector"
SCOPE = "campaigns:read leads:read"


def test_a_program_is_let_into_one_of_two_workspaces_and_put_out_again(visits, company, origin, inspect):
    second = cast.open_company("Second Company", owner=company.owner)
    with listening(origin) as program:
        visit = visits.open(others=(program.origin,))
        visit.page.goto(program.authorize_url(SCOPE))
        SignIn(visit).enter(company.owner.email, company.password)
        consent = Consent(visit)
        consent.asks(program=PROGRAM, email=company.owner.email)
        assert sorted(consent.workspaces()) == ["Acme", "Second Company"]
        inspect(visit.page, "consent")
        consent.allow("Second Company")
        answer = program.answer()
        assert (answer["state"], answer["iss"]) == (program.state, origin)
        token = program.token(answer["code"])

    agent = Agent(origin, token)
    assert agent.call("whoami")["account"]["workspace"] == "Second Company"
    assert agent.call("list_campaigns")["campaigns"] == []

    apps = ConnectedApps(visit).open()
    apps.has(PROGRAM, times=0)  # it was not let into the workspace that they have before them
    apps.work_in(second.workspace.name)
    apps.open().has(PROGRAM)
    inspect(visit.page, "connected-apps")
    apps.disconnect(PROGRAM)
    assert agent.post("list_campaigns").status_code == 401


def test_a_program_that_is_denied_gets_nothing(visits, company, origin):
    with listening(origin) as program:
        visit = visits.open(company.owner, others=(program.origin,))
        visit.page.goto(program.authorize_url(SCOPE))
        Consent(visit).deny()
        answer = program.answer()
    assert answer["error"] == "access_denied"
    assert "code" not in answer
    ConnectedApps(visit).open().has(PROGRAM, times=0)
