"""Charsets and transfer encodings, true, unknown, lying and broken."""

from base64 import b64encode

from mailboxes.tests.corpus.build import Case, mail, page

WORDS = {
    "utf-8": "Grüße, naïve café, 日本, Ελλάδα 🙂",
    "utf-7": "Grüße, naïve café",
    "utf-16": "Grüße 日本",
    "utf-16le": "Grüße 日本",
    "utf-32": "Grüße 日本 🙂",
    "iso-8859-1": "Grüße, naïve café",
    "iso-8859-2": "Příliš žluťoučký kůň",
    "iso-8859-5": "Привет",
    "iso-8859-7": "Καλημέρα",
    "iso-8859-8": "שלום",
    "iso-8859-9": "Günaydın",
    "iso-8859-15": "100 € für Œuvre",
    "windows-1250": "Zażółć gęślą jaźń",
    "windows-1251": "Добрый день",
    "windows-1252": "“quoted” – 100 €",
    "windows-1253": "Καλημέρα",
    "windows-1254": "Günaydın İstanbul",
    "windows-1255": "שלום",
    "windows-1256": "مرحبا",
    "windows-1257": "Labdien, ābece",
    "windows-1258": "Xin chào",
    "koi8-r": "Добрый день",
    "koi8-u": "Добрий день, їжак",
    "iso-2022-jp": "こんにちは、プリンターが壊れました",
    "shift_jis": "こんにちは、プリンター",
    "euc-jp": "こんにちは、プリンター",
    "euc-kr": "안녕하세요",
    "iso-2022-kr": "안녕하세요",
    "gb2312": "你好，打印机坏了",
    "gbk": "你好，打印機",
    "gb18030": "你好，打印机坏了🙂",
    "hz": "你好",
    "big5": "你好，印表機",
    "tis-620": "สวัสดี",
    "cp850": "Grüße",
    "macintosh": "Grüße",
}
# Python's name where it doesn't know the one in the mail.
PYTHON = {"macintosh": "mac_roman"}
# Other names of known ones, as programs write them.
ALIASES = {
    "UTF8": "utf-8",
    '"utf-8"': "utf-8",
    "'utf-8'": "utf-8",
    "utf8mb4": "utf-8",
    "latin1": "iso-8859-1",
    "cp-850": "cp850",
    "x-sjis": "shift_jis",
    "ks_c_5601-1987": "euc-kr",
    "x-gbk": "gbk",
    "unicode-1-1-utf-7": "utf-7",
    "iso-8859-8-i": "iso-8859-8",
    "ANSI": "windows-1252",
    "x-mac-roman": "macintosh",
}


def typed(charset: str, body: bytes, **options: str) -> bytes:
    return mail(body, content_type=f"text/plain; charset={charset}", **options)


def true() -> list[Case]:
    cases = []
    for charset, words in WORDS.items():
        data = words.encode(PYTHON.get(charset, charset))
        cases.append(
            Case(
                f"{charset} in base64",
                typed(charset, b64encode(data), encoding="base64"),
                {"text": words},
            )
        )
    for alias, charset in ALIASES.items():
        data = WORDS[charset].encode(PYTHON.get(charset, charset))
        cases.append(
            Case(
                f"{alias} for {charset}",
                typed(alias, b64encode(data), encoding="base64"),
                {"text": WORDS[charset]},
            )
        )
    return cases


BACKSLASHES = r"C:\new\x41\u0041 \\server\share \n"
LYING = [
    Case("utf-8 called us-ascii", typed("us-ascii", "Grüße".encode()), {"text": "Grüße"}),
    Case("utf-8 called latin-1", typed("iso-8859-1", "Grüße".encode()), {"text": "Grüße"}),
    Case("utf-8 called windows-1252", typed("windows-1252", "Grüße".encode()), {"text": "Grüße"}),
    Case(
        "utf-8 called gb2312",
        typed("gb2312", "你好，打印机坏了，请帮忙 é".encode()),
        {"has": ["é"]},
    ),
    Case(
        "latin-1 called utf-8",
        typed("utf-8", "Grüße".encode("latin-1")),
        {"has": ["Gr", "e"], "problem": "replaced"},
    ),
    Case("latin-1 called us-ascii", typed("us-ascii", "Grüße".encode("latin-1")), {"has": ["Gr"]}),
    Case("an unknown charset", typed("x-klingon-1", "Grüße".encode()), {"text": "Grüße"}),
    Case(
        "an unknown charset in latin-1", typed("unknown-8bit", b"Gr\xfc\xdfe"), {"has": ["Gr", "e"]}
    ),
    Case("no charset, utf-8", mail("Grüße", content_type="text/plain"), {"text": "Grüße"}),
    Case(
        "no charset, iso-2022-jp",
        mail("こんにちは".encode("iso-2022-jp"), content_type="text/plain"),
        {"text": "こんにちは"},
    ),
    Case(
        "us-ascii, really iso-2022-jp",
        typed("us-ascii", "こんにちは".encode("iso-2022-jp")),
        {"text": "こんにちは"},
    ),
    Case(
        "utf-8 with a mark", typed("utf-8", b"\xef\xbb\xbfGr\xc3\xbc\xc3\x9fe"), {"text": "Grüße"}
    ),
    Case("utf-16 called utf-8", typed("utf-8", "Grüße".encode("utf-16")), {"text": "Grüße"}),
    Case(
        "gb2312 with characters of gb18030",
        typed("gb2312", "你好镕".encode("gb18030")),
        {"text": "你好镕"},
    ),
    Case("shift_jis of Windows", typed("shift_jis", "①髙".encode("cp932")), {"text": "①髙"}),
    Case(
        "latin-1 with quotes of Windows",
        typed("iso-8859-1", b"\x93Hi\x94 \x80"),
        {"text": "“Hi” €"},
    ),
    Case(
        "broken utf-8",
        typed("utf-8", b"ab\xc3\x28 \xf0\x9f\x99 end"),
        {"has": ["ab", "end"], "problem": "replaced"},
    ),
    Case("zip is no charset", typed("zlib_codec", b"plain"), {"text": "plain"}),
    Case("rot13 is no charset", typed("rot13", b"plain"), {"text": "plain"}),
    Case(
        "unicode_escape is no charset",
        typed("unicode_escape", BACKSLASHES.encode()),
        {"text": BACKSLASHES},
    ),
    Case("idna is no charset", typed("idna", b"xn--bcher-kva"), {"text": "xn--bcher-kva"}),
    Case("a charset with a path", typed("../../etc/passwd", b"plain"), {"text": "plain"}),
    Case("a very long charset", typed("x" * 5000, b"plain"), {"text": "plain"}),
    Case("an empty charset", typed('""', b"plain"), {"text": "plain"}),
    Case("NUL bytes", typed("utf-8", b"a\x00b\x00"), {"text": "a\ufffdb\ufffd"}),
    Case("lone surrogates in utf-7", typed("utf-7", b"a +2AA- b"), {"has": ["a", "b"]}),
    Case("surrogates in utf-8", typed("utf-8", b"a\xed\xa0\x80b"), {"has": ["a", "b"]}),
    Case("backslashes", typed("utf-8", BACKSLASHES.encode()), {"text": BACKSLASHES}),
    Case(
        "backslashes in latin-1", typed("iso-8859-1", BACKSLASHES.encode()), {"text": BACKSLASHES}
    ),
    Case("backslashes in a page", page(f"<p>{BACKSLASHES}</p>"), {"text": BACKSLASHES}),
    Case(
        "backslashes in quoted-printable",
        typed("utf-8", BACKSLASHES.encode(), encoding="quoted-printable"),
        {"text": BACKSLASHES},
    ),
]

ENCODINGS = [
    Case(
        "quoted-printable",
        typed("utf-8", b"Gr=C3=BC=C3=9Fe =\r\ngoes on =3D", encoding="quoted-printable"),
        {"text": "Grüße goes on ="},
    ),
    Case(
        "small letters in quoted-printable",
        typed("utf-8", b"Gr=c3=bc=c3=9fe", encoding="Quoted-Printable"),
        {"text": "Grüße"},
    ),
    Case(
        "broken quoted-printable",
        typed("utf-8", b"100 =% of =ZZ and = x", encoding="quoted-printable"),
        {"has": ["100", "of", "and", "x"], "problem": "damaged"},
    ),
    Case(
        "quoted-printable with blanks at line ends",
        typed("utf-8", b"a=20\t \r\nb", encoding="quoted-printable"),
        {"text": "a\nb"},
    ),
    Case(
        "base64 without padding",
        typed("utf-8", b"SGVsbG8gd29ybGQ", encoding="base64"),
        {"text": "Hello world"},
    ),
    Case(
        "base64 with one digit too many",
        typed("utf-8", b"SGVsbG8gd29ybGQhA", encoding="base64"),
        {"has": ["Hello world!"], "problem": "damaged"},
    ),
    Case(
        "base64 with rubbish",
        typed("utf-8", b"SGVs*bG8g\r\n d29y!bGQ=", encoding="base64"),
        {"has": ["Hello"]},
    ),
    Case(
        "base64 in two pieces",
        typed("utf-8", b"SGVsbG8=\r\nIHdvcmxk\r\n", encoding="base64"),
        {"text": "Hello world"},
    ),
    Case(
        "plain text called base64",
        typed("utf-8", b"My printer is broken, please help me soon.", encoding="base64"),
        {"text": "My printer is broken, please help me soon.", "problem": "encoded"},
    ),
    Case("an unknown encoding", typed("utf-8", b"Hello", encoding="x-strange"), {"text": "Hello"}),
    Case(
        "an encoding with a remark",
        typed("utf-8", b"SGVsbG8=", encoding="base64 ; x"),
        {"text": "Hello"},
    ),
    Case("8bit without a word about it", mail("Grüße", encoding="7bit"), {"text": "Grüße"}),
    Case(
        "uuencoded",
        typed("utf-8", b"begin 644 a.txt\r\n%2&5L;&\\\r\n`\r\nend\r\n", encoding="x-uuencode"),
        {"text": "Hello"},
    ),
    Case(
        "line ends of old Macs",
        b"From: ann@example.org\rSubject: Mac\r\rHello\rworld",
        {"text": "Hello\nworld", "subject": "Mac"},
    ),
    Case("line ends of Unix", mail("a\nb").replace(b"\r\n", b"\n"), {"text": "a\nb"}),
    Case("mixed line ends", mail(b"a\nb\r\nc\rd"), {"text": "a\nb\nc\nd"}),
    Case(
        "format=flowed",
        mail(
            "A long line \nthat goes on \nhere.\n\nNext.", content_type="text/plain; format=flowed"
        ),
        {"text": "A long line that goes on here.\n\nNext."},
    ),
    Case(
        "format=flowed, delsp",
        mail("日本 \n語", content_type="text/plain; charset=utf-8; format=flowed; delsp=yes"),
        {"text": "日本語"},
    ),
    Case(
        "format=flowed, stuffed",
        mail(" From here\n >no quote", content_type="text/plain; format=flowed"),
        {"text": "From here\n>no quote"},
    ),
]

META = [
    Case(
        "a page that declares its charset",
        mail('<meta charset="koi8-r"><p>Привет</p>'.encode("koi8-r"), content_type="text/html"),
        {"text": "Привет"},
    ),
    Case(
        "a page with an old declaration",
        mail(
            '<meta http-equiv="Content-Type" content="text/html; charset=windows-1251">Привет'.encode(
                "cp1251"
            ),
            content_type="text/html",
        ),
        {"text": "Привет"},
    ),
    Case("entities", page("&lt;b&gt; &amp; &euro; &#x1F642; &nbsp;x"), {"text": "<b> & € 🙂 x"}),
]

CASES = [*true(), *LYING, *ENCODINGS, *META]
