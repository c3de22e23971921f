"""What the trusted mail server found out about the sender (RFC 8601)."""

import re
from collections.abc import Collection

from mailboxes.parsing.headers import Headers
from mailboxes.parsing.parsed import Address, Authentication

TOKEN = re.compile(r'"(?:[^"\\]|\\.){0,500}"|[()]|;|=|[^\s"();=]+|\s+', re.DOTALL)
LENGTH = 20_000


def read_authentication(
    headers: Headers, sender: Address | None, trusted_hosts: Collection[str]
) -> Authentication:
    """Return the results of the topmost field, if a trusted server wrote it.

    Every server adds its field above the others, so what stands further down may be the sender's
    invention. `trusted_hosts` are the servers' names as they stand at the field's beginning.
    """
    trusted = {host.lower().rstrip(".") for host in trusted_hosts}
    fields = headers.all("authentication-results")
    domain = sender.domain if sender else ""
    if not fields or not trusted:
        return Authentication(from_domain=domain)
    results = [_pairs(part) for part in _statements(fields[0])]
    host = (fields[0].split(";")[0].split() or [""])[0].strip('"').lower().rstrip(".")
    if host not in trusted:
        return Authentication(from_domain=domain)
    dmarc, spf = _only(results, "dmarc"), _only(results, "spf")
    return Authentication(
        host=host,
        from_domain=domain,
        dmarc=dmarc.get("dmarc", ""),
        dmarc_domain=_domain(dmarc.get("header.from", "")),
        spf=spf.get("spf", ""),
        spf_domain=_domain(spf.get("smtp.mailfrom", "")),
        dkim=tuple(
            (found["dkim"], _domain(found.get("header.d") or found.get("header.i", "")))
            for found in results
            if next(iter(found), "") == "dkim"
        ),
    )


def _statements(value: str) -> list[list[str]]:
    """Return the words between the semicolons, without comments; the first names the server."""
    statements: list[list[str]] = [[]]
    depth = 0
    for match in TOKEN.finditer(value[:LENGTH]):
        piece = match[0]
        if piece == "(":
            depth += 1
        elif piece == ")":
            depth = max(0, depth - 1)
        elif depth or piece.isspace():
            continue
        elif piece == ";":
            statements.append([])
        else:
            statements[-1].append(piece)
    return statements[1:]


def _pairs(pieces: list[str]) -> dict[str, str]:
    """Return what stands on both sides of each "=", in small letters."""
    found: dict[str, str] = {}
    for number, piece in enumerate(pieces):
        if piece == "=" and 0 < number < len(pieces) - 1:
            # "dkim/1=pass" names a version of the method.
            name = pieces[number - 1].lower().split("/")[0]
            found.setdefault(name, pieces[number + 1].strip('"').lower())
    return found


def _only(results: list[dict[str, str]], method: str) -> dict[str, str]:
    """Return the one result of a method; of two that differ, one was smuggled in."""
    found = [result for result in results if next(iter(result), "") == method]
    return found[0] if len(found) == 1 else {}


def _domain(address: str) -> str:
    return address.rpartition("@")[2].strip("<>").rstrip(".")
