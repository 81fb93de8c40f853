from __future__ import annotations

import re
from secrets import token_hex

from tests.browser import cast
from tests.browser.agent import eventually
from tests.browser.pages.account import SignIn
from tests.browser.pages.people import Join, Members, SecondFactor, code_of
from tests.browser.visit import path_of

PASSWORD = "a quiet river in the evening"


def test_somebody_is_invited_joins_and_signs_in_with_a_second_factor(visits, company, origin, inspect):
    email = f"grace-{token_hex(4)}@company.example"
    owner = visits.open(company.owner)
    Members(owner).open().invite(email, role="member")
    inspect(owner.page, "members")
    mail = eventually(lambda: cast.mails_at(email))[0]
    link = re.search(rf"{origin}/join/\S+", mail.text)
    assert link

    visit = visits.open()
    join = Join(visit)
    join.follow(link[0])
    inspect(visit.page, "join")
    join.join(name="Grace Hopper", password=PASSWORD)
    visit.page.wait_for_url(f"{origin}/")
    stranger = Join(visits.open())
    stranger.visit.watch.expects(404, "/join/")
    stranger.visit.watch.expects(410, "/join/")
    stranger.follow(link[0])
    stranger.is_used_up()

    factor = SecondFactor(visit).open()
    inspect(visit.page, "confirm-password")
    factor.confirm(PASSWORD)
    inspect(visit.page, "second-factor")
    secret = factor.secret()
    codes = factor.switch_on(code_of(secret))
    assert len(set(codes)) == 10
    inspect(visit.page, "recovery-codes")

    again = visits.open()
    SignIn(again).open().send(email, PASSWORD)
    second = SecondFactor(again)
    second.is_asked_for()
    inspect(again.page, "sign-in-code")
    second.sign_in(code_of(secret, later=1))
    assert path_of(again.page) == "/"
    for page in ("remove", "recovery-codes", "recovery-codes/new"):
        again.page.goto(f"/settings/account/second-factor/{page}/")
        inspect(again.page, f"second-factor-{page.replace('/', '-')}")
