from __future__ import annotations

import pytest

from campaigns.rules.templates import MAX_TEMPLATE, TemplateFault, check, render

FACTS = {
    "lead": {"first_name": "Ada", "title": "", "city": "  ", "tags": [], "employees": 12, "custom": {"Job Function": "Maths"}},
    "product": {"name": "Engine", "value_props": ["fast", "exact"], "description": None},
    "persona": {"name": "Founder", "pains": []},
    "sender": {"name": "Sam"},
    "workspace": {"name": "Acme"},
}


def says(template: str, *, html: bool = False) -> str:
    return render(template, FACTS, html=html).text


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("Hi {{ lead.first_name }}!", "Hi Ada!"),
        ("{{ lead.first_name | upcase }}", "ADA"),
        ('{{ lead.custom["Job Function"] }}', "Maths"),
        ("{{ lead.employees }}", "12"),
        ("{% if lead.employees > 10 %}big{% else %}small{% endif %}", "big"),
        ("{% for value in product.value_props %}{{ forloop.index }}. {{ value }} {% endfor %}", "1. fast 2. exact "),
        ("{{ product.value_props | join: ', ' }}", "fast, exact"),
        ("{{ product.value_props.first }}{{ product.value_props[1] }}{{ product.value_props.size }}", "fastexact2"),
        ("{% assign name = lead.first_name | downcase %}{{ name }}", "ada"),
        ("{% capture x %}<{{ lead.first_name }}>{% endcapture %}{{ x }}", "<Ada>"),
        ("{% if lead.title %}{% capture x %}a{% endcapture %}{% endif %}b", "b"),
        ("{% case lead.first_name %}{% when 'Ada' %}yes{% else %}no{% endcase %}", "yes"),
        ("{{ '2026-11-20' | date: '%d.%m.%Y' }} {{ 'soon' | date: '%Y' }}", "20.11.2026 soon"),
        ("{{ 7.126 | round: 2 }} {{ '7.5' | round }}", "7.13 8"),
        ("{{ 'a-b' | split: '-' | join: '+' | replace: '+', ' and ' }}", "a and b"),
        ("{% comment %}{{ nothing }}{% endcomment %}{% raw %}{{ literal }}{% endraw %}", "{{ literal }}"),
    ],
)
def test_a_template_says_what_the_facts_are(template, text):
    rendering = render(template, FACTS)
    assert (rendering.text, rendering.missing_variables) == (text, ())


# --- Variables that hold nothing -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("template", "missing"),
    [
        ("{{ lead.title }}", "lead.title"),  # blank
        ("{{ lead.city }}", "lead.city"),  # spaces
        ("{{ product.description }}", "product.description"),  # None
        ("{{ persona.pains }}", "persona.pains"),  # an empty list
        ("{{ persona.pains | join: ', ' }}", "persona.pains"),
        ("{{ lead.nothing.deeper }}", "lead.nothing.deeper"),
        ("{{ nobody }}", "nobody"),
        ("{{ lead.title | upcase | append: '!' }}", "lead.title"),
        ("{{ 'Hi ' | append: lead.title }}", "lead.title"),
        ("{{ lead.title | default: lead.city }}", "lead.city"),
        ("{{ lead.employees | plus: lead.nothing }}", "lead.nothing"),
        ("{% assign name = lead.title %}{{ name }}", "lead.title"),
        ("{% capture name %}{{ lead.title }}{% endcapture %}", "lead.title"),
        ("{% for tag in product.value_props %}{{ tag.name }}{% endfor %}", "tag.name"),
        ("{{ lead.first_name | remove: 'Ada' }}", "lead.first_name"),
        ("{{ lead.custom }}", "lead.custom"),
        ("{{ lead['Job Function'] }}", "lead['Job Function']"),
        ("{% if lead.first_name %}{{ lead.title }}{% endif %}", "lead.title"),
    ],
)
def test_a_printed_variable_without_a_value_is_reported(template, missing):
    assert render(template, FACTS).missing_variables == (missing,)


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ('{{ lead.title | default: "friend" }}', "friend"),
        ('{{ lead.city | default: "friend" }}', "friend"),
        ('{{ product.description | default: "it" | upcase }}', "IT"),
        ("{{ lead.nothing | default: lead.title | default: lead.first_name }}", "Ada"),
        ('{{ "Hi " | append: lead.title | default: "Hello" }}', "Hello"),
        ('{{ lead.title | default: "" }}', ""),
        ("{{ persona.pains.size }}{{ lead.nothing.size }}{{ lead.title | size }}", "000"),
        ("{% if lead.nothing %}{{ lead.nothing }}{% else %}none{% endif %}", "none"),
        ("{% unless lead.title %}none{% endunless %}", "none"),
        ("{% for pain in persona.pains %}{{ pain }}{% else %}none{% endfor %}", "none"),
        ("{% if lead.title == '' %}none{% endif %}", "none"),
        ("{% if lead.title == blank %}none{% endif %}", "none"),
        ("{% if persona.pains == empty %}none{% endif %}", "none"),
        ("{% if lead.nothing == nil %}none{% endif %}", "none"),
        ("{% if lead.title != '' %}some{% else %}none{% endif %}", "none"),
        ("{% if lead.title != blank and lead.title != nil %}some{% else %}none{% endif %}", "none"),
        ("{% if '' == lead.title %}none{% endif %}", "none"),
        ("{% if lead.title == 'CEO' %}some{% else %}none{% endif %}", "none"),
        ("{% if lead.nothing contains 'x' %}some{% else %}none{% endif %}", "none"),
        ("{% case lead.title %}{% when '' %}none{% endcase %}", "none"),
    ],
)
def test_a_template_may_ask_whether_there_is_a_value(template, text):
    rendering = render(template, FACTS)
    assert (rendering.text, rendering.missing_variables) == (text, ())


def test_the_variables_of_a_template_are_named_in_its_order_and_once():
    template = "{{ product.name }}{% for v in product.value_props %}{{ v }}{% endfor %}{% if lead.title %}!{% endif %}{{ product.name }}"
    assert render(template, FACTS).variables_used == ("product.name", "product.value_props", "lead.title")


# --- The values of a lead are words, never code --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value", ["{{ 7 | times: 7 }}", "{% for i in (1..9) %}x{% endfor %}", "<script>alert(1)</script>", '"><img src=x onerror=y>', "&amp;"]
)
def test_a_value_appears_as_it_stands(value):
    facts = {"lead": {"first_name": value}}
    assert render("{{ lead.first_name }}", facts).text == value
    in_html = render("{{ lead.first_name | append: '' }}{% assign x = lead.first_name %}{{ x }}", facts, html=True).text
    assert "<" not in in_html
    assert '"' not in in_html


def test_the_clock_is_not_a_fact():
    assert render("{{ now }}{{ today }}{{ 'now' | date: '%Y' }}", FACTS).missing_variables == ("now", "today")
    assert "20" not in says("{{ 'now' | date: '%Y' }}{{ 'today' | date: '%Y' }}")


@pytest.mark.parametrize(
    "path",
    [
        "lead.__class__",
        "lead['__class__']",
        "lead.first_name.__class__",
        "lead.keys",
        "lead.items",
        "forloop.__init__",
        "product.value_props.append",
        "lead.first_name[0]",
    ],
)
def test_only_facts_are_reached_and_no_attribute_of_an_object(path):
    rendering = render("{{ " + path + " }}", FACTS)
    assert (rendering.text, len(rendering.missing_variables)) == ("", 1)


# --- What is wrong with a template ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("template", "message", "fix"),
    [
        ("Hi {{ leed.first_name }}", 'Line 1: there is no variable "leed.first_name".', "Did you mean lead?"),
        ("a\nb {{ first_name }}", 'Line 2: there is no variable "first_name".', "Write {{ lead.first_name }}."),
        ("{{ firstName }}", 'Line 1: there is no variable "firstName".', "Write {{ lead.first_name }}."),
        ("{{ product.nam }}", 'Line 1: there is no variable "product.nam".', "Did you mean name?"),
        ("{{ lead.revenu }}", 'Line 1: there is no variable "lead.revenu".', "Did you mean revenue?"),
        ("{{ now }}", 'Line 1: there is no variable "now".', "Known names: lead, product"),
        ("{{ lead.first_name | uppercase }}", 'Line 1: there is no filter "uppercase".', "Did you mean upcase?"),
        ("{{ lead.first_name | safe }}", 'Line 1: there is no filter "safe".', "Known filters: "),
        ("\n\n{% include 'x' %}", "Line 3: unexpected tag 'include'.", "Liquid syntax"),
        ("{% render 'x' %}", "Line 1: unexpected tag 'render'.", "Liquid syntax"),
        ("{% if lead.title %}", "Expected tag endif, found end of expression.", "Liquid syntax"),
        ("Hi {{ lead.first_name", "Line 1: {{ is not closed.", "Close it"),
        ("Hi {{ lead.first_name {{ lead.title }}", "Line 1: {{ is not closed.", "Close it"),
        ("{{ first name }}", "Line 1: expected end of expression", "Liquid syntax"),
        ("Hi {first_name},", "Line 1: {first_name} stands in single braces", "Write {{ lead.first_name }}."),
        ("Hi {First Name},", "Line 1: {First Name} stands in single braces", "Write {{ lead.first_name }}."),
        ("x" * (MAX_TEMPLATE + 1), "The template has 20001 characters; at most 20000 are allowed.", "Shorten"),
        ("{{ lead.email }}" * 401, "The template has 401 {{ and {%; at most 400 are allowed.", "fewer"),
        ("{{ '" + "x" * 500 + "' }}", "Line 1: an expression has more than 500 characters.", "Shorten"),
    ],
)
def test_a_fault_names_its_place_and_its_fix(template, message, fix):
    [fault] = check(template, lead_fields=["revenue"])
    assert fault.message.startswith(message)
    assert fix in fault.fix


def test_all_unknown_names_are_reported_at_once():
    assert [fault.line for fault in check("{{ a }}\n{{ lead.x }}\n{{ product.y }}", lead_fields=[])] == [1, 2, 3]


@pytest.mark.parametrize(
    "template",
    [
        "",
        "no variables at all, only {a|b} and { color: red }",
        '{{ lead.first_name | default: "there" }} {{ lead.custom.revenue }} {{ lead.revenue }} {{ lead["custom"] }}',
        "{% for pain in persona.pains limit: 3 %}{{ forloop.index }} {{ pain }}{% endfor %}",
        "{% assign x = 1 %}{{ x | plus: 2 }}",
        "<p>{{ sender.signature | newline_to_br }}</p>",
    ],
)
def test_a_sound_template_has_no_faults(template):
    assert check(template, lead_fields=["revenue"]) == []
    assert check(template) == []


def test_without_the_columns_of_the_leads_any_column_may_come():
    assert check("{{ lead.whatever }}") == []


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("{% if lead.first_name > 3 %}x{% endif %}", "< and > compare numbers"),
        ("{% if lead.nothing > 3 %}x{% endif %}", "< and > compare numbers"),
        ("{{ 1 | divided_by: 0 }}", "can't divide by 0"),
        ("{{ lead.first_name | replace }}", "replace"),
        ("{{ 'x' | ceil: 1, 2 }}", "ceil"),
    ],
)
def test_what_fails_for_these_facts_is_a_fault_and_no_crash(template, message):
    with pytest.raises(TemplateFault) as fault:
        render(template, FACTS)
    assert message in fault.value.message
    assert fault.value.line == 1
