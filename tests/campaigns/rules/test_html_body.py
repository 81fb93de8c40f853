from __future__ import annotations

import pytest

from campaigns.rules.html_body import clean, from_text, is_html, to_text


@pytest.mark.parametrize(
    "template",
    [
        "<p>Hi</p>",
        "Hi<br>there",
        "Hi<BR/>",
        '<a href="x">y</a>',
        "a <b>c</b>",
        "<div class='x'>",
        "</p>",
        "<h2>x</h2>",
        "<!doctype html><html>",
    ],
)
def test_a_body_with_tags_that_e_mails_use_is_html(template):
    assert is_html(template)


@pytest.mark.parametrize(
    "template",
    [
        "",
        "Hi",
        "a < b and b > c",
        "<3",
        "<ada@example.com>",
        "<https://example.com>",
        "{% if a < b %}",
        "<script>",
        "<aside>",
        "<<first_name>>",
    ],
)
def test_anything_else_is_plain_text(template):
    assert not is_html(template)


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("", ""),
        ("Hi", "<p>Hi</p>"),
        ("a\nb\n\nc\n\n\n\nd", "<p>a<br>b</p>\n<p>c</p>\n<p>d</p>"),
        ("a\n \t\nb", "<p>a</p>\n<p>b</p>"),
        ("a < b & c", "<p>a &lt; b &amp; c</p>"),
        ("see https://x.example.", '<p>see <a href="https://x.example">https://x.example</a>.</p>'),
        ("(https://x.example/a_(b))", '<p>(<a href="https://x.example/a_(b)">https://x.example/a_(b)</a>)</p>'),
        ("https://x.example?a=1&b=<c>", '<p><a href="https://x.example?a=1&amp;b=">https://x.example?a=1&amp;b=</a>&lt;c&gt;</p>'),
        (
            'http://a.example http://b.example"x',
            '<p><a href="http://a.example">http://a.example</a> <a href="http://b.example">http://b.example</a>&quot;x</p>',
        ),
        ("javascript:alert(1) ftp://x.example", "<p>javascript:alert(1) ftp://x.example</p>"),
    ],
)
def test_plain_text_becomes_paragraphs_and_links_and_nothing_else(text, html):
    assert from_text(text) == html


@pytest.mark.parametrize(
    ("html", "cleaned"),
    [
        ("<p onclick='x'>a</p>", "<p>a</p>"),
        ("<script>x</script><style>y</style><title>z</title>a", "a"),
        ("<iframe src=x></iframe><object></object><form><input></form>a", "a"),
        ('<a href="javascript:x">a</a><a href=" JaVaScRiPt:x">b</a><a href="data:text/html,x">c</a>', "<a>a</a><a>b</a><a>c</a>"),
        ('<a href="/relative">a</a><img src="//x.example/y.png" alt="z">', '<a>a</a><img alt="z">'),
        ('<img src="https://x.example/y.png" width="10" onerror="x">', '<img src="https://x.example/y.png" width="10">'),
        ('<a href="mailto:a@b.c" target="_blank">a</a>', '<a href="mailto:a@b.c">a</a>'),
        ('<p style="color:red;background:url(javascript:x);position:absolute">a</p>', '<p style="color:red">a</p>'),
        ("<p>unclosed <b>bold", "<p>unclosed <b>bold</b></p>"),
        ("<!-- comment -->a", "a"),
    ],
)
def test_html_keeps_what_an_e_mail_needs_and_loses_what_runs(html, cleaned):
    assert clean(html) == cleaned


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>a</p><p>b</p>", "a\n\nb"),
        ("a<br>b<br/>c", "a\nb\nc"),
        ("<p>a  \n  b</p>", "a b"),
        ("<p>a <b>bold</b> word</p>", "a bold word"),
        ('<a href="https://x.example">here</a>', "here (https://x.example)"),
        ('<a href="https://x.example/">https://x.example</a>', "https://x.example"),
        ('<a href="mailto:a@b.c">a@b.c</a>', "a@b.c"),
        ('<a href="https://x.example"><img src="https://x.example/l.png" alt="Logo"></a>', "Logo (https://x.example)"),
        ('<a href="https://x.example"></a>', "https://x.example"),
        ("<a>no address</a>", "no address"),
        ("<ul><li>a</li><li>b</li></ul>c", "- a\n- b\n\nc"),
        ("<ol><li>a</li><li>b</li></ol>", "1. a\n2. b"),
        ("<ol><li>a<ul><li>x</li></ul></li><li>b</li></ol>", "1. a\n\n- x\n\n2. b"),
        ("<div>a</div><div>b</div>", "a\n\nb"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\n\nc"),
        ("a<hr>b", "a\n---\nb"),
        ("&lt;b&gt; &amp; &copy;", "<b> & ©"),
        ("</ul></ol></a></li>x", "x"),
        ("", ""),
    ],
)
def test_html_is_told_in_plain_text(html, text):
    assert to_text(html) == text


def test_both_ways_a_paragraph_says_the_same():
    text = "Hi Ada,\n\nsee https://x.example/a?b=1&c=2 <now>\nThanks"
    assert to_text(clean(from_text(text))) == text
