"""How written text is shown: a small Markdown that no text can misuse."""

import re
import time
from html import unescape
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickets.markup import MARKUP, PARSER, _html, render, render_for_mail

PARTS = st.sampled_from(
    [*"ab1 \n*_`[]()<>|~>#-+\\&!:.\t", "\n\n", "https://x.example/", "TKT0042", "javascript:"]
)
TEXTS = st.lists(PARTS, max_size=60).map("".join)
LINKS = {42: "/tickets/TKT0042/"}


class Elements(HTMLParser):
    """What a browser finds in it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags, self.attrs, self.words = set(), [], ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attrs += attrs

    def handle_data(self, data):
        self.words += data


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("**bold** and *italic*", "<p><strong>bold</strong> and <em>italic</em></p>"),
        ("one\ntwo", "<p>one<br>two</p>"),
        ("one\n\n\ntwo", "<p>one</p><p>two</p>"),
        ("- a\n- b", "<ul><li>a</li><li>b</li></ul>"),
        ("3. a\n4. b", '<ol start="3"><li>a</li><li>b</li></ol>'),
        ("> so\n> it is", "<blockquote><p>so<br>it is</p></blockquote>"),
        ("`a *b*`", "<p><code>a *b*</code></p>"),
        ("```\na\n  b\n```", "<pre><code>a\n  b\n</code></pre>"),
        (
            "|a|b|\n|-|-:|\n|1|2|",
            '<table><thead><tr><th>a</th><th align="right">b</th></tr></thead>'
            '<tbody><tr><td>1</td><td align="right">2</td></tr></tbody></table>',
        ),
        (
            "[here](https://x.example/a)",
            '<p><a href="https://x.example/a" rel="nofollow noopener">here</a></p>',
        ),
    ],
)
def test_the_small_markdown(text, html):
    assert re.sub(r">\n<(?!/code)", "><", render(text)) == html


@pytest.mark.parametrize(
    "text",
    [
        r"\\server\share\*.log and C:\temp\_x",
        "# no heading",
        "a line\n----",
        "[1]: https://x.example/",
        "&amp; stays &lt;",
        "error   42    in   column",
        "first\n   second\n      third",
        "<b>not bold</b>",
        "-- \nAmara",
        "snake_case_name and __dunder",
    ],
)
def test_pasted_text_keeps_its_look(text):
    shown = Elements(render(text).replace("<br>", "\n")).words.strip("\n")
    assert shown == text.strip("\n").replace("-- \n", "--\n")


def test_addresses_become_links_and_ticket_numbers_those_that_one_may_see():
    html = render(
        "See https://x.example/a_(b)_c. TKT0042, tkt42, TKT0043, `TKT0042` a@x.example", LINKS
    )
    hrefs = [value for name, value in Elements(html).attrs if name == "href"]
    ticket = "/tickets/TKT0042/"
    assert hrefs == ["https://x.example/a_(b)_c", ticket, ticket, "mailto:a@x.example"]
    assert "TKT0043" in html


@pytest.mark.parametrize(
    "text",
    [
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "[x](java\tscript:alert(1))",
        "[x](&#106;avascript:alert(1))",
        "[x](data:text/html,<script>alert(1)</script>)",
        "[x](vbscript:x)",
        "[x](//evil.example)",
        "[x](/accounts/sign-out/)",
        "<javascript:alert(1)>",
        "![x](https://evil.example/pixel.png)",
        '[x](https://x.example/"onmouseover="alert(1))',
        "<img src=x onerror=alert(1)>",
        "<https://x.example/'onclick='x>",
        "[x][1]\n\n[1]: javascript:alert(1)",
        "| <script>x</script> |\n|--|",
        "```html onload=x\n<script>\n```",
    ],
)
def test_nothing_dangerous_comes_through(text):
    for html in (render(text, LINKS), render_for_mail(text, LINKS)):
        found = Elements(html)
        assert found.tags <= {"p", "a", "table", "thead", "tr", "th", "pre", "code"}
        assert {name for name, _ in found.attrs} <= {"href", "rel", "style"}
        for name, value in found.attrs:
            assert name != "href" or value.startswith(("https://x.example", "https://evil.example"))


def test_a_mail_has_no_living_link_that_a_person_wrote():
    html = render_for_mail("[your bank](https://evil.example/) https://b.example/ TKT0042", LINKS)
    assert [value for name, value in Elements(html).attrs if name == "href"] == [LINKS[42]]
    assert "your bank (https://evil.example/)" in Elements(html).words


def test_a_link_without_words_says_where_it_leads():
    assert Elements(render("[](https://x.example/)")).words == "https://x.example/"


def test_what_is_too_deep_is_shown_as_it_was_typed():
    text = ">" * 30 + " **deep**"
    assert render(text) == f"<pre>{'&gt;' * 30} **deep**</pre>"


@given(TEXTS)
def test_no_words_are_lost_and_nothing_else_comes_in(text):
    html = render(text, LINKS)
    found = Elements(html)
    assert found.tags <= {
        *("a", "blockquote", "br", "code", "em", "li", "ol", "p", "pre", "strong"),
        *("table", "tbody", "td", "th", "thead", "tr", "ul"),
    }
    assert {name for name, _ in found.attrs} <= {"href", "rel", "start", "align"}
    shown = unescape(html)
    if "|" not in text and "`" not in text:  # cells that are too many, the language of code
        assert all(word in shown for word in re.findall(r"[ab]+", text))


@given(TEXTS)
def test_text_without_markup_is_rendered_as_the_parser_would(text):
    if not MARKUP.search(text):
        parsed = _html(text, {"links": LINKS}).replace("</p>\n", "</p>")
        assert render(text, LINKS) == parsed


HOSTILE = [
    *"[*_`>~|<!(])-+\\&@:# \n1",
    *("[a](", "![", "[[]", "**a", "*_", "> ", "- ", "* a\n  ", "\n- a", "| ", "|a", "<a@"),
    *("http://", "a@", "[](", "> - ", "TKT1 ", "**x** ", "[a](https://x) ", "*a **a "),
]


@pytest.mark.parametrize("part", HOSTILE, ids=repr)
def test_fifty_thousand_hostile_characters_take_bounded_time(part):
    text = (part * 50_000)[:50_000]
    started = time.process_time()
    render(text, LINKS)
    # 0.7 s on a quiet machine, several times that with coverage; what grows with the square takes minutes.
    assert time.process_time() - started < 20


def test_a_table_can_not_be_made_of_little():
    text = "|a" * 2_000 + "|\n" + "|-" * 2_000 + "|\n" + "x\n" * 20_000
    assert len(render(text)) < 400_000
    assert PARSER.options["maxNesting"] == 20
