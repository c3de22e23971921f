"""HTML parts as the desk's small Markdown. Nothing is loaded, nothing is executed.

nh3 makes a well-formed tree of whatever came, as a browser would; a small walker writes it as text.
Marks that stand for the places where programs begin history and signatures are left in the text;
`history.split` takes them out.
"""

import html as entities
import re
from collections.abc import Mapping
from html.parser import HTMLParser

import nh3

from mailboxes.parsing import limits
from mailboxes.parsing.markdown import Node, Writer

MARKS = re.compile("[\ufdd0-\ufdef]")
TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
ANY_TAG = re.compile(r"<[^<>]*>")
# Elements that never hold others, or are closed by what follows.
UNCOUNTED = frozenset(
    "area base br col dd dt hr img input li link meta option p param source td th tr wbr".split()  # noqa: SIM905
)
TAGS = set(
    "a abbr address article aside b big blockquote br center cite code dd del div dl dt em "  # noqa: SIM905
    "fieldset figcaption figure font footer form h1 h2 h3 h4 h5 h6 header hr i img ins kbd label "
    "legend li main nav ol p pre q s samp section small span strike strong sub sup table tbody td "
    "tfoot th thead tr tt u ul var".split()
)
DROPPED = {
    *("script", "style", "title", "head", "template", "iframe", "object", "embed", "applet"),
    *("svg", "math", "noembed", "noframes", "select", "textarea", "video", "audio", "canvas"),
}
ATTRIBUTES = {
    "*": {"class", "id", "style", "hidden"},
    "a": {"href"},
    "img": {"src", "alt", "width", "height"},
    "ol": {"start"},
    "table": {"role"},
    "td": {"colspan"},
    "th": {"colspan"},
}
SCHEMES = {"http", "https", "mailto", "cid", "tel"}
VOID = frozenset(("br", "hr", "img"))


def to_markdown(html: str, images: Mapping[str, str]) -> str:
    """Return the text of a page. `images` are the names of files by the address in `src`."""
    html = MARKS.sub("\ufffd", html[: limits.HTML_LENGTH])
    if _nesting(html) > limits.HTML_NESTING:
        return entities.unescape(ANY_TAG.sub(" ", html)).strip()
    clean = nh3.clean(
        html,
        tags=TAGS,
        clean_content_tags=DROPPED,
        attributes=ATTRIBUTES,
        url_schemes=SCHEMES,
        link_rel=None,
    )
    builder = Builder()
    builder.feed(clean)
    builder.close()
    return Writer(images).write(builder.root)


def _nesting(html: str) -> int:
    """Return how many elements are open at once at most; more than many take a parser ages."""
    depth = most = 0
    for match in TAG.finditer(html):
        if match[2].lower() not in UNCOUNTED:
            depth = max(0, depth - 1) if match[1] else depth + 1
            most = max(most, depth)
    return most


class Builder(HTMLParser):
    """Makes a tree of HTML that nh3 wrote; deeper than a limit elements stand side by side."""

    def __init__(self) -> None:
        super().__init__()
        self.root = Node("div")
        self.open = [self.root]
        self.too_deep = 0

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if len(self.open) > limits.TREE_DEPTH and tag not in VOID:
            self.too_deep += 1
            return
        node = Node(tag, {name: value or "" for name, value in attributes})
        self.open[-1].children.append(node)
        if node.is_block:
            for parent in reversed(self.open):
                if parent.has_block:
                    break
                parent.has_block = True
        if tag not in VOID:
            self.open.append(node)

    def handle_endtag(self, tag: str) -> None:
        if self.too_deep:
            self.too_deep -= 1
        elif len(self.open) > 1 and tag not in VOID:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)


# What a page may look like when staff see it as it came; nothing in it loads, sends or leads away.
PAGE_TAGS = TAGS | {"caption", "col", "colgroup"}
PAGE_ATTRIBUTES = {
    "*": {"style", "dir", "lang", "align", "valign", "title", "width", "height"},
    "img": {"src", "alt"},
    "font": {"color", "face", "size"},
    "ol": {"start", "type"},
    "table": {"border", "cellpadding", "cellspacing", "bgcolor"},
    "td": {"colspan", "rowspan", "bgcolor"},
    "th": {"colspan", "rowspan", "bgcolor"},
}


def to_page(html: str, images: Mapping[str, str]) -> str:
    """Return a page for a sandboxed view: without links, forms, or anything from elsewhere.

    `images` are the addresses (`data:`) to show in place of those in `src`; others vanish. A page
    that is nested too deeply is shown as its words.
    """
    html = html[: limits.HTML_LENGTH]
    if _nesting(html) > limits.HTML_NESTING:
        return entities.escape(to_markdown(html, {}))

    def kept(tag: str, name: str, value: str) -> str | None:
        return images.get(value) if name == "src" else value

    return nh3.clean(
        html,
        tags=PAGE_TAGS,
        clean_content_tags=DROPPED,
        attributes=PAGE_ATTRIBUTES,
        attribute_filter=kept,
        url_schemes={"cid", "data"},
        link_rel=None,
    )
