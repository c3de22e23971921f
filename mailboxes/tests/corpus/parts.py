"""Structures, files and pages: whole, odd and broken."""

from base64 import b64encode

from mailboxes.tests.corpus.build import PIXEL, Case, mail, mixed, multipart, page, part

TEXT = part("text/plain; charset=utf-8", "Plain words")
HTML = part("text/html; charset=utf-8", "<p>Page <b>words</b></p>")
BOTH = multipart("alternative", TEXT, HTML, boundary="=_a")
PDF = part(
    'application/pdf; name="a.pdf"', "%PDF-", fields="Content-Disposition: attachment", base64=True
)
WORDS = "Page **words**"


def image(content_id: str = "i1@x", name: str = "logo.gif", disposition: str = "inline") -> bytes:
    return part(
        f'image/gif; name="{name}"',
        PIXEL,
        fields=f"Content-ID: <{content_id}>\r\nContent-Disposition: {disposition}",
        base64=True,
    )


SHOWS = part("text/html", '<p>Before</p><img src="cid:i1@x"><p>After</p>')
IN_PLACE = {"text": "Before\n\n[image: logo.gif]\n\nAfter", "files": ["logo.gif"]}

STRUCTURES = [
    Case("two looks", mixed(TEXT, HTML, kind="alternative"), {"text": WORDS, "files": []}),
    Case("two looks, the page first", mixed(HTML, TEXT, kind="alternative"), {"text": WORDS}),
    Case(
        "an empty page beside words",
        mixed(TEXT, part("text/html", "<div><br></div>"), kind="alternative"),
        {"text": "Plain words"},
    ),
    Case(
        "empty words beside a page",
        mixed(part("text/plain", ""), HTML, kind="alternative"),
        {"text": WORDS},
    ),
    Case("words and a file", mixed(TEXT, PDF), {"text": "Plain words", "files": ["a.pdf"]}),
    Case("two looks and a file", mixed(BOTH, PDF), {"text": WORDS, "files": ["a.pdf"]}),
    Case(
        "Apple: the file within a look",
        mixed(
            TEXT,
            multipart("mixed", HTML, PDF, part("text/html", "<p>More</p>"), boundary="=_i"),
            kind="alternative",
        ),
        {"text": f"{WORDS}\n\nMore", "files": ["a.pdf"]},
    ),
    Case(
        "Apple: an image between words",
        mixed(part("text/plain", "One"), image(), part("text/plain", "Two")),
        {"text": "One\n\n[image: logo.gif]\n\nTwo", "files": ["logo.gif"]},
    ),
    Case("an image in place", mixed(SHOWS, image(), kind="related"), IN_PLACE),
    Case(
        "an image in place, of no disposition",
        mixed(
            SHOWS,
            part('image/gif; name="logo.gif"', PIXEL, fields="Content-ID: <i1@x>", base64=True),
            kind="related",
        ),
        IN_PLACE,
    ),
    Case(
        "an image in place, called an attachment",
        mixed(SHOWS, image(disposition="attachment"), kind="related"),
        IN_PLACE,
    ),
    Case("an image in place in mixed", mixed(SHOWS, image()), IN_PLACE),
    Case(
        "the page behind its image",
        mixed(
            image(),
            part(
                "text/html",
                '<p>Before</p><img src="cid:i1@x"><p>After</p>',
                fields="Content-ID: <root>",
            ),
            kind='related; start="<root>"',
        ),
        IN_PLACE,
    ),
    Case(
        "an image that is nowhere",
        mixed(HTML, image(), kind="related"),
        {"has": [WORDS], "files": ["logo.gif"]},
    ),
    Case(
        "an image that is missing",
        page('<p>x <img src="cid:none" alt="Logo"></p>'),
        {"text": "x Logo"},
    ),
    Case(
        "two images of the same name",
        mixed(
            part("text/html", '<img src="cid:a"><img src="cid:b">'),
            image("a"),
            image("b"),
            kind="related",
        ),
        {
            "has": ["[image: logo.gif]", "[image: logo (2).gif]"],
            "files": ["logo.gif", "logo (2).gif"],
        },
    ),
    Case(
        "an image within the page",
        page(f'<p>Look <img src="data:image/gif;base64,{b64encode(PIXEL * 3).decode()}"></p>'),
        {"text": "Look [image: image.gif]", "files": ["image.gif"]},
    ),
    Case(
        "an image from elsewhere",
        page('<p>Look <img src="https://evil.example/x.png" alt="a chart"></p>'),
        {"text": "Look a chart", "files": []},
    ),
    Case(
        "a spying pixel",
        page('<p>Look<img src="https://evil.example/x.png" width="1" height="1" alt="x"></p>'),
        {"text": "Look"},
    ),
    Case(
        "a signed mail",
        mixed(TEXT, part("application/pkcs7-signature", "x", base64=True), kind="signed"),
        {"text": "Plain words", "files": ["smime.p7s"]},
    ),
    Case(
        "a mail signed with PGP",
        mixed(BOTH, part("application/pgp-signature", "-----BEGIN PGP"), kind="signed"),
        {"text": WORDS, "files": ["signature.asc"]},
    ),
    Case(
        "a mail encrypted with PGP",
        mixed(
            part("application/pgp-encrypted", "Version: 1"),
            part("application/octet-stream; name=encrypted.asc", "-----BEGIN PGP"),
            kind="encrypted",
        ),
        {"text": "", "files": ["encryption.asc", "encrypted.asc"], "problem": "encrypted"},
    ),
    Case(
        "a mail encrypted with S/MIME",
        mail(
            "AAAA",
            content_type="application/pkcs7-mime; smime-type=enveloped-data",
            encoding="base64",
        ),
        {"text": "", "files": ["smime.p7m"], "problem": "encrypted"},
    ),
    Case(
        "winmail.dat",
        mixed(
            TEXT, part('application/ms-tnef; name="winmail.dat"', b"\x78\x9f\x3e\x22", base64=True)
        ),
        {"text": "Plain words", "files": ["winmail.dat"]},
    ),
    Case(
        "an invitation",
        mixed(
            TEXT, HTML, part("text/calendar; method=REQUEST", "BEGIN:VCALENDAR"), kind="alternative"
        ),
        {"text": WORDS, "files": ["invitation.ics"]},
    ),
    Case(
        "a card",
        mixed(TEXT, part("text/vcard", "BEGIN:VCARD")),
        {"text": "Plain words", "files": ["contact.vcf"]},
    ),
    Case(
        "a mail within",
        mixed(TEXT, part("message/rfc822", mail("Inner words", subject="Broken printer"))),
        {"text": "Plain words", "files": ["Broken printer.eml"]},
    ),
    Case(
        "a mail within, without a subject",
        mixed(TEXT, part("message/rfc822", "From: x@y.z\r\n\r\nInner")),
        {"files": ["message.eml"]},
    ),
    Case(
        "a mail within, whose subject is a path",
        mixed(TEXT, part("message/rfc822", "Subject: ../../etc/passwd\r\n\r\nInner")),
        {"files": ["-..-etc-passwd.eml"]},
    ),
    Case(
        "a mail within in base64",
        mixed(TEXT, part("message/rfc822", mail("Inner"), base64=True)),
        {"text": "Plain words"},
    ),
    Case(
        "nothing but a mail within",
        mail(mail("Inner", subject="Old"), content_type="message/rfc822"),
        {"text": "", "files": ["Old.eml"]},
    ),
    Case(
        "a digest",
        mixed(
            b"\r\n" + mail("One", subject="First"),
            b"\r\n" + mail("Two", subject="Second"),
            kind="digest",
        ),
        {"files": ["First.eml", "Second.eml"]},
    ),
    Case(
        "a file and no words",
        mail("%PDF-", content_type="application/pdf; name=a.pdf"),
        {"text": "", "files": ["a.pdf"]},
    ),
    Case(
        "a text file",
        mixed(
            TEXT,
            part(
                "text/plain; name=log.txt",
                "trace",
                fields="Content-Disposition: attachment; filename=log.txt",
            ),
        ),
        {"text": "Plain words", "files": ["log.txt"]},
    ),
    Case(
        "a text file, inline",
        mixed(
            TEXT,
            part("text/plain", "trace", fields="Content-Disposition: inline; filename=log.txt"),
        ),
        {"text": "Plain words", "files": ["log.txt"]},
    ),
    Case(
        "a page as a file",
        mixed(
            TEXT,
            part("text/html", "<b>x", fields="Content-Disposition: attachment; filename=x.html"),
        ),
        {"text": "Plain words", "files": ["x.html"]},
    ),
    Case(
        "a footer of a list",
        mixed(TEXT, part("text/plain", "____\nPrinters mailing list")),
        {"has": ["Plain words", "mailing list"]},
    ),
    Case(
        "an AMP look",
        mixed(TEXT, part("text/x-amp-html", "<html amp4email>"), HTML, kind="alternative"),
        {"text": WORDS, "files": []},
    ),
    Case(
        "parts within parts",
        mixed(
            multipart(
                "mixed", multipart("related", BOTH, image(), boundary="=_r"), PDF, boundary="=_o"
            )
        ),
        {"text": WORDS, "files": ["logo.gif", "a.pdf"]},
    ),
    Case("text/enriched alone", mail("Hello", content_type="text/enriched"), {"text": "Hello"}),
    Case(
        "a file of no type",
        mixed(TEXT, part("", "x", fields="Content-Disposition: attachment; filename=a.bin")),
        {"text": "Plain words", "files": ["a.bin"]},
    ),
    Case("a part of nothing", mixed(TEXT, b""), {"text": "Plain words"}),
    Case(
        "files of the same name",
        mixed(TEXT, PDF, PDF, PDF),
        {"files": ["a.pdf", "a (2).pdf", "a (3).pdf"]},
    ),
    Case(
        "a file of an unknown kind",
        mixed(TEXT, part("application/x-strange", "x")),
        {"files": ["file.bin"]},
    ),
    Case(
        "a file without content",
        mixed(TEXT, part("application/pdf; name=a.pdf", "")),
        {"files": ["a.pdf"]},
    ),
    Case(
        "a file of a part of a message",
        mixed(TEXT, part("message/partial; number=1; id=x", "x")),
        {"files": ["file.bin"]},
    ),
]

BROKEN = [
    Case("no end", mixed(TEXT, PDF, end=False), {"text": "Plain words", "files": ["a.pdf"]}),
    Case(
        "no boundary named",
        mixed(TEXT, PDF).replace(b'; boundary="=_m"', b""),
        {"has": ["Plain words"], "files": ["a.pdf"]},
    ),
    Case(
        "a boundary that is nowhere",
        mail("Hello", content_type='multipart/mixed; boundary="zzz"'),
        {"text": "Hello", "problem": "has none"},
    ),
    Case(
        "multipart without a boundary or parts",
        mail("Hello", content_type="multipart/mixed"),
        {"text": "Hello", "problem": "has none"},
    ),
    Case(
        "an empty multipart", mail("", content_type='multipart/mixed; boundary="b"'), {"text": ""}
    ),
    Case(
        "a boundary with blanks behind",
        mixed(TEXT, PDF).replace(b"--=_m\r\n", b"--=_m  \t\r\n"),
        {"text": "Plain words", "files": ["a.pdf"]},
    ),
    Case(
        "boundaries that begin alike",
        mixed(multipart("alternative", TEXT, HTML, boundary="=_m1"), PDF),
        {"text": WORDS, "files": ["a.pdf"]},
    ),
    Case(
        "a boundary of signs",
        mixed(TEXT, PDF, boundary="=_(.*)+[?]\\"),
        {"text": "Plain words", "files": ["a.pdf"]},
    ),
    Case(
        "the same boundary twice",
        mixed(multipart("alternative", TEXT, HTML, boundary="=_m")),
        {"has": ["words"]},
    ),
    Case(
        "parts behind the end",
        mixed(TEXT) + b"--=_m\r\nContent-Type: application/pdf; name=a.pdf\r\n\r\nx\r\n--=_m--\r\n",
        {"files": ["a.pdf"]},
    ),
    Case("a type of rubbish", mail("Hello", content_type="garbage"), {"text": "Hello"}),
    Case("a type of one word", mail("Hello", content_type="text"), {"text": "Hello"}),
    Case(
        "a type with signs",
        mail("Hello", content_type="text/plain\\; charset=utf-8"),
        {"text": "Hello"},
    ),
    Case(
        "no type",
        mail("Hello").replace(b"Content-Type: text/plain; charset=utf-8\r\n", b""),
        {"text": "Hello"},
    ),
    Case("two types", mail("Hello", fields="Content-Type: text/html"), {"text": "Hello"}),
    Case("a multipart in base64", mixed(TEXT, encoding="base64"), {"text": "Plain words"}),
    Case(
        "parts with Unix line ends",
        mixed(BOTH, PDF).replace(b"\r\n", b"\n"),
        {"text": WORDS, "files": ["a.pdf"]},
    ),
    Case(
        "a part without an empty line",
        mixed(b"Content-Type: text/plain", PDF),
        {"files": ["a.pdf"]},
    ),
    Case(
        "a preamble and an epilogue",
        mixed(TEXT).replace(b"--=_m\r\n", b"This is MIME.\r\n--=_m\r\n", 1) + b"The end",
        {"text": "Plain words"},
    ),
    Case(
        "a charset in a file's type",
        mixed(TEXT, part('image/gif; charset="utf-16"; name=x.gif', PIXEL, base64=True)),
        {"files": ["x.gif"]},
    ),
]


def named(*fields: str) -> bytes:
    return mixed(TEXT, part("application/pdf", "%PDF-", fields="\r\n".join(fields)))


def attached(value: str) -> bytes:
    return named(f"Content-Disposition: attachment; {value}")


LONG = "x" * 400 + ".pdf"
NAMES = {
    'filename="a.pdf"': "a.pdf",
    "filename=a.pdf": "a.pdf",
    "filename=my file.pdf": "my file.pdf",
    'FILENAME="A.PDF"': "A.PDF",
    'filename="Gr\u00fc\u00dfe.pdf"': "Gr\u00fc\u00dfe.pdf",
    'filename="=?utf-8?Q?Gr=C3=BC=C3=9Fe.pdf?="': "Grüße.pdf",
    'filename="=?iso-2022-jp?B?GyRCJDMbKEI=?=.pdf"': "こ.pdf",
    "filename*=utf-8''Gr%C3%BC%C3%9Fe.pdf": "Grüße.pdf",
    "filename*=iso-8859-1'de'Gr%FC%DFe.pdf": "Grüße.pdf",
    "filename*=UTF-8''a%2Fb.pdf": "b.pdf",
    "filename*0=long-; filename*1=name.pdf": "long-name.pdf",
    "filename*1=name.pdf; filename*0=long-": "long-name.pdf",
    "filename*0*=utf-8''Gr%C3%BC; filename*1*=%C3%9Fe.pdf": "Grüße.pdf",
    "filename*0*=utf-8''Gr%C3; filename*1*=%BC%C3%9Fe.pdf": "Grüße.pdf",
    "filename*=x-none''a%FF.pdf": "aÿ.pdf",
    "filename*=nonsense.pdf": "nonsense.pdf",
    'filename="../../etc/passwd"': "passwd",
    'filename="..\\\\..\\\\boot.ini"': "boot.ini",
    'filename="C:\\Users\\ann\\a.pdf"': "a.pdf",
    'filename="/etc/passwd"': "passwd",
    'filename="a.pdf\x00.exe"': "a.pdf\ufffd.exe",
    'filename="a\x07b.pdf"': "a b.pdf",
    'filename="invoice\u202efdp.exe"': "invoicefdp.exe",
    'filename="CON"': "_CON",
    'filename="con.txt"': "_con.txt",
    'filename="LPT1.pdf"': "_LPT1.pdf",
    'filename=".htaccess"': "htaccess",
    'filename="..."': "file",
    'filename="  "': "file.pdf",
    'filename=""': "file.pdf",
    f'filename="{LONG}"': "x" * 146 + ".pdf",
    'filename="a\\"b.pdf"': 'a"b.pdf',
    'filename="a;b.pdf"': "a;b.pdf",
    'filename="a.pdf': "a.pdf",
    'filename="<script>.pdf"': "<script>.pdf",
    'filename="a.pdf"; filename="b.exe"': "a.pdf",
}


def names() -> list[Case]:
    cases = [
        Case(f"name {value[:60]!r}", attached(value), {"files": [name]})
        for value, name in NAMES.items()
    ]
    cases.append(
        Case(
            "a name in the type only",
            mixed(TEXT, part('application/pdf; name="b.pdf"', "x")),
            {"files": ["b.pdf"]},
        )
    )
    cases.append(
        Case(
            "a name in both",
            mixed(
                TEXT,
                part(
                    'application/pdf; name="b.pdf"',
                    "x",
                    fields='Content-Disposition: attachment; filename="a.pdf"',
                ),
            ),
            {"files": ["a.pdf"]},
        )
    )
    return cases


PAGES = {
    "<p>One</p><p>Two</p>": "One\n\nTwo",
    "<div>One</div><div>Two</div>": "One\nTwo",
    "<div>One</div><div><br></div><div>Two</div>": "One\n\nTwo",
    "One<br>Two<br><br>Three": "One\nTwo\n\nThree",
    '<p class="MsoNormal">One</p><p class="MsoNormal">Two</p><p class="MsoNormal">&nbsp;</p>': "One\nTwo",
    "One <b>two</b> <strong>three</strong>": "One **two** **three**",
    "One <b>two: </b>three": "One **two**: three",
    "<i>a</i> <em>b</em>": "*a* *b*",
    "<b></b>x<b> </b>": "x",
    "<b><i>both</i></b>": "***both***",
    "<b>a<br>b</b>": "**a**\n**b**",
    "<h1>Title</h1>Text": "**Title**\n\nText",
    "<ul><li>One</li><li>Two</li></ul>": "- One\n- Two",
    "<ol><li>One</li><li>Two</li></ol>": "1. One\n2. Two",
    '<ol start="3"><li>One</li></ol>': "3. One",
    "<ul><li>One<ol><li>In</li></ol></li><li>Two</li></ul>": "- One\n  1. In\n- Two",
    "<ul><li><p>One</p><p>more</p></li></ul>": "- One\n  more",
    "<ul><li>One<ul><li>Two<ul><li>Three</li></ul></li></ul></li></ul>": "- One\n  - Two\n    - Three",
    '<p class="MsoListParagraph">·&nbsp;&nbsp;&nbsp;One</p>': "- One",
    "<blockquote>Poem<br>line</blockquote>": "> Poem\n> line",
    "<pre>a\n  b</pre>": "```\na\n  b\n```",
    "Type <code>ls -l</code> now": "Type `ls -l` now",
    "<hr>x": "---\n\nx",
    '<a href="https://x.example/a">words</a>': "[words](https://x.example/a)",
    '<a href="https://x.example/a">https://x.example/a</a>': "https://x.example/a",
    '<a href="https://x.example/">x.example</a>': "https://x.example/",
    '<a href="mailto:a@x.example">a@x.example</a>': "a@x.example",
    '<a href="mailto:a@x.example?subject=x">write</a>': "[write](mailto:a@x.example?subject=x)",
    '<a href="https://x.example/a(b)">w</a>': "[w](https://x.example/a%28b%29)",
    '<a href="javascript:alert(1)">click</a>': "click",
    '<a href="JaVaScRiPt&#58;alert(1)">click</a>': "click",
    '<a href="data:text/html,x">click</a>': "click",
    '<a href="vbscript:x">click</a>': "click",
    '<a href="file:///etc/passwd">click</a>': "click",
    '<a href="/relative">click</a>': "click",
    '<a href="https://x.example"><img src="https://x.example/p.png" alt="logo"></a>': "[logo](https://x.example)",
    '<a href="https://x.example"></a>x': "https://x.examplex",
    "<script>alert(1)</script>x": "x",
    "<style>p{color:red}</style>x": "x",
    "<title>t</title>x": "x",
    "<svg><script>alert(1)</script></svg>x": "x",
    "<math><mi>y</mi></math>x": "x",
    '<iframe src="https://evil.example"></iframe>x': "x",
    '<img src=x onerror="alert(1)">x': "x",
    '<p onclick="alert(1)">x</p>': "x",
    "<!-- <b>hidden</b> -->x": "x",
    "<!--[if mso]><b>mso</b><![endif]-->x": "x",
    "<![if !mso]>x<![endif]>": "x",
    '<div style="display:none">preview</div>x': "x",
    '<span style="font-size:0px">spy</span>x': "x",
    '<div style="mso-hide:all">spy</div>x': "x",
    "<p hidden>spy</p>x": "x",
    "a&nbsp;&nbsp;b": "a b",
    "  a \n\t b  ": "a b",
    "a\u200bb\ufeffc": "abc",
    "&lt;script&gt;": "<script>",
    "&amp;lt;": "&lt;",
    "a<o:p>&nbsp;</o:p>b": "a b",
    "<p>unclosed <b>bold": "unclosed **bold**",
    "</div></p>x</table>": "x",
    "<table><tr><td>One cell</td></tr></table>": "One cell",
    "<table><tr><th>A</th><th>B</th></tr><tr><td>1</td><td>2</td></tr></table>": "| A | B |\n| --- | --- |\n| 1 | 2 |",
    "<table><tr><td>a</td><td>b</td></tr><tr><td>1</td><td>x|y</td></tr></table>": "|  |  |\n| --- | --- |\n| a | b |\n| 1 | x\\|y |",
    "<table><thead><tr><th>A</th><th>B</th></tr></thead><tbody><tr><td>1</td><td>2</td></tr></tbody></table>": "| A | B |\n| --- | --- |\n| 1 | 2 |",
    '<table role="presentation"><tr><td>a</td><td>b</td></tr><tr><td>c</td><td>d</td></tr></table>': "a  b\nc  d",
    "<table><tr><td><table><tr><td>Deep</td></tr></table></td></tr></table>": "Deep",
    "<table><tr><td><p>One</p></td></tr><tr><td><p>Two</p></td></tr></table>": "One\nTwo",
    "<div><p>One</p>loose<p>Two</p></div>": "One\n\nloose\n\nTwo",
    "<span><div>One</div></span><span><div>Two</div></span>": "One\nTwo",
    "<b><div>One</div></b>": "One",
    "\\\\server\\share": "\\\\server\\share",
    "<textarea>x</textarea>y": "y",
    "<body><center><font color=red>x</font></center></body>": "x",
    "<html><body></body></html>": "",
    "": "",
    "just words": "just words",
    "a < b > c & d": "a < b > c & d",
    "\ufdd0x\ufdd1": "\ufffdx\ufffd",
}

CASES = [
    *STRUCTURES,
    *BROKEN,
    *names(),
    *[Case(f"page {html[:70]!r}", page(html), {"text": text}) for html, text in PAGES.items()],
]
