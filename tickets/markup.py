"""How what people write is shown: a small Markdown, rendered and sanitised.

The stored text stays what was typed; what is shown is made from it each time. Bold, italic, lists,
links, code, quotes and tables; no raw HTML, no headings, no images. What pasted text often holds
keeps its look: single line breaks, indents, `#` and `----` lines, and the backslashes of
`\\\\server\\share`.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import nh3
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock, table
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from accounts.models import User
from tickets.models import Ticket, TicketEvent

TICKET_NUMBER = re.compile(r"\bTKT([0-9]{1,18})\b", re.IGNORECASE)
EMAIL = r"(?<![\w.+-])[\w.+-]{1,64}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,5}\b"
NUMBER_OR_EMAIL = re.compile(rf"{TICKET_NUMBER.pattern}|({EMAIL})", re.IGNORECASE)
URL = re.compile(r"https?://[^\s<>\"`|]+", re.IGNORECASE)
URL_START = re.compile(r"(?<![a-z0-9])https?$", re.IGNORECASE)
AFTER_URL = ".,;:!?'*_~]}…»“”\u2019"
TARGETS = re.compile(r"https?://|mailto:", re.IGNORECASE)
# A text without any of these is paragraphs to the parser, too.
MARKUP = re.compile(
    r"[*_`\[<>|@~\x00\r\t]|://|^ *(?:[-+]|[0-9]{1,9}[.)])(?: |$)|^ {4}", re.MULTILINE
)
PARAGRAPHS = re.compile(r"\n(?:[ \t]*\n)+")

REL = "nofollow noopener"
# Deeper than this the parser leaves content out; such a text is shown as it was typed.
NESTING = 20
MOST_NUMBERS = 100
MOST_CELLS = 10_000
TAGS = {
    *[
        "a",
        "blockquote",
        "br",
        "code",
        "em",
        "li",
        "ol",
        "p",
        "pre",
        "strong",
        "table",
        "tbody",
        "td",
        "th",
        "thead",
        "tr",
        "ul",
    ]
}
ATTRIBUTES = {"a": {"href"}, "ol": {"start"}, "td": {"align"}, "th": {"align"}}
# Rules that would swallow or change what somebody pasted, or let HTML and images in.
LEFT_OUT = (
    *("heading", "hr", "html_block", "lheading", "reference"),
    *("entity", "escape", "html_inline", "image"),
)
# Mails have no style sheet.
MAIL_STYLES = {
    "p": "margin:0 0 10px",
    "ul": "margin:0 0 10px;padding-left:24px",
    "ol": "margin:0 0 10px;padding-left:24px",
    "blockquote": "margin:0 0 10px;padding:0 0 0 12px;border-left:3px solid #7F8A93",
    "pre": "margin:0 0 10px;white-space:pre-wrap;font:14px/1.45 Menlo,Consolas,monospace",
    "code": "font:14px/1.45 Menlo,Consolas,monospace",
    "table": "margin:0 0 10px;border-collapse:collapse",
    "th": "padding:4px 8px;border:1px solid #7F8A93",
    "td": "padding:4px 8px;border:1px solid #7F8A93",
}
Links = Mapping[int, str]


def render(text: str, links: Links | None = None) -> SafeString:
    """Return a text as HTML for a page.

    `links` are the addresses of the tickets whose numbers become links: those that the reader may
    see (`ticket_links`).
    """
    if not MARKUP.search(text):
        return _paragraphs(text, links or {})
    return _html(text, {"links": links or {}})


def render_for_mail(text: str, links: Links | None = None) -> SafeString:
    """Return a text as HTML for a mail, with styles in place.

    No link that a person wrote is alive in a mail: its address stands beside its words, so that
    no text of ours can lead somewhere else than it says. Only `links` (tickets) are.
    """
    html = str(_html(text, {"links": links or {}, "is_mail": True}))
    for tag, style in MAIL_STYLES.items():
        html = re.sub(rf"<{tag}(?=[ >])", f'<{tag} style="{style}"', html)
    return mark_safe(html)  # noqa: S308  sanitised by `_html`; in its texts each "<" is escaped


def ticket_links(texts: Iterable[str], reader: User) -> dict[int, str]:
    """Return the addresses of the tickets that the texts name and `reader` may see, by number.

    At most 100 tickets; no query where no number is named.
    """
    named = dict.fromkeys(int(n) for text in texts for n in TICKET_NUMBER.findall(text))
    if not named:
        return {}
    seen = Ticket.objects.visible_to(reader).filter(pk__in=list(named)[:MOST_NUMBERS])
    return {
        ticket.number: ticket.get_absolute_url() if reader.is_customer else ticket.get_desk_url()
        for ticket in seen.order_by().only("number")
    }


def texts_of(events: Iterable[TicketEvent]) -> Iterator[str]:
    """Yield what people wrote in these events: messages and resolution summaries."""
    for event in events:
        if event.comment:
            yield event.comment.body
        yield str(event.changes.get("resolution_summary") or "")


def prose(text: str) -> Iterator[str]:
    """Yield the pieces of a text that are neither code nor a link."""
    for token in PARSER.parse(text, {"links": {}}):
        depth = 0
        for child in token.children or []:
            depth += child.nesting if child.tag == "a" else 0
            if child.type == "text" and not depth:
                yield child.content


@dataclass(frozen=True)
class Preview:
    """How a text will look; nothing to show (`html` empty) where it looks as it was typed.

    `said` are sentences about what it will do.
    """

    html: SafeString
    said: tuple[str, ...] = ()


def preview_of(text: str, links: Links, *, asked: bool = False) -> Preview:
    """Return how the text will look. `asked`: show it also where it has no markup."""
    if not text.strip() or not (asked or MARKUP.search(text) or TICKET_NUMBER.search(text)):
        return Preview(mark_safe(""))
    return Preview(render(text, links))


def _paragraphs(text: str, links: Links) -> SafeString:
    """Return a text without markup as the parser would, in a tenth of the time."""
    html = "".join(
        f"<p>{_lines(part, links)}</p>" for part in PARAGRAPHS.split(text.strip()) if part.strip()
    )
    return mark_safe(html)  # noqa: S308  every line is escaped


def _lines(text: str, links: Links) -> str:
    lines = (line.rstrip(" ") for line in text.strip().split("\n"))
    html = escape("\n".join(lines)).replace("\n", "<br>")
    if not links:
        return html
    return TICKET_NUMBER.sub(lambda found: _ticket_anchor(found, links), html)


def _ticket_anchor(found: re.Match[str], links: Links) -> str:
    url = links.get(int(found[1]))
    return f'<a href="{escape(url)}" rel="{REL}">{found[0]}</a>' if url else found[0]


def _html(text: str, env: dict[str, Any]) -> SafeString:
    tokens = PARSER.parse(text, env)
    if any(token.level >= NESTING - 1 for token in tokens):
        html = f"<pre>{escape(text)}</pre>"
    else:
        html = PARSER.renderer.render(tokens, PARSER.options, env)
    html = nh3.clean(
        html,
        tags=TAGS,
        attributes=ATTRIBUTES,
        url_schemes={"http", "https", "mailto"},
        link_rel=REL,
    )
    return mark_safe(html.strip("\n"))  # noqa: S308  sanitised


# The parser -----------------------------------------------------------------------------------


def small_table(state: StateBlock, start: int, end: int, silent: bool) -> bool:  # noqa: FBT001
    """A table, unless rows that are filled up would make much of little."""
    columns = state.src.count("|", state.bMarks[start], state.eMarks[start]) + 1
    return columns * (end - start) <= MOST_CELLS and table(state, start, end, silent)


def keep_line_break(state: StateInline, silent: bool) -> bool:  # noqa: FBT001
    """A line break stays one, and the indent of the next line stays."""
    if state.src[state.pos] != "\n":
        return False
    if not silent:
        state.pending = state.pending.rstrip(" ")
        state.push("hardbreak", "br", 0)
    state.pos += 1
    return True


def link_url(state: StateInline, silent: bool) -> bool:  # noqa: FBT001
    """A bare address is a link, as far as it goes without the sentence's punctuation."""
    if silent or state.linkLevel or state.src[state.pos] != ":":
        return False
    scheme = URL_START.search(state.pending[-6:])
    if scheme is None:
        return False
    start = state.pos - len(scheme[0])
    match = URL.match(state.src, start, state.posMax)
    if match is None:
        return False
    url = match[0].rstrip(AFTER_URL)
    while url.endswith(")") and url.count(")") > url.count("("):
        url = url[:-1].rstrip(AFTER_URL)
    href = state.md.normalizeLink(url)
    if not state.md.validateLink(href) or start + len(url) <= state.pos:
        return False
    state.pending = state.pending[: -len(scheme[0])]
    state.push("link_open", "a", 1).attrs = {"href": href}
    state.push("text", "", 0).content = url
    state.push("link_close", "a", -1)
    state.pos = start + len(url)
    return True


def finish(state: StateCore) -> None:
    """Link ticket numbers and mail addresses, and make what the parser left fit to be shown."""
    for number, token in enumerate(state.tokens):
        if token.type in ("th_open", "td_open"):
            _finish_cell(state.tokens, number)
        if token.type == "inline" and token.children:
            token.children = list(_finish_inline(token.children, state.env))


def _finish_cell(tokens: list[Token], number: int) -> None:
    """Say alignment without a style; a header cell without words is none."""
    opening = tokens[number]
    style = str(opening.attrs.pop("style", ""))
    if style:
        opening.attrs["align"] = style.removeprefix("text-align:")
    if opening.tag == "th" and not tokens[number + 1].content.strip():
        opening.tag = tokens[number + 2].tag = "td"


def _finish_inline(tokens: list[Token], env: Any) -> Iterator[Token]:
    href, words = "", ""
    for token in tokens:
        if token.type == "link_open":
            href, words = str(token.attrs.get("href", "")), ""
            token.attrs = {"href": href}
            if env.get("is_mail") or not TARGETS.match(href):
                continue
        elif token.type == "link_close":
            yield from _link_end(token, href, words, env)
            href = ""
            continue
        elif token.type == "text" and not href:
            yield from _linked(token, env)
            continue
        words += token.content
        yield token


def _link_end(token: Token, href: str, words: str, env: Any) -> Iterator[Token]:
    """A link without words says its address; in a mail each one does."""
    address = href.removeprefix("mailto:")
    if not words.strip():
        yield _text(address)
    elif env.get("is_mail") and PARSER.normalizeLink(words) not in (href, address):
        yield _text(f" ({address})")
    if TARGETS.match(href) and not env.get("is_mail"):
        yield token


def _linked(token: Token, env: Any) -> Iterator[Token]:
    """Yield a text token in pieces: ticket numbers and mail addresses as links."""
    text, end = token.content, 0
    for match in NUMBER_OR_EMAIL.finditer(text):
        href = f"mailto:{match[2]}" if match[2] else env["links"].get(int(match[1]), "")
        if not href or (match[2] and env.get("is_mail")):
            continue
        yield _text(text[end : match.start()])
        yield Token("link_open", "a", 1, attrs={"href": href})
        yield _text(match[0])
        yield Token("link_close", "a", -1)
        end = match.end()
    yield _text(text[end:])


def _text(content: str) -> Token:
    return Token("text", "", 0, content=content)


def _make_parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "maxNesting": NESTING})
    parser.enable("table").disable(LEFT_OUT)
    parser.block.ruler.at("table", small_table, {"alt": ["paragraph", "reference"]})
    parser.inline.ruler.at("newline", keep_line_break)
    parser.inline.ruler.after("text", "url", link_url)
    parser.core.ruler.push("finish", finish)
    parser.validateLink = lambda url: bool(TARGETS.match(url))  # type: ignore[method-assign]
    parser.add_render_rule("hardbreak", lambda *args: "<br>")
    return parser


PARSER = _make_parser()
