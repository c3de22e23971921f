"""Replies as mail programs write them: what is new stays, history and signature are folded."""

from mailboxes.tests.corpus.build import Case, mail, page

NEW = "Thanks, that works now."
OLD = "Please restart the printer."

# Lines with which programs begin what they quote, followed by lines with ">".
WROTE = {
    "Gmail en": "On Mon, Jan 15, 2024 at 10:00 AM Desk <support@desk.example> wrote:",
    "Gmail en, broken": "On Mon, Jan 15, 2024 at 10:00 AM Support Desk of Example\n<support@desk.example> wrote:",
    "Gmail en, broken twice": "On Mon, Jan 15, 2024 at 10:00 AM Support Desk of the Example\nCompany in Town\n<support@desk.example> wrote:",
    "Gmail de": "Am Mo., 15. Jan. 2024 um 10:00 Uhr schrieb Desk <support@desk.example>:",
    "Gmail fr": "Le lun. 15 janv. 2024 à 10:00, Desk <support@desk.example> a écrit :",
    "Gmail es": "El lun, 15 ene 2024 a las 10:00, Desk (<support@desk.example>) escribió:",
    "Gmail it": "Il giorno lun 15 gen 2024 alle ore 10:00 Desk <support@desk.example> ha scritto:",
    "Gmail pt": "Em seg., 15 de jan. de 2024 às 10:00, Desk <support@desk.example> escreveu:",
    "Gmail nl": "Op ma 15 jan 2024 om 10:00 schreef Desk <support@desk.example>:",
    "Gmail da": "man. 15. jan. 2024 kl. 10.00 skrev Desk <support@desk.example>:",
    "Gmail sv": "Den mån 15 jan. 2024 kl 10:00 skrev Desk <support@desk.example>:",
    "Gmail no": "man. 15. jan. 2024 kl. 10:00 skrev Desk <support@desk.example>:",
    "Gmail fi": "ma 15. tammik. 2024 klo 10.00 Desk (support@desk.example) kirjoitti:",
    "Gmail pl": "pon., 15 sty 2024 o 10:00 Desk <support@desk.example> napisał(a):",
    "Gmail cs": "po 15. 1. 2024 v 10:00 odesílatel Desk <support@desk.example> napsal:",
    "Gmail sk": "po 15. 1. 2024 o 10:00 Desk <support@desk.example> napísal(a):",
    "Gmail hu": "Desk <support@desk.example> ezt írta (időpont: 2024. jan. 15., H, 10:00):",
    "Gmail ro": "În lun., 15 ian. 2024 la 10:00, Desk <support@desk.example> a scris:",
    "Gmail tr": "Desk <support@desk.example>, 15 Oca 2024 Pzt, 10:00 tarihinde şunu yazdı:",
    "Gmail ru": "пн, 15 янв. 2024 г. в 10:00, Desk <support@desk.example>:",
    "Gmail uk": "пн, 15 січ. 2024 р. о 10:00 Desk <support@desk.example> пише:",
    "Gmail el": "Στις Δευ 15 Ιαν 2024 στις 10:00 π.μ., ο χρήστης Desk <support@desk.example> έγραψε:",
    "Gmail ja": "2024年1月15日(月) 10:00 Desk <support@desk.example>:",
    "Gmail zh-CN": "Desk <support@desk.example> 于2024年1月15日周一 10:00写道：",
    "Gmail zh-TW": "Desk <support@desk.example> 於 2024年1月15日 週一 上午10:00寫道：",
    "Gmail ko": "2024년 1월 15일 (월) 오전 10:00, Desk <support@desk.example>님이 작성:",
    "Gmail vi": "Vào Th 2, 15 thg 1, 2024 vào lúc 10:00 Desk <support@desk.example> đã viết:",
    "Gmail he": "‫בתאריך יום ב׳, 15 בינו׳ 2024 ב-10:00 מאת ‪Desk‬‏ <‪support@desk.example‬‏>:‬",
    "Gmail id": "Pada tanggal Sen, 15 Jan 2024 pukul 10.00 Desk <support@desk.example> menulis:",
    "Apple en": "On 15 Jan 2024, at 10:00, Desk <support@desk.example> wrote:",
    "Apple de": "Am 15.01.2024 um 10:00 schrieb Desk <support@desk.example>:",
    "Apple fr": "Le 15 janv. 2024 à 10:00, Desk <support@desk.example> a écrit :",
    "Apple es": "El 15 ene 2024, a las 10:00, Desk <support@desk.example> escribió:",
    "Apple it": "Il giorno 15 gen 2024, alle ore 10:00, Desk <support@desk.example> ha scritto:",
    "Apple ja": "2024/01/15 10:00、Desk <support@desk.example>のメール:",
    "Apple ru": "15 янв. 2024 г., в 10:00, Desk <support@desk.example> написал(а):",
    "Apple no": "15. jan. 2024 kl. 10:00 skrev Desk <support@desk.example>:",
    "Thunderbird en": "On 1/15/24 10:00, Desk wrote:",
    "Thunderbird de": "Am 15.01.24 um 10:00 schrieb Desk:",
    "Thunderbird fr": "Le 15/01/2024 à 10:00, Desk a écrit :",
    "Thunderbird nl": "Op 15-01-2024 om 10:00 schreef Desk:",
    "Thunderbird es": "El 15/1/24 a las 10:00, Desk escribió:",
    "Thunderbird it": "Il 15/01/2024 10:00, Desk ha scritto:",
    "Thunderbird pl": "W dniu 15.01.2024 o 10:00, Desk pisze:",
    "Thunderbird pt": "Em 15/01/2024 10:00, Desk escreveu:",
    "Yahoo en": "On Monday, January 15, 2024 at 10:00:00 AM GMT+1, Desk <support@desk.example> wrote:",
    "Yahoo de": "Am Montag, 15. Januar 2024 um 10:00:00 MEZ hat Desk <support@desk.example> Folgendes geschrieben:",
    "mutt": "* Desk <support@desk.example> [2024-01-15 10:00:00 +0100]:",
    "Emacs": "Desk <support@desk.example> writes:",
    "web.de": "Desk <support@desk.example> schrieb am 15.01.2024 10:00:",
    "KMail": "On Monday, 15 January 2024 10:00:00 CET Desk wrote:",
}

# The block that Outlook and its kin put above what they quote without signs.
BLOCKS = {
    "Outlook en": "From: Desk <support@desk.example>\nSent: Monday, January 15, 2024 10:00 AM\nTo: Ann Lee <ann@example.org>\nSubject: Printer",
    "Outlook de": "Von: Desk <support@desk.example>\nGesendet: Montag, 15. Januar 2024 10:00\nAn: Ann Lee <ann@example.org>\nBetreff: Printer",
    "Outlook fr": "De : Desk <support@desk.example>\nEnvoyé : lundi 15 janvier 2024 10:00\nÀ : Ann Lee <ann@example.org>\nObjet : Printer",
    "Outlook es": "De: Desk <support@desk.example>\nEnviado el: lunes, 15 de enero de 2024 10:00\nPara: Ann Lee <ann@example.org>\nAsunto: Printer",
    "Outlook it": "Da: Desk <support@desk.example>\nInviato: lunedì 15 gennaio 2024 10:00\nA: Ann Lee <ann@example.org>\nOggetto: Printer",
    "Outlook pt": "De: Desk <support@desk.example>\nEnviada em: segunda-feira, 15 de janeiro de 2024 10:00\nPara: Ann Lee <ann@example.org>\nAssunto: Printer",
    "Outlook nl": "Van: Desk <support@desk.example>\nVerzonden: maandag 15 januari 2024 10:00\nAan: Ann Lee <ann@example.org>\nOnderwerp: Printer",
    "Outlook da": "Fra: Desk <support@desk.example>\nSendt: 15. januar 2024 10:00\nTil: Ann Lee <ann@example.org>\nEmne: Printer",
    "Outlook sv": "Från: Desk <support@desk.example>\nSkickat: den 15 januari 2024 10:00\nTill: Ann Lee <ann@example.org>\nÄmne: Printer",
    "Outlook fi": "Lähettäjä: Desk <support@desk.example>\nLähetetty: maanantai 15. tammikuuta 2024 10.00\nVastaanottaja: Ann Lee <ann@example.org>\nAihe: Printer",
    "Outlook pl": "Od: Desk <support@desk.example>\nWysłano: poniedziałek, 15 stycznia 2024 10:00\nDo: Ann Lee <ann@example.org>\nTemat: Printer",
    "Outlook cs": "Od: Desk <support@desk.example>\nOdesláno: pondělí 15. ledna 2024 10:00\nKomu: Ann Lee <ann@example.org>\nPředmět: Printer",
    "Outlook hu": "Feladó: Desk <support@desk.example>\nElküldve: 2024. január 15., hétfő 10:00\nCímzett: Ann Lee <ann@example.org>\nTárgy: Printer",
    "Outlook tr": "Gönderen: Desk <support@desk.example>\nGönderildi: 15 Ocak 2024 Pazartesi 10:00\nKime: Ann Lee <ann@example.org>\nKonu: Printer",
    "Outlook ru": "От: Desk <support@desk.example>\nОтправлено: понедельник, 15 января 2024 г. 10:00\nКому: Ann Lee <ann@example.org>\nТема: Printer",
    "Outlook ja": "差出人: Desk <support@desk.example>\n送信日時: 2024年1月15日 10:00\n宛先: Ann Lee <ann@example.org>\n件名: Printer",
    "Outlook zh": "发件人: Desk <support@desk.example>\n发送时间: 2024年1月15日 10:00\n收件人: Ann Lee <ann@example.org>\n主题: Printer",
    "Outlook ko": "보낸 사람: Desk <support@desk.example>\n보낸 날짜: 2024년 1월 15일 월요일 10:00\n받는 사람: Ann Lee <ann@example.org>\n제목: Printer",
    "Outlook el": "Από: Desk <support@desk.example>\nΣτάλθηκε: Δευτέρα, 15 Ιανουαρίου 2024 10:00\nΠρος: Ann Lee <ann@example.org>\nΘέμα: Printer",
    "Outlook on the Mac": "From: Desk <support@desk.example>\nDate: Monday, 15 January 2024 at 10:00\nTo: Ann Lee <ann@example.org>\nSubject: Printer",
    "Outlook with stars": "*From:* Desk <support@desk.example>\n*Sent:* Monday, January 15, 2024 10:00 AM\n*To:* Ann Lee <ann@example.org>\n*Subject:* Printer",
    "Outlook with a line": "________________________________\nFrom: Desk <support@desk.example>\nSent: Monday, January 15, 2024 10:00 AM\nTo: Ann Lee\nSubject: Printer",
    "old Outlook": "-----Original Message-----\nFrom: Desk\nSent: Monday",
    "old Outlook de": "-----Ursprüngliche Nachricht-----\nVon: Desk\nGesendet: Montag",
    "old Outlook fr": "-----Message d'origine-----\nDe : Desk",
    "old Outlook es": "-----Mensaje original-----\nDe: Desk",
    "GMX": 'Gesendet: Montag, 15. Januar 2024 um 10:00 Uhr\nVon: "Desk" <support@desk.example>\nAn: ann@example.org\nBetreff: Printer',
    "Samsung": "-------- Original message --------\nFrom: Desk <support@desk.example>\nDate: 15/01/2024 10:00 (GMT+01:00)",
    "Samsung de": "-------- Ursprüngliche Nachricht --------\nVon: Desk <support@desk.example>",
    "Proton": "------- Original Message -------\nOn Monday, January 15th, 2024 at 10:00 AM, Desk <support@desk.example> wrote:",
    "QQ": '------------------ 原始邮件 ------------------\n发件人: "Desk"',
    "our mark": "##- Please type your reply above this line -##",
    "our mark, quoted": "> Please write your reply above this line",
}

PHONES = (
    *("Sent from my iPhone", "Von meinem iPhone gesendet", "Envoyé de mon iPhone"),
    *("Enviado desde mi iPhone", "Inviato da iPhone", "Verstuurd vanaf mijn iPhone"),
    *("Sendt fra min iPhone", "Skickat från min iPhone", "Lähetetty iPhonesta"),
    *("Wysłane z iPhone'a", "Odesláno z iPhonu", "Отправлено с iPhone", "iPhoneから送信"),
    *("发自我的iPhone", "Sent from Mail for Windows 10", "Get Outlook for iOS"),
    *("Get Outlook for Android<https://aka.ms/x>", "Gesendet mit der WEB.DE Mail App"),
    *("Sent via the Samsung Galaxy S23, an AT&T 5G smartphone", "Enviado do meu iPhone"),
    *("Sent from Yahoo Mail on Android", "[Get Outlook for iOS](https://aka.ms/o0ukef)"),
)

GMAIL = '<div dir="ltr">{new}</div><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">On Mon, Jan 15, 2024 at 10:00 AM Desk &lt;<a href="mailto:support@desk.example">support@desk.example</a>&gt; wrote:<br></div><blockquote class="gmail_quote" style="margin:0px 0px 0px 0.8ex">{old}</blockquote></div>'
PAGES = {
    "Gmail page": GMAIL,
    "Gmail page, unknown language": '<div>{new}</div><div class="gmail_quote gmail_quote_container"><div class="gmail_attr">Ar 15 Ion 2024, sgwennodd Desk<br></div><blockquote class="gmail_quote">{old}</blockquote></div>',
    "Outlook on the web": '<div class="elementToProof">{new}</div><div id="appendonsend"></div><hr tabindex="-1"><div id="divRplyFwdMsg" dir="ltr"><font face="Calibri"><b>From:</b> Desk &lt;support@desk.example&gt;<br><b>Sent:</b> Monday, January 15, 2024 10:00 AM<br><b>To:</b> Ann Lee &lt;ann@example.org&gt;<br><b>Subject:</b> Printer</font></div><div>{old}</div>',
    "Outlook": '<div class="WordSection1"><p class="MsoNormal">{new}<o:p></o:p></p><p class="MsoNormal"><o:p>&nbsp;</o:p></p><div><div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm"><p class="MsoNormal"><b>From:</b> Desk &lt;support@desk.example&gt; <br><b>Sent:</b> Monday, January 15, 2024 10:00 AM<br><b>To:</b> Ann Lee<br><b>Subject:</b> Printer<o:p></o:p></p></div></div><p class="MsoNormal">{old}</p></div>',
    "Outlook de page": '<div class="WordSection1"><p class="MsoNormal">{new}</p><div style="border-top:solid #E1E1E1 1.0pt"><p class="MsoNormal"><b>Von:</b> Desk &lt;support@desk.example&gt;<br><b>Gesendet:</b> Montag, 15. Januar 2024 10:00<br><b>An:</b> Ann Lee<br><b>Betreff:</b> Printer</p></div><p>{old}</p></div>',
    "Apple Mail page": '<html><body style="word-wrap: break-word;">{new}<br><div><br><blockquote type="cite"><div>On 15 Jan 2024, at 10:00, Desk &lt;support@desk.example&gt; wrote:</div><br class="Apple-interchange-newline"><div>{old}</div></blockquote></div></body></html>',
    "iPhone page": '<html><body dir="auto">{new}<br id="lineBreakAtBeginningOfSignature"><div dir="ltr">Sent from my iPhone</div><div dir="ltr"><br><blockquote type="cite">On 15 Jan 2024, at 10:00, Desk &lt;support@desk.example&gt; wrote:<br><br></blockquote></div><blockquote type="cite"><div dir="ltr">{old}</div></blockquote></body></html>',
    "Thunderbird page": '<p>{new}</p><div class="moz-cite-prefix">On 1/15/24 10:00, Desk wrote:<br></div><blockquote type="cite" cite="mid:x@y"><p>{old}</p></blockquote>',
    "Yahoo page": '<div class="yahoo-style-wrap"><div>{new}</div><div><br></div></div><div id="yahoo_quoted_1234" class="yahoo_quoted"><div>On Monday, January 15, 2024 at 10:00:00 AM GMT+1, Desk &lt;support@desk.example&gt; wrote:</div><div>{old}</div></div>',
    "Proton page": '<div>{new}</div><div class="protonmail_signature_block"><div>Sent with Proton Mail</div></div><div class="protonmail_quote">On Monday, January 15th, 2024 at 10:00, Desk wrote:<br><blockquote class="protonmail_quote" type="cite">{old}</blockquote></div>',
    "Zoho page": '<div>{new}<br></div><div class="zmail_extra"><div>---- On Mon, 15 Jan 2024 10:00:00 +0100 <b>Desk &lt;support@desk.example&gt;</b> wrote ---<br></div><blockquote>{old}</blockquote></div>',
}


def plain_cases() -> list[Case]:
    cases = []
    for name, line in WROTE.items():
        quote = f"> {OLD}\n> It helps."
        raw = mail(f"{NEW}\n\n{line}\n\n{quote}\n", reply=True)
        cases.append(Case(name, raw, {"text": NEW, "folded": [OLD, line.split("\n")[0][:20]]}))
    for name, block in BLOCKS.items():
        raw = mail(f"{NEW}\n\n{block}\n\n{OLD}\n", reply=True)
        cases.append(Case(name, raw, {"text": NEW, "folded": [OLD, block.split("\n")[-1]]}))
    for phone in PHONES:
        raw = mail(f"{NEW}\n\n{phone}\n", reply=True)
        cases.append(Case(f"phone: {phone}", raw, {"text": NEW, "folded": [phone]}))
    for name, html in PAGES.items():
        raw = page(html.format(new=NEW, old=OLD), reply=True)
        cases.append(Case(name, raw, {"text": NEW, "folded": [OLD]}))
    return cases


GMAIL_LINE = WROTE["Gmail en"]
SHAPES = [
    Case(
        "signature",
        mail(f"{NEW}\n\n-- \nAnn Lee\nExample Ltd\n"),
        {"text": NEW, "folded": ["Ann Lee"]},
    ),
    Case(
        "signature without its blank",
        mail(f"{NEW}\n--\nAnn Lee\n"),
        {"text": NEW, "folded": ["Ann Lee"]},
    ),
    Case("nothing but a signature", mail("-- \nAnn Lee"), {"has": ["Ann Lee"], "quoted": ""}),
    Case(
        "dashes within a long text",
        mail("One\n--\n" + "line\n" * 30 + "end"),
        {"has": ["One", "end"], "quoted": ""},
    ),
    Case(
        "a list is no signature", mail("Wrong:\n- one\n- two\n"), {"text": "Wrong:\n- one\n- two"}
    ),
    Case(
        "closing words stay", mail(f"{NEW}\n\nBest regards,\nAnn"), {"has": ["Best regards", "Ann"]}
    ),
    Case(
        "signature above history",
        mail(f"{NEW}\n\n-- \nAnn Lee\n\n{GMAIL_LINE}\n> {OLD}\n", reply=True),
        {"text": NEW, "folded": ["Ann Lee", OLD]},
    ),
    Case(
        "phone above history",
        mail(
            f"{NEW}\n\nSent from my iPhone\n\n> On 15 Jan 2024, at 10:00, Desk <support@desk.example> wrote:\n> \n> {OLD}\n",
            reply=True,
        ),
        {"text": NEW, "folded": ["iPhone", OLD]},
    ),
    Case(
        "answer below the quote",
        mail(f"{GMAIL_LINE}\n> {OLD}\n\n{NEW}\n", reply=True),
        {"text": NEW, "folded": [OLD]},
    ),
    Case("answer below a bare quote", mail(f"> {OLD}\n\n{NEW}\n", reply=True), {"has": [NEW]}),
    Case(
        "answers between the quotes",
        mail(
            f"{GMAIL_LINE}\n> Which one?\nThe left one.\n> Since when?\nMonday.\n> Bye\n",
            reply=True,
        ),
        {
            "has": ["Which one?", "The left one.", "Since when?", "Monday."],
            "lacks": ["Bye"],
            "folded": ["Bye"],
        },
    ),
    Case(
        "answers between the quotes, page",
        page(
            '<div class="gmail_quote"><div class="gmail_attr">On Mon, Jan 15, 2024 at 10:00 Desk &lt;s@desk.example&gt; wrote:</div><blockquote class="gmail_quote">Which one?</blockquote><div>The left one.</div><blockquote class="gmail_quote">Since when?</blockquote><div>Monday.</div></div>',
            reply=True,
        ),
        {"has": ["Which one?", "The left one.", "Monday."]},
    ),
    Case(
        "a line below the quote",
        mail(f"{NEW}\n\n{GMAIL_LINE}\n> {OLD}\n\nP.S. And the fax?\n", reply=True),
        {"has": [NEW, "P.S. And the fax?"], "lacks": [OLD], "folded": [OLD]},
    ),
    Case(
        "nothing new", mail(f"{GMAIL_LINE}\n> {OLD}\n", reply=True), {"text": "", "folded": [OLD]}
    ),
    Case(
        "nested history",
        mail(
            f"{NEW}\n\n{GMAIL_LINE}\n> {OLD}\n>\n> On Sun, Jan 14, 2024 at 9:00 Ann <ann@example.org> wrote:\n>> First\n",
            reply=True,
        ),
        {"text": NEW, "folded": [OLD, "First"]},
    ),
    Case(
        "history twice",
        mail(
            f"{NEW}\n\n{BLOCKS['Outlook en']}\n\n{OLD}\n\n{BLOCKS['Outlook de']}\n\nFirst\n",
            reply=True,
        ),
        {"text": NEW, "folded": [OLD, "First"]},
    ),
    Case(
        "a reply by its fields only",
        mail(f"{NEW}\n\n{BLOCKS['Outlook en']}\n\n{OLD}", fields="References: <ours@desk.example>"),
        {"text": NEW, "folded": [OLD]},
    ),
    Case(
        "a reply by its subject only",
        mail(f"{NEW}\n\n{BLOCKS['Outlook en']}\n\n{OLD}", subject="AW: Printer"),
        {"text": NEW},
    ),
    Case(
        "somebody wrote",
        mail("On Monday 3 people wrote:\nit is broken.\nPlease help."),
        {"has": ["On Monday", "it is broken."], "quoted": ""},
    ),
    Case(
        "somebody wrote, in a reply",
        mail("As Bob wrote:\nit is broken.\nPlease help.", reply=True),
        {"has": ["As Bob", "it is broken."], "quoted": ""},
    ),
    Case(
        "a form in a new mail",
        mail("From: Berlin\nTo: Paris\nDate: Monday\nSubject: my trip\nI lost my bag."),
        {"has": ["From: Berlin", "my bag"], "quoted": ""},
    ),
    Case(
        "a log in a new mail",
        mail("----- log -----\n> GET /\n> 500\nWhat is that?"),
        {"has": ["> GET /", "What is that?"], "quoted": ""},
    ),
    Case(
        "quotes in a new mail",
        mail("I read:\n> a rule\n> and more\n"),
        {"has": ["> a rule"], "quoted": ""},
    ),
    Case(
        "Gmail signature",
        page(
            f'<div>{NEW}<div><br></div>-- <br><div dir="ltr" class="gmail_signature">Ann Lee<br>Example Ltd</div></div>'
        ),
        {"has": [NEW], "lacks": ["Ann Lee"], "folded": ["Ann Lee"]},
    ),
    Case(
        "Outlook signature",
        page(f'<div>{NEW}</div><div id="Signature"><p>Ann Lee</p></div>'),
        {"text": NEW, "folded": ["Ann Lee"]},
    ),
    Case(
        "all within the signature", page(f'<div id="Signature"><p>{NEW}</p></div>'), {"text": NEW}
    ),
    Case(
        "Outlook for iOS",
        page(
            f'<div>{NEW}</div><div id="ms-outlook-mobile-signature"><div>Get <a href="https://aka.ms/o0ukef">Outlook for iOS</a></div></div>'
        ),
        {"text": NEW},
    ),
    Case(
        "a quote of the sender's own, page",
        page(f"<p>{NEW}</p><blockquote>A poem</blockquote>"),
        {"has": [NEW, "> A poem"], "quoted": ""},
    ),
]

FORWARDS = {
    "Gmail": "---------- Forwarded message ---------\nFrom: Bob <bob@example.org>\nDate: Mon, Jan 15, 2024 at 10:00 AM\nSubject: Broken\nTo: <ann@example.org>\n\n\nIt does not work.",
    "Gmail de": "---------- Weitergeleitete Nachricht ---------\nVon: Bob <bob@example.org>\nDate: Mo., 15. Jan. 2024\n\nIt does not work.",
    "Apple": "Begin forwarded message:\n\nFrom: Bob <bob@example.org>\nSubject: Broken\nDate: 15 January 2024 at 10:00:00 CET\nTo: ann@example.org\n\nIt does not work.",
    "Apple, quoted": "Begin forwarded message:\n> From: Bob <bob@example.org>\n> Subject: Broken\n> Date: 15 January 2024\n> \n> It does not work.",
    "Apple de": "Anfang der weitergeleiteten Nachricht:\n\nVon: Bob <bob@example.org>\nBetreff: Broken\nDatum: 15. Januar 2024\n\nIt does not work.",
    "Thunderbird": "-------- Forwarded Message --------\nSubject: Broken\nDate: Mon, 15 Jan 2024\nFrom: Bob <bob@example.org>\nTo: ann@example.org\n\nIt does not work.",
    "Thunderbird de": "-------- Weitergeleitete Nachricht --------\nBetreff: Broken\nVon: Bob <bob@example.org>\n\nIt does not work.",
    "Outlook": "From: Bob <bob@example.org>\nSent: Monday, January 15, 2024 10:00 AM\nTo: Ann Lee\nSubject: Broken\n\nIt does not work.",
    "Outlook fr": "De : Bob <bob@example.org>\nEnvoyé : lundi 15 janvier 2024\nÀ : Ann Lee\nObjet : Broken\n\nIt does not work.",
    "Notes": "----- Forwarded by Ann Lee/Example on 15.01.2024 10:00 -----\n\nFrom: Bob\n\nIt does not work.",
    "Yahoo": "----- Forwarded message -----\nFrom: Bob <bob@example.org>\nTo: Ann\nSent: Monday\nSubject: Broken\n\nIt does not work.",
}


def forward_cases() -> list[Case]:
    cases = []
    kept = {"has": ["See below.", "Bob", "It does not work."], "quoted": ""}
    for name, block in FORWARDS.items():
        cases.append(
            Case(
                f"forwarded by {name}", mail(f"See below.\n\n{block}", subject="Fwd: Broken"), kept
            )
        )
        cases.append(
            Case(
                f"forwarded by {name}, without a word",
                mail(block, subject="WG: Broken", fields="References: <a@b>"),
                {"has": ["Bob", "It does not work."], "quoted": ""},
            )
        )
        if not name.startswith("Outlook"):
            cases.append(
                Case(
                    f"forwarded by {name}, as a reply",
                    mail(f"See below.\n\n{block}", reply=True),
                    kept,
                )
            )
    return cases


PAGE_FORWARDS = [
    Case(
        "Gmail forward, page",
        page(
            '<div>See below.</div><div class="gmail_quote"><div class="gmail_attr">---------- Forwarded message ---------<br>From: <b>Bob</b> &lt;bob@example.org&gt;<br>Date: Mon<br>Subject: Broken<br></div><br>It does not work.</div>',
            fields="References: <a@b>",
        ),
        {"has": ["See below.", "Bob", "It does not work."], "quoted": ""},
    ),
    Case(
        "Outlook forward, page",
        page(
            '<div>See below.</div><hr><div id="divRplyFwdMsg"><b>From:</b> Bob<br><b>Sent:</b> Monday<br><b>To:</b> Ann<br><b>Subject:</b> Broken</div><div>It does not work.</div>',
            subject="Fw: Broken",
            fields="References: <a@b>",
        ),
        {"has": ["See below.", "Bob", "It does not work."], "quoted": ""},
    ),
    Case(
        "Apple forward, page",
        page(
            '<div>See below.</div><blockquote type="cite"><div>Begin forwarded message:</div><br><div><b>From:</b> Bob</div><div>It does not work.</div></blockquote>',
            subject="Fwd: Broken",
        ),
        {"has": ["See below.", "Bob", "It does not work."], "quoted": ""},
    ),
    Case(
        "Thunderbird forward, page",
        page(
            '<p>See below.</p><div class="moz-forward-container"><br>-------- Forwarded Message --------<table class="moz-email-headers-table"><tr><th>Subject:</th><td>Broken</td></tr><tr><th>From:</th><td>Bob</td></tr></table><p>It does not work.</p></div>',
            subject="Fwd: Broken",
        ),
        {"has": ["See below.", "Bob", "It does not work."], "quoted": ""},
    ),
]

CASES = [*plain_cases(), *SHAPES, *forward_cases(), *PAGE_FORWARDS]
