"""What the tests rely on to fail: a page that does what it must not is told on."""

from __future__ import annotations

import pytest
from playwright.sync_api import Route

from tests.browser.inspection import Inspection
from tests.browser.visit import Visit
from tests.browser.watch import faults_of

POLICY = "default-src 'self'; frame-ancestors 'none'"
LOOSE = "default-src 'self'; img-src *; frame-ancestors 'none'"
GOOD = "<!DOCTYPE html><html lang=en><title>Good</title><main><h1>Good</h1></main></html>"


def show(visit: Visit, html: str, *, policy: str = POLICY, script: str = "") -> None:
    """Let our server answer with this page, and with the script that it loads."""

    def answer(route: Route) -> None:
        headers = {"Content-Security-Policy": policy} if policy else {}
        route.fulfill(body=html, content_type="text/html", headers=headers)

    visit.context.route("**/page/", answer)
    visit.context.route("**/page.js", lambda route: route.fulfill(body=script, content_type="text/javascript"))
    visit.page.goto("/page/")


@pytest.mark.parametrize(
    ("html", "script", "policy", "told"),
    [
        (f"{GOOD}<script>1</script>", "", POLICY, "The content security policy was violated: script-src-elem forbids inline"),
        (f"{GOOD}<p style='color: red'>Red</p>", "", POLICY, "The content security policy was violated: style-src-attr forbids inline"),
        (f"{GOOD}<img src=/nothing.png alt=''>", "", POLICY, "GET /nothing.png was answered with 404"),
        (f"{GOOD}<img src=https://elsewhere.example/a.png alt=''>", "", LOOSE, "asked another origin for https://elsewhere.example/a.png"),
        (f"{GOOD}<script src=/page.js></script>", "throw new Error('broken')", POLICY, "An exception was not caught: broken"),
        (f"{GOOD}<script src=/page.js></script>", "console.error('amiss')", POLICY, "The console says: amiss"),
        (GOOD, "", "", "no content security policy says where scripts come from"),
    ],
    ids=["inline script", "inline style", "missing file", "another origin", "exception", "console", "no policy"],
)
def test_what_a_page_must_not_do_is_told(visits, html, script, policy, told):
    visit = visits.open()
    show(visit, html, policy=policy, script=script)
    visit.page.wait_for_load_state("networkidle")
    faults, visit.watch.faults = visit.watch.faults, []
    assert told in "\n".join(faults)


def test_a_good_page_has_no_fault(visits, inspect):
    visit = visits.open()
    show(visit, GOOD)
    inspect(visit.page, "good")


@pytest.mark.parametrize(
    ("html", "told"),
    [
        ("<p>Nothing</p>", "There are 0 h1, not one."),
        (f"{GOOD}<input>", "A control has no label"),
        (f"{GOOD}<img src=/static/rocketsdr/mark.svg>", "axe image-alt"),
        (f"{GOOD}<table width=900><tr><td>Wide</table>", "px wide where 360 are"),
        (f"{GOOD}<link rel=stylesheet href=/page.css><a href=/>Home</a>", "The focus is not seen: <a"),
    ],
    ids=["heading", "label", "alternative", "sideways", "focus"],
)
def test_what_keeps_somebody_out_is_told(visits, html, told):
    visit = visits.open()
    visit.context.route("**/page.css", lambda route: route.fulfill(body="a { outline: none }", content_type="text/css"))
    show(visit, html)
    with pytest.raises(AssertionError) as failed:
        Inspection(pictures=None)(visit.page, "bad")
    assert told in str(failed.value)


@pytest.mark.parametrize(
    ("policy", "faults"),
    [
        (POLICY, 0),
        ("default-src 'self'; script-src 'self' 'unsafe-inline'; frame-ancestors 'none'", 1),
        ("default-src *", 2),
        ("", 2),
    ],
)
def test_a_policy_that_stops_no_script_is_a_fault(policy, faults):
    assert len(list(faults_of(policy))) == faults
