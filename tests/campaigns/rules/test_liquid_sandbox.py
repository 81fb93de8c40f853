"""Templates that attack the machine: each is stopped at once, and none gets much memory."""

from __future__ import annotations

import time
import tracemalloc
from contextlib import suppress

import pytest

from campaigns.rules import templates
from campaigns.rules.templates import TemplateFault, render

FACTS = {"lead": {"first_name": "Ada", "company": "X" * 200, "n": "999999999"}, "product": {"name": "P", "value_props": ["a" * 400] * 10}}
FOREVER, END = "{% for i in (1..1000000000) %}", "{% endfor %}"

STOPPED = {
    "a long loop": f"{FOREVER}x{END}",
    "a long loop of nothing": f"{FOREVER}{END}",
    "a long loop turned round": "{% for i in (1..1000000000) reversed %}x{% endfor %}",
    "a loop longer than a machine word": "{% for i in (1..99999999999999999999999999) %}x{% endfor %}",
    "a loop as long as the lead says": "{% for i in (1..lead.n) %}x{% endfor %}",
    "loops in loops": "{% for i in (1..100) %}" * 5 + "x" + END * 5,
    "loops after loops": "{% for i in (1..5000) %}{% endfor %}" * 100,
    "a loop of many outputs": "{% for i in (1..1000) %}" + "{{ lead.company }}" * 100 + END,
    "a loop of blank outputs": "{% for i in (1..5000) %}" + "{{ '' }}" * 100 + END,
    "a loop of comparisons": "{% for i in (1..900) %}" + ("{% if " + "1==2 or " * 50 + "1==2 %}x{% endif %}") * 20 + END,
    "a loop of filters": "{% for i in (1..1000) %}" + ("{{ '' " + "| upcase" * 50 + " }}") * 20 + END,
    "a loop of assignments": "".join(f"{{% assign a{i} = 1 %}}" for i in range(150)) + "{% for i in (1..9000) %}{% assign b = 1 %}" + END,
    "doubling by append": "{% assign a = '0123456789' %}" + "{% assign a = a | append: a %}" * 40 + "{{ a }}",
    "doubling by capture": "{% capture a %}0123456789{% endcapture %}" + "{% capture a %}{{ a }}{{ a }}{% endcapture %}" * 40 + "{{ a }}",
    "doubling by prepend": "{% assign a = '0123456789' %}" + "{% assign a = a | prepend: a %}" * 40,
    "keeping captures": "{% assign a = '"
    + "a" * 400
    + "' %}"
    + "".join(f"{{% capture b{number} %}}" + "{{ a }}" * 20 + "{% endcapture %}" for number in range(18)),
    "growing by replace": "{{ 'aaaaaaaaaa' " + "| replace: 'a','aaaaaaaaaa'" * 12 + " }}",
    "growing by replacing nothing": "{{ 'aaaaaaaaaa' " + "| replace: '','aaaaaaaaaa'" * 12 + " }}",
    "growing by join": "{% assign b = '" + "b" * 400 + "' %}{% assign a = b | append: b | append: b | split: '' %}{{ a | join: b }}",
    "squaring a number": "{% assign a = 99999999 %}" + "{% assign a = a | times: a %}" * 30 + "{{ a }}",
    "a range as a list": "{% assign r = (1..1000000000) %}{{ r | join: 'x' }}",
    "a range turned round": "{% assign r = (1..1000000000) %}{{ r | reverse | first }}",
    "a range sorted": "{{ (1..1000000000) | sort }}",
    "a range without blanks": "{% assign r = (1..1000000000) %}{{ r | compact | size }}",
    "a range cut": "{{ (1..1000000000) | slice: 0, 900000000 }}",
    "deep blocks": "{% if true %}" * 190 + "{% endif %}" * 190,
    "deep brackets": "{{ " + "a[" * 240 + " }}",
    "deep ranges": "{{ " + "(" * 400 + "1..2 }}",
    "unclosed quotes": "{{ " + "['" * 240 + " }}",
    "unclosed outputs": "{{ " * 300,
    "unclosed output and spaces": "{{" + " " * 19_000,
    "unclosed tags and spaces": ("{% a" + " " * 470) * 40,
    "unclosed raw": "{% raw %}" * 390,
    "unclosed comment": "{% comment %}" * 390,
    "many filters": ("{{ lead.company " + "| upcase" * 55 + " }}") * 35,
    "a wide date": "{{ '2026-01-01' | date: '" + "%c" * 100 + "' }}",
    "another template": "{% include 'settings.py' %}",
    "another template again": "{% render '/etc/passwd' %}",
    "a block of another template": "{% extends 'x' %}",
    "a table": "{% tablerow i in (1..1000000000) %}x{% endtablerow %}",
    "half a character": "{{ '\ud800' }}{% for i in (1..3) limit: -5 %}x{% endfor %}",
}
HARMLESS = {
    "a wide rounding": "{{ 5 | round: 1000000000 }}{{ 5 | round: -1000000000 }}",
    "a wide date format": "{{ '2026-01-01' | date: '%9999999d' }}",
    "a huge truncation": "{{ lead.company | truncate: 99999999999 }}",
    "a dunder": "{{ lead.__class__.__mro__ }}{{ forloop.__init__.__globals__ }}",
    "spaces in outputs": ("{{" + " " * 490 + "a }}") * 39,
    "as many outputs as allowed": "{{ lead.first_name }}" * 390,
}


def attempt(template: str, *, html: bool) -> None:
    templates._compile.cache_clear()
    with suppress(TemplateFault):
        render(template, FACTS, html=html)


@pytest.mark.parametrize("html", [False, True], ids=["text", "html"])
@pytest.mark.parametrize("name", [*STOPPED, *HARMLESS])
def test_no_template_takes_long(name, html):
    began = time.thread_time()
    attempt((STOPPED | HARMLESS)[name], html=html)
    assert time.thread_time() - began < 2  # a guard against hanging: without our meters these take minutes; about 60 ms on a quiet machine


@pytest.mark.parametrize("name", [*STOPPED, *HARMLESS])
def test_no_template_takes_much_memory(name):
    tracemalloc.start()
    try:
        attempt((STOPPED | HARMLESS)[name], html=False)
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("name", STOPPED)
def test_an_attack_is_a_fault_of_the_template(name):
    with pytest.raises(TemplateFault):
        render(STOPPED[name], FACTS)


@pytest.mark.parametrize("name", HARMLESS)
def test_what_looks_like_an_attack_and_is_none_is_rendered(name):
    assert len(render(HARMLESS[name], FACTS).text) < 2_000
