from __future__ import annotations

from tests.browser.agent import Agent
from tests.browser.keyboard import Keyboard
from tests.browser.pages.account import SignIn
from tests.browser.pages.api_keys import ApiKeys, MadeApiKey, NewApiKey
from tests.browser.visit import path_of

SCRIPT = "Reporting script"


def test_a_key_is_made_copied_used_revoked_and_refused(visits, company, origin, inspect):
    visit = visits.open(clipboard=True)
    SignIn(visit).open().enter(company.owner.email, company.password)
    made = ApiKeys(visit).open().new_key().make(SCRIPT, preset=NewApiKey.usual)
    inspect(visit.page, "made-api-key")
    secret = made.copied()
    assert secret == made.shown
    assert Agent(origin, secret).call("list_products") == {"products": [], "total": 0, "next_cursor": None}

    visit.page.reload()
    assert path_of(visit.page) == ApiKeys.path
    assert secret not in visit.page.content()  # it was shown once

    keys = ApiKeys(visit)
    keys.is_in_state(SCRIPT, "Active")
    keys.revoke(SCRIPT)
    keys.unfold_ended()
    keys.is_in_state(SCRIPT, "Revoked")
    assert Agent(origin, secret).post("list_products").status_code == 401


def test_a_form_that_is_filled_in_wrongly_says_so_to_everybody(visits, company, inspect):
    visit = visits.open(company.owner)
    form = NewApiKey(visit).open()
    form.name.fill("A script")
    form.preset("Choose one by one").check()
    form.make_button.click()
    visit.page.get_by_text("Choose at least one.").wait_for()
    inspect(visit.page, "refused-api-key")


def test_a_key_is_made_by_somebody_without_a_mouse(visits, company, origin):
    visit = visits.open(clipboard=True)
    keyboard, page = Keyboard(visit.page), visit.page
    sign_in = SignIn(visit).open()
    keyboard.type(sign_in.email, company.owner.email)
    keyboard.type(sign_in.password, company.password)
    keyboard.follow(sign_in.button("Sign in"))

    keyboard.press(page.get_by_role("link", name="Skip to the content"))
    assert page.evaluate("document.activeElement.id") == "content"
    page.goto("/")
    keyboard.follow(sign_in.settings_link)
    keyboard.follow(page.get_by_role("navigation", name="Integrations").get_by_role("link", name="MCP API keys"))
    keyboard.follow(page.get_by_role("link", name="Make the first key"))

    form = NewApiKey(visit)
    keyboard.type(form.name, SCRIPT)
    keyboard.go_to(form.preset(NewApiKey.least))
    page.keyboard.press("ArrowDown")
    assert not form.preset(NewApiKey.least).is_checked()
    keyboard.follow(form.make_button)

    made = MadeApiKey(visit)
    keyboard.press(made.copy_button)
    assert Agent(origin, made.clipboard()).post("list_products").status_code == 200
