from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.pages.leads import FindLeads


def test_leads_are_found_by_words_and_by_facets_and_saved_as_an_audience(visits, furnished, inspect):
    visit = visits.open(furnished.owner)
    find = FindLeads(visit).open()
    find.type("Place", "Georgia")
    expect(find.page.get_by_role("heading", name="What did you mean?")).to_be_visible()
    inspect(visit.page, "unclear-leads")

    find.page.get_by_role("link", name="None of these").click()
    find.page.get_by_role("link", name="Germany ").first.click()
    find.page.get_by_role("link", name="Not Intern").or_(find.page.get_by_role("link", name="Not Entry")).first.click()
    expect(find.total).to_be_visible()
    inspect(visit.page, "found-leads")

    saved = find.save("Germans")
    saved.is_told("The audience is saved.")
    visit.page.get_by_role("link", name="Germans", exact=True).click()
    expect(find.link("Take back place Germany")).to_be_visible()


def test_nobody_found_is_a_page_for_everybody(visits, furnished, inspect):
    visit = visits.open(furnished.owner)
    visit.page.goto("/leads/find/?locations=JP&seniorities=owner&technologies=Salesforce&functions=legal")
    expect(FindLeads(visit).total).to_be_visible()
    inspect(visit.page, "nobody-found")
