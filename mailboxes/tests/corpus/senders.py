"""Who sent it: addresses of all shapes, authentication results, and mail that programs write."""

from mailboxes.tests.corpus.build import Case, mail, mixed, multipart, part

PLAIN = "Message-ID: <1@x>\r\nDate: Mon, 15 Jan 2024 10:00:00 +0000\r\nSubject: x\r\n"


def bare(head: str, body: str = "Hello.") -> bytes:
    return f"{head}\r\n\r\n{body}".encode()


def from_(value: str | bytes) -> bytes:
    value = value if isinstance(value, bytes) else value.encode()
    return b"From: " + value + b"\r\n" + PLAIN.encode() + b"\r\nHello."


ADDRESSES = [
    Case(
        "a bare address",
        from_("ann@example.org"),
        {"sender.email": "ann@example.org", "sender.name": ""},
    ),
    Case("a name", from_("Ann Lee <ann@example.org>"), {"sender.name": "Ann Lee"}),
    Case(
        "a quoted name with a comma",
        from_('"Lee, Ann" <ann@example.org>'),
        {"sender.name": "Lee, Ann", "sender.email": "ann@example.org"},
    ),
    Case(
        "a name in a comment",
        from_("ann@example.org (Ann Lee)"),
        {"sender.name": "Ann Lee", "sender.email": "ann@example.org"},
    ),
    Case(
        "an encoded name",
        from_("=?utf-8?B?QW5uIEzDqWU=?= <ann@example.org>"),
        {"sender.name": "Ann Lée"},
    ),
    Case(
        "an encoded name in quotes",
        from_('"=?iso-8859-1?Q?Ann_L=E9e?=" <ann@example.org>'),
        {"sender.name": "Ann Lée"},
    ),
    Case(
        "a comma within an encoded name",
        from_("=?utf-8?Q?L=C3=A9e,_Ann?= <ann@example.org>"),
        {"sender.name": "Lée, Ann", "sender.email": "ann@example.org"},
    ),
    Case(
        "an encoded name in two words",
        from_("=?utf-8?B?QW5uIEzD?= =?utf-8?B?qWU=?= <ann@example.org>"),
        {"sender.name": "Ann Lée"},
    ),
    Case("a raw name", from_("Ann Lée <ann@example.org>"), {"sender.name": "Ann Lée"}),
    Case(
        "a raw name in latin-1",
        from_("Ann Lée <ann@example.org>".encode("latin-1")),
        {"sender.name": "Ann Lée"},
    ),
    Case(
        "an address in capitals",
        from_("Ann <Ann.Lee@EXAMPLE.ORG>"),
        {"sender.email": "Ann.Lee@example.org"},
    ),
    Case("an address as a name", from_('"ann@example.org" <ann@example.org>'), {"sender.name": ""}),
    Case(
        "another's address as a name",
        from_('"ceo@bank.example" <eve@example.org>'),
        {"sender.email": "eve@example.org"},
    ),
    Case(
        "an encoded address is none",
        from_("=?utf-8?Q?ceo=40bank.example?= <eve@example.org>"),
        {"sender.email": "eve@example.org"},
    ),
    Case(
        "brackets within an encoded name",
        from_("=?utf-8?Q?=3Cceo=40bank.example=3E?= <eve@example.org>"),
        {"sender.email": "eve@example.org"},
    ),
    Case(
        "quotes around an address",
        from_("Ann <'ann@example.org'>"),
        {"sender.email": "ann@example.org"},
    ),
    Case(
        "blanks in brackets", from_("Ann < ann@example.org >"), {"sender.email": "ann@example.org"}
    ),
    Case("a route", from_("<@relay.example:ann@example.org>"), {"sender.email": "ann@example.org"}),
    Case(
        "a name with a turning character",
        from_("Ann \u202eeeL <ann@example.org>"),
        {"sender.name": "Ann eeL"},
    ),
    Case(
        "a very long name",
        from_("A" * 5000 + " <ann@example.org>"),
        {"sender.email": "ann@example.org"},
    ),
    Case(
        "a folded From",
        from_("Ann\r\n Lee\r\n <ann@example.org>"),
        {"sender.name": "Ann Lee", "sender.email": "ann@example.org"},
    ),
    Case(
        "two addresses in From",
        from_("ann@example.org, bob@example.org"),
        {"sender.email": "ann@example.org", "doubt": "more than one sender"},
    ),
    Case(
        "two addresses without a comma",
        from_("<ann@example.org> <bob@example.org>"),
        {"doubt": "more than one sender"},
    ),
    Case(
        "two From",
        bare(f"From: ann@example.org\r\nFrom: bob@example.org\r\n{PLAIN}".strip()),
        {"doubt": "more than one sender"},
    ),
    Case(
        "twice the same From",
        bare(f"From: ann@example.org\r\nFrom: ann@example.org\r\n{PLAIN}".strip()),
        {"doubt": "more than one sender"},
    ),
    Case(
        "a group in From", from_("Friends: ann@example.org;"), {"sender.email": "ann@example.org"}
    ),
    Case(
        "a group of two in From",
        from_("Friends: ann@example.org, bob@example.org;"),
        {"doubt": "more than one sender"},
    ),
    Case("an empty group in From", from_("Nobody:;"), {"sender": None, "doubt": "who sent"}),
    Case("no From", bare(PLAIN.strip()), {"sender": None, "doubt": "who sent"}),
    Case("an empty From", from_(""), {"sender": None, "doubt": "who sent"}),
    Case("a From without an address", from_("Ann Lee"), {"sender": None, "doubt": "who sent"}),
    Case("a From of rubbish", from_('"<>@,;:(((\\'), {"sender": None, "doubt": "who sent"}),
    Case(
        "a line break in an encoded name",
        from_("=?utf-8?Q?Ann=0D=0ABcc:_x@example.org?= <ann@example.org>"),
        {"sender.name": "Ann Bcc: x@example.org", "sender.email": "ann@example.org"},
    ),
    Case(
        "an international address",
        from_("Ann <ann@bücher.example>"),
        {"sender.email": "ann@bücher.example"},
    ),
    Case(
        "no subject, no date, no id",
        bare("From: ann@example.org"),
        {"subject": "", "date": None, "message_id": "", "problem": "Message-ID"},
    ),
    Case(
        "a date of rubbish",
        bare("From: ann@example.org\r\nDate: yesterday"),
        {"date": None, "problem": "date"},
    ),
    Case(
        "a date beyond all years",
        bare("From: ann@example.org\r\nDate: Mon, 1 Jan 99999 00:00:00 +0000"),
        {"date": None},
    ),
    Case(
        "a date with an impossible zone",
        bare("From: ann@example.org\r\nDate: Mon, 1 Jan 0001 00:00:00 +9999"),
        {"date": None},
    ),
    Case(
        "an id without brackets",
        bare("From: ann@example.org\r\nMessage-ID: abc@x"),
        {"message_id": "<abc@x>"},
    ),
    Case(
        "an id on the next line",
        bare("From: ann@example.org\r\nMessage-ID:\r\n <abc@x>"),
        {"message_id": "<abc@x>"},
    ),
    Case(
        "references over lines",
        bare(
            "From: ann@example.org\r\nReferences: <a@x>\r\n\t<b@x>  <a@x>\r\nIn-Reply-To: Your mail of Monday <b@x>"
        ),
        {"references": ("<a@x>", "<b@x>"), "in_reply_to": ("<b@x>",)},
    ),
    Case(
        "where it was delivered",
        mail(
            fields="Delivered-To: support+t1@desk.example\nX-Original-To: help@desk.example\nEnvelope-To: <help@desk.example>"
        ),
        {"delivered_to": ("support+t1@desk.example", "help@desk.example")},
    ),
    Case(
        "a return path",
        mail(fields="Return-Path: <ann@Example.org>"),
        {"return_path": "ann@example.org"},
    ),
    Case(
        "undisclosed recipients",
        mail().replace(b"To: support@desk.example", b"To: undisclosed-recipients:;"),
        {"to": ()},
    ),
    Case(
        "a first line of an mbox",
        b"From ann@example.org Mon Jan 15 10:00:00 2024\n" + mail(),
        {"sender.email": "ann@example.org", "text": "Hello."},
    ),
    Case(
        "empty lines before the header",
        b"\r\n\r\n" + mail(),
        {"sender.email": "ann@example.org", "text": "Hello."},
    ),
    Case(
        "a mark before the header",
        b"\xef\xbb\xbf" + mail(),
        {"sender.email": "ann@example.org", "text": "Hello."},
    ),
    Case(
        "a broken line in the header",
        mail().replace(b"MIME-Version", b"this is no field\r\nMIME-Version"),
        {"text": "Hello.", "problem": "no fields"},
    ),
    Case(
        "no empty line before the text",
        b"From: ann@example.org\r\nHello, this is it.\r\nBye",
        {"has": ["Hello, this is it.", "Bye"]},
    ),
    Case(
        "a header only", b"From: ann@example.org\r\nSubject: Hi\r\n", {"subject": "Hi", "text": ""}
    ),
    Case(
        "subject in two charsets",
        mail(subject="=?iso-8859-1?Q?Gr=FC=DFe?= =?utf-8?B?5pel5pys?="),
        {"subject": "Grüße日本"},
    ),
    Case(
        "subject of an unknown charset",
        mail(subject="=?x-none?Q?Hi_there?="),
        {"subject": "Hi there"},
    ),
    Case(
        "subject with a broken word",
        mail(subject="=?utf-8?B?SGk?= =?utf-8?Q?bad"),
        {"subject": "Hi =?utf-8?Q?bad"},
    ),
    Case("subject with a word of a language", mail(subject="=?utf-8*en?Q?Hi?="), {"subject": "Hi"}),
    Case(
        "subject with line breaks within",
        mail(subject="=?utf-8?Q?Hi=0D=0ABcc:_eve@example.org?="),
        {"subject": "Hi Bcc: eve@example.org", "cc": ()},
    ),
    Case("raw subject", mail(subject="Grüße 日本 🙂"), {"subject": "Grüße 日本 🙂"}),
    Case("a very long subject", mail(subject="a" * 5000), {"subject": "a" * 1000}),
    Case(
        "our own fields are ignored",
        mail(
            fields="X-SupportDesk-Ticket: TKT0001\nX-SupportDesk-Priority: urgent\nX-SupportDesk-Internal: 1\nX-SupportDesk-Loop: 1"
        ),
        {"text": "Hello."},
    ),
]


def auth(value: str, sender: str = "ann@example.org", more: str = "") -> bytes:
    return mail(
        fields=f"Authentication-Results: {value}" + (f"\n{more}" if more else ""), sender=sender
    )


HOST = "mx.desk.example"
YES, NO = {"authentication.verified": True}, {"authentication.verified": False}
AUTHENTICATION = [
    Case(
        "dmarc pass",
        auth(f"{HOST}; dmarc=pass (p=reject dis=none) header.from=example.org"),
        {**YES, "authentication.failed": False},
    ),
    Case(
        "dmarc fail",
        auth(f"{HOST}; dmarc=fail header.from=example.org; spf=pass smtp.mailfrom=example.org"),
        {**NO, "authentication.failed": True},
    ),
    Case("dmarc pass for another domain", auth(f"{HOST}; dmarc=pass header.from=evil.example"), NO),
    Case(
        "dmarc without a policy, dkim aligned",
        auth(f"{HOST}; dmarc=none header.from=example.org; dkim=pass header.d=example.org"),
        YES,
    ),
    Case("dkim of another domain", auth(f"{HOST}; dkim=pass header.d=sender.example"), NO),
    Case(
        "dkim aligned by its identity",
        auth(f"{HOST}; dkim=pass header.i=@example.org header.s=s1"),
        YES,
    ),
    Case("dkim fail", auth(f"{HOST}; dkim=fail header.d=example.org"), NO),
    Case(
        "one of two signatures",
        auth(f"{HOST}; dkim=fail header.d=example.org; dkim=pass header.d=example.org"),
        YES,
    ),
    Case(
        "spf aligned",
        auth(f"{HOST}; spf=pass (sender IP is 192.0.2.1) smtp.mailfrom=bounce@example.org"),
        YES,
    ),
    Case("spf of another domain", auth(f"{HOST}; spf=pass smtp.mailfrom=evil.example"), NO),
    Case("spf by its greeting only", auth(f"{HOST}; spf=pass smtp.helo=example.org"), NO),
    Case("softfail", auth(f"{HOST}; spf=softfail smtp.mailfrom=example.org"), NO),
    Case("none", auth(f"{HOST}; none"), NO),
    Case("a version", auth(f"{HOST} 1; dmarc=pass header.from=example.org"), YES),
    Case("a version of the method", auth(f"{HOST}; dkim/1=pass header.d=example.org"), YES),
    Case("capitals", auth(f"{HOST.upper()}; DMARC=Pass header.from=Example.ORG"), YES),
    Case(
        "comments that lie",
        auth(f"{HOST}; spf=fail (dmarc=pass header.from=example.org; dmarc=pass) smtp.mailfrom=x"),
        NO,
    ),
    Case(
        "nested comments",
        auth(f"{HOST} (a (b; c) d); dmarc=pass (x (y)) header.from=example.org"),
        YES,
    ),
    Case(
        "a quoted value that lies",
        auth(f'{HOST}; spf=pass smtp.mailfrom="x; dmarc=pass header.from=example.org"'),
        NO,
    ),
    Case(
        "a smuggled second dmarc",
        auth(
            f"{HOST}; spf=pass smtp.mailfrom=a; dmarc=pass header.from=example.org; dmarc=fail header.from=example.org"
        ),
        NO,
    ),
    Case(
        "another server's word",
        auth("mx.evil.example; dmarc=pass header.from=example.org"),
        {**NO, "authentication.host": ""},
    ),
    Case(
        "the sender's below the server's",
        auth(
            f"{HOST}; dmarc=fail header.from=example.org",
            more=f"Authentication-Results: {HOST}; dmarc=pass header.from=example.org",
        ),
        {**NO, "authentication.failed": True},
    ),
    Case(
        "another server's above ours",
        auth(
            "mx.evil.example; none",
            more=f"Authentication-Results: {HOST}; dmarc=pass header.from=example.org",
        ),
        NO,
    ),
    Case(
        "a longer name of a server",
        auth(f"{HOST}.evil.example; dmarc=pass header.from=example.org"),
        NO,
    ),
    Case(
        "a field over lines",
        auth(f"{HOST};\r\n dkim=pass\r\n\theader.d=example.org;\r\n spf=none"),
        YES,
    ),
    Case(
        "results without a server",
        auth("spf=pass smtp.mailfrom=example.org; dmarc=pass header.from=example.org"),
        NO,
    ),
    Case(
        "results with two senders",
        auth(
            f"{HOST}; dmarc=pass header.from=example.org",
            sender="ann@example.org, eve@evil.example",
        ),
        {"doubt": "more than one sender"},
    ),
    Case(
        "ARC and SPF fields alone",
        mail(
            fields=f"ARC-Authentication-Results: i=1; {HOST}; dmarc=pass header.from=example.org\nReceived-SPF: pass"
        ),
        NO,
    ),
]

AUTO = {
    "Auto-Submitted: auto-replied": "auto-reply",
    "Auto-Submitted: auto-generated (cron)": "auto-reply",
    "Auto-Submitted: auto-notified; owner-email=x": "auto-reply",
    "auto-submitted: Auto-Replied": "auto-reply",
    "Auto-Submitted: no": "none",
    "X-Autoreply: yes": "auto-reply",
    "X-Autoreply: no": "none",
    "X-Autorespond: Printer": "auto-reply",
    "X-Autoresponder: 1": "auto-reply",
    "X-Auto-Reply-From: x@example.org": "auto-reply",
    "X-Mail-Autoreply: 1": "auto-reply",
    "X-Vacation: yes": "out-of-office",
    "X-FC-MachineGenerated: true": "auto-reply",
    "X-Post-MessageClass: 9; Autoresponder": "auto-reply",
    "X-Cron-Env: <SHELL=/bin/sh>": "auto-reply",
    "Precedence: auto_reply": "auto-reply",
    "Delivered-To: Autoresponder": "auto-reply",
    "X-Auto-Response-Suppress: All": "bulk",
    "X-Auto-Response-Suppress: OOF, AutoReply": "bulk",
    "X-Auto-Response-Suppress: None": "none",
    "Precedence: bulk": "bulk",
    "Precedence: junk": "bulk",
    "Precedence: list": "list",
    "Precedence: first-class": "none",
    "List-Id: Printers <printers.example.org>": "list",
    "List-Post: <mailto:x@example.org>": "list",
    "List-Unsubscribe: <mailto:x@example.org>": "bulk",
    "Feedback-ID: 1:2:3:x": "bulk",
    "Return-Path: <>": "auto-reply",
    "Return-Path: < >": "auto-reply",
    "Return-Path: <ann@example.org>": "none",
    "X-SupportDesk-Message: reply_to_customer": "own-loop",
    "X-Failed-Recipients: bob@example.org": "bounce",
    "X-Priority: 1": "none",
    "Importance: high": "none",
    "Disposition-Notification-To: ann@example.org": "none",
    "X-Mailer: Microsoft Outlook": "none",
    "X-Loop: x": "none",
}

SUBJECTS = {
    "Out of office": "out-of-office",
    "Out of Office: Printer": "out-of-office",
    "Automatic reply: Printer": "auto-reply",
    "Automatic reply: Out of the office until Monday": "out-of-office",
    "Auto: Printer": "auto-reply",
    "AutoReply: Printer": "auto-reply",
    "Auto-Reply: Printer": "auto-reply",
    "I am on vacation": "out-of-office",
    "On annual leave Re: Printer": "out-of-office",
    "Automatische Antwort: Drucker": "auto-reply",
    "Abwesenheitsnotiz: Drucker": "out-of-office",
    "Abwesend bis Montag": "out-of-office",
    "Urlaubsbenachrichtigung": "out-of-office",
    "Réponse automatique : Imprimante": "auto-reply",
    "Message d'absence": "out-of-office",
    "Absence du bureau : Imprimante": "out-of-office",
    "Respuesta automática: Impresora": "auto-reply",
    "Fuera de la oficina": "out-of-office",
    "Risposta automatica: Stampante": "auto-reply",
    "Fuori ufficio": "out-of-office",
    "Resposta automática: Impressora": "auto-reply",
    "Fora do escritório": "out-of-office",
    "Automatisch antwoord: Printer": "auto-reply",
    "Afwezig: Printer": "out-of-office",
    "Automatisk svar: Printer": "auto-reply",
    "Automatiskt svar: Skrivare": "auto-reply",
    "Frånvaro: Skrivare": "out-of-office",
    "Autosvar: Printer": "auto-reply",
    "Automaattinen vastaus: Tulostin": "auto-reply",
    "Automatyczna odpowiedź: Drukarka": "auto-reply",
    "Nieobecność": "out-of-office",
    "Automatická odpověď: Tiskárna": "auto-reply",
    "Automatikus válasz: Nyomtató": "auto-reply",
    "Otomatik yanıt: Yazıcı": "auto-reply",
    "Автоматический ответ: Принтер": "auto-reply",
    "Автоответ: Принтер": "auto-reply",
    "Я в отпуске": "out-of-office",
    "自動返信: プリンター": "auto-reply",
    "不在のお知らせ": "out-of-office",
    "自动回复: 打印机": "auto-reply",
    "자동 회신: 프린터": "auto-reply",
    "Read: Printer": "auto-reply",
    "Gelesen: Drucker": "auto-reply",
    "Printer": "none",
    "Re: Printer": "none",
    "Automatic door is broken": "none",
    "The automatic reply function of my phone does not work": "none",
    "Re: Out of office settings": "none",
    "Who approves my request for a new computer while my manager is on vacation in August?": "none",
    "Failure of the mail server": "none",
    "Undeliverable parcel": "none",
}

SENDERS = {
    "MAILER-DAEMON@example.org": "bounce",
    "Mail Delivery System <mailer-daemon@example.org>": "bounce",
    "postmaster@example.org": "bounce",
    "no-reply@shop.example": "bulk",
    "noreply@shop.example": "bulk",
    "orders.no-reply@shop.example": "bulk",
    "donotreply+1@shop.example": "bulk",
    "Noreen Ply <noreen@example.org>": "none",
    "mailer@example.org": "bounce",
    "postmaster.smith@example.org": "none",
}


def automatic() -> list[Case]:
    cases = [
        Case(f"field {field}", mail(fields=field), {"kind": kind}) for field, kind in AUTO.items()
    ]
    cases += [
        Case(f"subject {subject}", mail(subject=subject), {"kind": kind})
        for subject, kind in SUBJECTS.items()
    ]
    cases += [
        Case(f"sender {sender}", mail(sender=sender), {"kind": kind})
        for sender, kind in SENDERS.items()
    ]
    return cases


REPORT = (
    "Reporting-MTA: dns; mx.example.org\r\nArrival-Date: Mon, 15 Jan 2024 10:00:00 +0000\r\n\r\n"
)
ORIGINAL = "From: support@desk.example\r\nTo: bob@example.org\r\nMessage-ID: <ours@desk.example>\r\nX-SupportDesk-Message: reply_to_customer\r\nSubject: Printer\r\n\r\nHello Bob"


def recipient(action: str, status: str, email: str = "bob@example.org", code: str = "") -> str:
    return (
        f"Final-Recipient: rfc822; {email}\r\nAction: {action}\r\nStatus: {status}\r\n"
        + (f"Diagnostic-Code: smtp; {code}\r\n" if code else "")
        + "\r\n"
    )


def dsn(*recipients: str, original: str = "message/rfc822", **options: str) -> bytes:
    return mixed(
        part("text/plain", "I could not deliver your mail to <bob@example.org>."),
        part("message/delivery-status", REPORT + "".join(recipients)),
        part(
            original, ORIGINAL.split("\r\n\r\n")[0] + "\r\n" if "headers" in original else ORIGINAL
        ),
        kind='report; report-type="delivery-status"',
        sender="Mail Delivery System <MAILER-DAEMON@mx.example.org>",
        fields="Return-Path: <>\nAuto-Submitted: auto-replied",
        **options,
    )


def report(text: str, **options: str) -> bytes:
    return mail(
        text,
        sender="Mail Delivery System <MAILER-DAEMON@mx.example.org>",
        fields="Return-Path: <>",
        **options,
    )


OURS = {"kind": "bounce", "bounce.original_message_id": "<ours@desk.example>"}
BOUNCES = [
    Case(
        "unknown user",
        dsn(recipient("failed", "5.1.1", code="550 5.1.1 No such user")),
        {**OURS, "bounce.permanent": True},
    ),
    Case(
        "full mailbox, 5.2.2", dsn(recipient("failed", "5.2.2")), {**OURS, "bounce.permanent": True}
    ),
    Case(
        "given up after days",
        dsn(recipient("failed", "4.4.7")),
        {**OURS, "bounce.permanent": False},
    ),
    Case("delayed", dsn(recipient("delayed", "4.4.1")), {**OURS, "bounce.permanent": False}),
    Case("delivered", dsn(recipient("delivered", "2.1.5")), {**OURS, "bounce.permanent": False}),
    Case(
        "two recipients",
        dsn(recipient("failed", "5.1.1"), recipient("delayed", "4.0.0", "eve@example.org")),
        {**OURS, "bounce.permanent": True},
    ),
    Case(
        "the header of the original only",
        dsn(recipient("failed", "5.1.1"), original="text/rfc822-headers"),
        OURS,
    ),
    Case(
        "a status with a remark",
        dsn(recipient("failed", "5.7.1 (rejected)")),
        {**OURS, "bounce.permanent": True},
    ),
    Case("no groups in the report", dsn(""), {**OURS}),
    Case(
        "postfix in prose",
        report(
            "This is the mail system at host mx.example.org.\n\nI'm sorry to have to inform you that your message could not be delivered.\n\n<bob@example.org>: host mx said: 550 5.1.1 User unknown\n\n--- Below this line is a copy of the message.\n\nMessage-ID: <ours@desk.example>\n",
            subject="Undelivered Mail Returned to Sender",
        ),
        {**OURS, "bounce.permanent": True},
    ),
    Case(
        "qmail",
        report(
            "Hi. This is the qmail-send program at example.org.\nI'm afraid I wasn't able to deliver your message.\n\n<bob@example.org>:\nSorry, no mailbox here by that name. (#5.1.1)\n\n--- Below this line is a copy of the message.\n\nMessage-Id: <ours@desk.example>\n",
            subject="failure notice",
        ),
        {**OURS, "bounce.permanent": True},
    ),
    Case(
        "exim delay",
        report(
            "This message was created automatically by mail delivery software.\nA message that you sent has not yet been delivered to one or more of its recipients after more than 24 hours.\n\n  bob@example.org\n    Delay reason: timeout 451\n",
            subject="Warning: message delayed 24 hours",
        ),
        {"kind": "bounce", "bounce.permanent": False},
    ),
    Case(
        "a reader's receipt",
        mixed(
            part("text/plain", "Your mail was read."),
            part(
                "message/disposition-notification",
                "Final-Recipient: rfc822; ann@example.org\r\nDisposition: manual-action/MDN-sent-manually; displayed",
            ),
            kind="report; report-type=disposition-notification",
            subject="Read: Printer",
        ),
        {"kind": "auto-reply", "bounce": None},
    ),
    Case(
        "an abuse report",
        mixed(
            part("text/plain", "Complaint"),
            part("message/feedback-report", "Feedback-Type: abuse"),
            kind="report; report-type=feedback-report",
        ),
        {"kind": "bulk", "bounce": None},
    ),
    Case(
        "a bounce within a bounce",
        dsn(recipient("failed", "5.1.1", "a@example.org")).replace(
            b"bob@example.org", b"postmaster@example.org"
        ),
        OURS,
    ),
    Case(
        "a forwarded bounce",
        mixed(
            part("text/plain", "What does this mean?"),
            part("message/rfc822", dsn(recipient("failed", "5.1.1"), boundary="=_x")),
        ),
        {"kind": "none", "bounce": None, "text": "What does this mean?"},
    ),
    Case(
        "nested within an alternative",
        mixed(
            multipart(
                "alternative", part("text/plain", "Failed"), part("text/html", "<p>Failed</p>")
            ),
            part("message/delivery-status", REPORT + recipient("failed", "5.1.1")),
            part("message/rfc822", ORIGINAL),
            kind="report; report-type=delivery-status",
            sender="postmaster@example.org",
        ),
        {**OURS, "bounce.permanent": True, "text": "Failed"},
    ),
]

CASES = [*ADDRESSES, *AUTHENTICATION, *automatic(), *BOUNCES]
