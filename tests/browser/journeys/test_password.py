from __future__ import annotations

import re

from tests.browser import cast
from tests.browser.agent import eventually
from tests.browser.pages.account import ForgottenPassword, NewPassword, SignIn
from tests.browser.visit import path_of

NEW = "a quiet river in the evening"


def test_a_forgotten_password_is_replaced_by_mail(visits, company, origin):
    owner, visit = company.owner, visits.open()
    ForgottenPassword(visit).open().ask(owner.email)
    mail = eventually(lambda: cast.mails_at(owner.email))[0]
    link = re.search(rf"{origin}/\S+", mail.text)
    assert link

    page = NewPassword(visit)
    page.follow(link[0])
    page.choose(NEW)
    page.follow(link[0])
    page.is_used_up()

    sign_in = SignIn(visit).open()
    sign_in.send(owner.email, company.password)
    sign_in.is_refused()
    sign_in.enter(owner.email, NEW)
    assert path_of(visit.page) == "/"
