"""Writes a tree of HTML elements as small Markdown: what `tickets.markup` shows and no more."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from mailboxes.parsing import limits

HISTORY, SIGNATURE, SIGNATURE_END = "\ufdd0", "\ufdd1", "\ufdd2"
BLOCKS = frozenset(
    "address article aside blockquote center dd div dl dt fieldset figcaption figure footer form "  # noqa: SIM905
    "h1 h2 h3 h4 h5 h6 header hr legend li main nav ol p pre section table tbody td tfoot th thead "
    "tr ul".split()
)
SPACED = frozenset("blockquote dl h1 h2 h3 h4 h5 h6 ol p pre table ul".split())  # noqa: SIM905
HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
WRAPPED = {"b": "**", "strong": "**", "i": "*", "em": "*", "code": "`", "tt": "`", "kbd": "`"}
HISTORY_CLASS = re.compile(
    r"(?:^|[\s_])(?:gmail_quote(?:_container)?|gmail_attr|yahoo_quoted|yahooQuotedContent"
    r"|moz-cite-prefix|OutlookMessageHeader|protonmail_quote|tutanota_quote|zmail_extra"
    r"|WordSection_reply|ntes-mailreply|quote-container)(?:\s|$)",
    re.IGNORECASE,
)
HISTORY_ID = re.compile(
    r"(?:x_)*(?:divRplyFwdMsg|mail-editor-reference-message-container|reply-intro"
    r"|yahoo_quoted_\w+|isReplyContent|replySplit)\Z",
    re.IGNORECASE,
)
SIGNATURE_CLASS = re.compile(
    r"(?:^|[\s_])(?:gmail_signature|moz-signature|ms-outlook-mobile-signature|zm_signature"
    r"|protonmail_signature_block(?:-user)?|yahoo-signature|tutanota_signature)(?:\s|$)",
    re.IGNORECASE,
)
SIGNATURE_ID = re.compile(
    r"(?:x_)*(?:Signature|AppleMailSignature|lineBreakAtBeginningOfSignature"
    r"|ms-outlook-mobile-signature|ydp\w+signature)\Z",
    re.IGNORECASE,
)
HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all|font-size\s*:\s*0(?:px|pt)?\s*(?:;|$)",
    re.IGNORECASE,
)
NO_MARGIN = re.compile(r"margin(?:-top|-bottom)?\s*:\s*0(?:\D|$)|Mso(?!List)|PlainText|xmsonormal")
WHITE = re.compile(r"[ \t\r\n\f]+")
BLANKS = re.compile("[\xa0\u2000-\u200a\u202f]")
UNSEEN = re.compile("[\u200b\u200c\ufeff\xad\u034f\u2060]")
BULLET = re.compile(r"^[·•§▪◦o\uf0b7\uf0a7]\s+(?=\S)")
LINK = re.compile(r"(?:https?://|mailto:)[^\s<>]+\Z", re.IGNORECASE)
EDGES = re.compile(r"^(\W*)(.*?)(\W*)\Z", re.DOTALL)
NUMBER = re.compile(r"[0-9]{1,6}\Z")


@dataclass(slots=True)
class Node:
    """An element. `has_block`: one of those inside it begins a line of its own."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list["Node | str"] = field(default_factory=list)
    has_block: bool = False

    @property
    def is_block(self) -> bool:
        return self.tag in BLOCKS

    def get(self, name: str) -> str:
        return self.attributes.get(name, "")

    @property
    def is_hidden(self) -> bool:
        return "hidden" in self.attributes or bool(HIDDEN.search(self.get("style")))

    @property
    def is_history(self) -> bool:
        return bool(HISTORY_CLASS.search(self.get("class")) or HISTORY_ID.match(self.get("id")))

    @property
    def is_signature(self) -> bool:
        return bool(SIGNATURE_CLASS.search(self.get("class")) or SIGNATURE_ID.match(self.get("id")))

    def nodes(self) -> Iterator["Node"]:
        return (child for child in self.children if isinstance(child, Node))


@dataclass(slots=True)
class Block:
    """Some lines; `spaced`: an empty line stands before and after them. Without text: a gap."""

    text: str
    spaced: bool = False


class Writer:
    """Writes one page. `images` are the names of files by the address in `src`."""

    def __init__(self, images: Mapping[str, str]) -> None:
        self.images = images
        self.depth = 0  # of quotes and lists

    def write(self, root: Node) -> str:
        return join(self.blocks(root))

    # Blocks

    def blocks(self, node: Node) -> list[Block]:
        """Return the lines of a container."""
        done: list[Block] = []
        run: list[Node | str] = []
        for child in node.children:
            if isinstance(child, str) or not (child.is_block or child.has_block or marked(child)):
                run.append(child)
                continue
            done += self.paragraph(run)
            run = []
            done += self.block(child)
        return done + self.paragraph(run)

    def paragraph(self, run: list[Node | str]) -> list[Block]:
        if not run:
            return []
        text = tidy("".join(self.inline(child) for child in run))
        if text:
            return [Block(BULLET.sub("- ", text))]
        has_break = any(isinstance(child, Node) and child.tag == "br" for child in run)
        return [Block("")] if has_break else []

    def block(self, node: Node) -> list[Block]:
        if node.is_hidden:
            return []
        inner = self.structure(node)
        if node.is_history:
            return [Block(HISTORY), *inner]
        if node.is_signature:
            return [Block(SIGNATURE), *inner, Block(SIGNATURE_END)]
        return inner

    def structure(self, node: Node) -> list[Block]:
        if node.tag in ("ul", "ol"):
            return self.items(node)
        if node.tag == "blockquote":
            return self.quote(node)
        if node.tag == "table":
            return self.table(node)
        if node.tag == "pre":
            return self.code(node)
        if node.tag == "hr":
            return [Block("---", spaced=True)]
        inner = self.blocks(node)
        if node.tag in HEADINGS:
            return [Block(wrap("**", join(inner).replace("**", "")), spaced=True)]
        if node.tag == "li":
            return [Block(hang("- ", join(inner, tight=True)))]
        return spaced(node, inner)

    def quote(self, node: Node) -> list[Block]:
        self.depth += 1
        text = join(self.blocks(node))
        self.depth -= 1
        if self.depth < limits.LEVELS:
            text = "\n".join(f"> {line}".rstrip() for line in text.split("\n"))
        return [Block(text, spaced=True)]

    def items(self, node: Node) -> list[Block]:
        self.depth += 1
        done = self._items(node) if self.depth <= limits.LEVELS else self.blocks(node)
        self.depth -= 1
        return done

    def _items(self, node: Node) -> list[Block]:
        lines, start = [], node.get("start")
        number = int(start) if NUMBER.match(start) else 1
        for child in node.nodes():
            if child.is_hidden:
                continue
            if child.tag != "li":
                text = join(self.structure(child) if child.is_block else self.blocks(child))
                lines.append("\n".join(f"  {line}" for line in text.split("\n")))
                continue
            sign = f"{number}. " if node.tag == "ol" else "- "
            number += 1
            lines.append(hang(sign, join(self.blocks(child), tight=True)))
        text = "\n".join(line for line in lines if line.strip(" -"))
        return [Block(text, spaced=True)] if text else []

    def code(self, node: Node) -> list[Block]:
        text = raw_text(node).strip("\n")
        if not text.strip():
            return []
        # Whole mails are sent as <pre>; those are words, not code.
        if "```" in text or node.has_block or text.count("\n") > 30 or "wrap" in node.get("style"):
            return [Block(text, spaced=True)]
        return [Block(f"```\n{text}\n```", spaced=True)]

    def table(self, node: Node) -> list[Block]:
        rows = [
            [cell for cell in row.nodes() if cell.tag in ("td", "th") and not cell.is_hidden]
            for row in rows_of(node)
        ]
        if self.is_data(node, rows):
            cells = [
                [WHITE.sub(" ", join(self.blocks(cell))).replace("|", "\\|") for cell in row]
                for row in rows
            ]
            if all(len(cell) < 300 for row in cells for cell in row):
                return [Block(pipes(cells, has_head=rows[0][0].tag == "th"), spaced=True)]
        return self.layout(node)

    def is_data(self, node: Node, rows: list[list[Node]]) -> bool:
        """Whether it is a table of facts; most tables in mails only arrange the page."""
        if not 2 <= len(rows) <= limits.TABLE_ROWS or node.get("role") == "presentation":
            return False
        widths = {len(row) for row in rows}
        if len(widths) > 1 or not 2 <= min(widths) <= limits.TABLE_COLUMNS:
            return False
        return not any(
            holds(cell, ("table", "ul", "ol", "blockquote", "pre", "img"))
            or "colspan" in cell.attributes
            for row in rows
            for cell in row
        )

    def layout(self, node: Node) -> list[Block]:
        done: list[Block] = []
        for row in rows_of(node) or [node]:
            cells = [self.block(cell) for cell in row.nodes()]
            texts = [join(cell) for cell in cells]
            if all("\n" not in text and len(text) < 80 for text in texts):
                done.append(Block("  ".join(text for text in texts if text)))
            else:
                done += [block for cell in cells for block in cell]
        return [block for block in done if block.text]

    # Words in a line

    def inline(self, node: Node | str) -> str:
        if isinstance(node, str):
            return WHITE.sub(" ", node)
        if node.is_hidden:
            return ""
        if node.tag == "br":
            return "\n"
        if node.tag == "img":
            return self.image(node)
        inner = "".join(
            ("\n" if isinstance(child, Node) and child.is_block else "") + self.inline(child)
            for child in node.children
        )
        if node.tag == "a":
            return link(inner, node.get("href"))
        if node.tag in WRAPPED:
            return wrap(WRAPPED[node.tag], inner)
        return inner

    def image(self, node: Node) -> str:
        name = self.images.get(node.get("src"))
        if name:
            return f"[image: {name}]"
        alt = tidy(node.get("alt"))
        is_pixel = node.get("width") in ("0", "1") or node.get("height") in ("0", "1")
        return "" if is_pixel or len(alt) > 200 else alt


def marked(node: Node) -> bool:
    return node.is_history or node.is_signature


def spaced(node: Node, inner: list[Block]) -> list[Block]:
    """Let an empty line stand around a paragraph, except where it has no margins."""
    if node.tag not in SPACED or not inner:
        return inner
    if NO_MARGIN.search(node.get("style") + node.get("class")):
        return inner
    return [Block(join(inner), spaced=True)]


def join(blocks: list[Block], *, tight: bool = False) -> str:
    """Return the blocks as one text; `tight`: without empty lines."""
    done: list[str] = []
    before: Block | None = None
    has_gap = False
    for block in blocks:
        if not block.text:
            has_gap = True
            continue
        if before is not None:
            apart = has_gap or block.spaced or before.spaced
            done.append("\n\n" if apart and not tight else "\n")
        done.append(block.text)
        before, has_gap = block, False
    return "".join(done)


def tidy(text: str) -> str:
    """Return words without blanks at the ends of their lines."""
    text = UNSEEN.sub("", BLANKS.sub(" ", text))
    return "\n".join(re.sub(" {2,}", " ", line).strip(" ") for line in text.split("\n")).strip("\n")


def wrap(sign: str, text: str) -> str:
    """Put the signs of bold, italic or code around each line, close to the words."""
    if sign in text or "[image:" in text:
        return text
    done = []
    for line in text.split("\n"):
        before, words, after = EDGES.match(line).groups()  # type: ignore[union-attr]
        if sign == "`" and line.strip():
            before, words, after = "", line.strip(), ""
        done.append(f"{before}{sign}{words}{sign}{after}" if words else line)
    return "\n".join(done)


def link(text: str, href: str) -> str:
    words, href = tidy(text).replace("\n", " "), href.strip()
    address = href.removeprefix("mailto:").split("?")[0]
    if not LINK.match(href) or "[image:" in words or words.startswith("["):
        return text
    if words in (href, address, href.rstrip("/"), href.split("://")[-1].rstrip("/")) or not words:
        return address if href.startswith("mailto:") else href
    words = words.replace("[", "(").replace("]", ")")
    return f"[{words}]({href.replace('(', '%28').replace(')', '%29')})"


def hang(sign: str, text: str) -> str:
    """Return an item of a list with what follows its first line below it."""
    return sign + text.replace("\n", "\n" + " " * len(sign))


def pipes(rows: list[list[str]], *, has_head: bool) -> str:
    if not has_head:
        rows = [[""] * len(rows[0]), *rows]
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join([lines[0], "|" + " --- |" * len(rows[0]), *lines[1:]])


def rows_of(table: Node) -> list[Node]:
    rows: list[Node] = []
    for child in table.nodes():
        if child.tag == "tr":
            rows.append(child)
        elif child.tag in ("tbody", "thead", "tfoot"):
            rows += [row for row in child.nodes() if row.tag == "tr"]
    return [row for row in rows if not row.is_hidden]


def holds(node: Node, tags: tuple[str, ...]) -> bool:
    return any(child.tag in tags or holds(child, tags) for child in node.nodes())


def raw_text(node: Node) -> str:
    """Return the text of an element with its own line breaks."""
    pieces = []
    for child in node.children:
        if isinstance(child, str):
            pieces.append(child)
        else:
            pieces.append("\n" if child.tag == "br" else raw_text(child))
    return "".join(pieces)
