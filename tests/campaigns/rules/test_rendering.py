from __future__ import annotations

import re

import pytest

from campaigns.rules.rendering import Parts, add_footer, lead_facts, message_parts, reply_subject

LEAD = lead_facts(
    {"first_name": "Ada", "last_name": "Lovelace", "email": "ada@example.com", "company": "Engine Ltd", "title": ""},
    {"Job Function": "Maths"},
)
FACTS = {
    "lead": LEAD,
    "product": {
        "name": "Analytics",
        "description": "",
        "value_props": ["fast", "exact"],
        "proof_points": [],
        "url": "https://example.com/a?b=1&c=2",
    },
    "persona": {"name": "Founder", "title": "", "description": "", "pains": []},
    "sender": {"name": "Sam", "email": "sam@example.com", "signature": "Sam\nHead of Sales"},
    "workspace": {"name": "Acme", "postal_address": "1 Road"},
}


def with_lead(**values: object) -> dict[str, object]:
    return {**FACTS, "lead": {**LEAD, **values}}


# --- Plain text bodies ---------------------------------------------------------------------------------------------------------


def test_a_plain_body_becomes_both_parts():
    body = "Hi {{ lead.first_name }},\n\nsee {{ product.url }}.\nThanks\n\n{{ sender.signature }}"
    parts = message_parts("{{ product.name }} for {{ lead.company }}", body, FACTS)
    assert parts == Parts(
        subject="Analytics for Engine Ltd",
        body_text="Hi Ada,\n\nsee https://example.com/a?b=1&c=2.\nThanks\n\nSam\nHead of Sales",
        body_html=(
            '<p>Hi Ada,</p>\n<p>see <a href="https://example.com/a?b=1&amp;c=2">https://example.com/a?b=1&amp;c=2</a>.<br>Thanks</p>\n'
            "<p>Sam<br>Head of Sales</p>"
        ),
        variables_used=("product.name", "lead.company", "lead.first_name", "product.url", "sender.signature"),
    )
    assert parts.reason_to_block == ""


def test_what_a_condition_leaves_out_leaves_no_hole():
    body = "Hi {{ lead.first_name }},\n\n{% if lead.title %}\nAs a\n{% endif %}\n\n\nyou {% if lead.title %}really {% endif %} asked."
    assert message_parts("x", body, FACTS).body_text == "Hi Ada,\n\nyou asked."


def test_the_same_facts_make_the_same_parts():
    body = "{{ lead.first_name }} {% for v in product.value_props %}{{ v }}{% endfor %}"
    assert message_parts("s", body, FACTS) == message_parts("s", body, {**FACTS})


@pytest.mark.parametrize("value", ["<script>alert(1)</script>", "{{ 7 | times: 7 }}", "<p>para</p>", "a & b", '"quoted"'])
def test_a_value_of_a_lead_is_literal_in_both_parts(value):
    parts = message_parts("Hi {{ lead.company }}", "Hi {{ lead.company }}", with_lead(company=value))
    assert (parts.subject, parts.body_text) == (f"Hi {value}", f"Hi {value}")
    assert "<script" not in parts.body_html
    assert parts.body_html.count("<p>") == 1


# --- HTML bodies ---------------------------------------------------------------------------------------------------------------


def test_an_html_body_is_cleaned_and_its_text_part_says_the_same():
    body = (
        '<html><body><p>Hi <b>{{ lead.first_name }}</b>,</p><p style="color:red;top:0">see <a href="{{ product.url }}">our page</a>'
        "</p><ul>{% for v in product.value_props %}<li>{{ v }}</li>{% endfor %}</ul><script>alert(1)</script>"
        "{{ sender.signature | newline_to_br }}</body></html>"
    )
    parts = message_parts("x", body, FACTS)
    assert parts.body_html == (
        '<p>Hi <b>Ada</b>,</p><p style="color:red">see <a href="https://example.com/a?b=1&amp;c=2">our page</a></p>'
        "<ul><li>fast</li><li>exact</li></ul>Sam<br>\nHead of Sales"
    )
    assert parts.body_text == "Hi Ada,\n\nsee our page (https://example.com/a?b=1&c=2)\n\n- fast\n- exact\n\nSam\nHead of Sales"


@pytest.mark.parametrize(
    "value",
    [
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "' onmouseover='alert(1)",
        "javascript:alert(1)",
        "x onclick=alert(1)",
        "</a></p><iframe>",
    ],
)
@pytest.mark.parametrize(
    "template",
    [
        "<p>{{ lead.company }}</p>",
        '<a href="{{ lead.company }}">x</a>',
        "<a href={{ lead.company }}>x</a>",
        "<p style='{{ lead.company }}'>x</p>",
    ],
)
def test_no_value_of_a_lead_becomes_markup(template, value):
    html = message_parts("x", template, with_lead(company=value)).body_html
    tags = " ".join(re.findall(r"<[^>]*>", html))
    assert re.fullmatch(r'(?:</?[pa](?: href="[^"]*"| style="[^"]*")?>\s*)+', tags)
    assert "javascript:" not in tags


# --- Subjects ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("company", "subject"),
    [
        ("Engine\r\nBcc: evil@example.com", "Hi Engine Bcc: evil@example.com"),
        ("Engine\x00\x07\x1b[0m", "Hi Engine[0m"),
        ("Engine\u2028Bcc: x\u2029y\x85z", "Hi Engine Bcc: x yz"),
        ("a\u202eb\u200fc\u2066d\ud800", "Hi abcd"),
        ("  many   spaces\tand tabs ", "Hi many spaces and tabs"),
        ("👩‍👩‍👧 zero width joiner", "Hi 👩‍👩‍👧 zero width joiner"),
    ],
)
def test_a_subject_is_one_clean_line_whatever_a_value_holds(company, subject):
    assert message_parts("Hi {{ lead.company }}\r\n", "x", with_lead(company=company)).subject == subject


def test_a_step_without_subject_continues_the_thread():
    parts = message_parts("", "Hi", FACTS)
    assert (parts.subject, parts.reason_to_block) == ("", "")


@pytest.mark.parametrize(
    ("subject", "answer"),
    [("Analytics", "Re: Analytics"), ("Re: Analytics", "Re: Analytics"), ("RE: x", "RE: x"), ("Regular", "Re: Regular")],
)
def test_an_answer_says_re_once(subject, answer):
    assert reply_subject(subject) == answer


# --- Reasons to block ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("subject", "body", "reason"),
    [
        ("x", "Hi {{ lead.title }}", "The variable lead.title has no value."),
        ("{{ lead.title }}", "Hi {{ lead.nickname }}", "The variables lead.title, lead.nickname have no value."),
        ("{{ lead.title | default: '' }}", "Hi", "The subject is empty."),
        ("x" * 201, "Hi", "The subject has 201 characters; at most 200 are allowed."),
        ("x", "  \n ", "The body is empty."),
        ("x", "{% if lead.title %}Hi{% endif %}", "The body is empty."),
        ("x", "<p>\n</p>", "The body is empty."),
        ("x", "Hi\n{% endif %}", "The body cannot be written. Line 2: unexpected tag 'endif'."),
        ("{{ x", "Hi", "The subject cannot be written. Line 1: {{ is not closed."),
        (
            "x",
            "{% if lead.first_name > 3 %}{% endif %}Hi",
            "The body cannot be written. Line 1: < and > compare numbers; one side is text or missing.",
        ),
        (
            "x",
            "{% for i in (1..900000) %}x{% endfor %}",
            "The body cannot be written. Line 1: the template does too much work for an e-mail.",
        ),
    ],
)
def test_what_must_not_be_sent_says_why(subject, body, reason):
    assert message_parts(subject, body, FACTS).reason_to_block.startswith(reason)


# --- The facts of a lead -------------------------------------------------------------------------------------------------------


def test_custom_columns_are_found_under_their_own_name_and_a_plain_one():
    said = message_parts("x", '{{ lead.job_function }} {{ lead["Job Function"] }} {{ lead.custom["Job Function"] }}', FACTS).body_text
    assert said == "Maths Maths Maths"


def test_a_custom_column_does_not_hide_one_of_the_lead():
    facts = lead_facts({"email": "ada@example.com", "title": ""}, {"email": "other@example.com", "Title": "x", "custom": "y"})
    assert (facts["email"], facts["title"]) == ("ada@example.com", "")
    assert facts["custom"] == {"email": "other@example.com", "Title": "x", "custom": "y"}


@pytest.mark.parametrize(
    ("standard", "full_name"),
    [
        ({"first_name": "Ada", "last_name": "Lovelace", "full_name": ""}, "Ada Lovelace"),
        ({"first_name": "Ada"}, "Ada"),
        ({"first_name": "Ada", "full_name": "Countess Ada"}, "Countess Ada"),
        ({}, ""),
    ],
)
def test_the_full_name_is_made_where_it_is_missing(standard, full_name):
    assert lead_facts(standard, {})["full_name"] == full_name


def test_a_cell_of_a_csv_adds_no_paragraph():
    assert lead_facts({"company": " Engine\r\n\r\n Buy now "}, {"note": "a\nb"}) | {"custom": 0} == {
        "company": "Engine Buy now",
        "note": "a b",
        "full_name": "",
        "custom": 0,
    }


# --- The footer ----------------------------------------------------------------------------------------------------------------


def test_the_footer_stands_under_both_parts():
    parts = add_footer(Parts("s", "Hi", "<p>Hi</p>"), lines=["Acme & Co, 1 Road", " "], unsubscribe_url="https://example.com/u?a=1&b=2")
    assert parts.body_text == "Hi\n\n-- \nAcme & Co, 1 Road\nUnsubscribe: https://example.com/u?a=1&b=2"
    assert parts.body_html.endswith('Acme &amp; Co, 1 Road<br><a href="https://example.com/u?a=1&amp;b=2">Unsubscribe</a></p>')


def test_without_address_and_way_out_there_is_no_footer():
    assert add_footer(Parts("s", "Hi", "<p>Hi</p>"), lines=[""]) == Parts("s", "Hi", "<p>Hi</p>")
