"""How mail programs begin history, forwarded mails and signatures, in the languages they speak."""

import re

# A line that says where the answer belongs.
OWN_MARK = re.compile(
    r"^[\W_]{0,40}(?:please (?:type|write) your reply above this line"
    r"|(?:reply|respond|type your response) above this line"
    r"|in replies all text above this line is added to the ticket"
    r"|bitte antworten sie (?:nur )?(?:ober|über)halb dieser (?:linie|zeile))[\W_]{0,40}$",
    re.IGNORECASE,
)

WROTE = (
    *(
        "wrote",
        "writes",
        "schrieb",
        "schrieben",
        "folgendes geschrieben",
        "pisze",
        "a écrit",
        "a ecrit",
        "ha scritto",
        "scrisse",
    ),
    *("escribió", "escribio", "escreveu", "schreef", "skrev", "napisał", "napisał\\(a\\)"),
    *("napisała", "napsal", "napsal\\(a\\)", "napsala", "napísal", "написал", "написала", "пише"),
    *("пишет", "написав", "kirjoitti", "yazdı", "şunları yazdı", "írta", "a scris", "έγραψε"),
    *("va escriure", "je napisao", "je napisal\\(a\\)", "je pisao", "rašė", "wrote the following"),
    *("viết", "כתב", "כתבה", "كتب", "เขียนว่า", "menulis", "さんは書きました", "のメール"),
)
ATTRIBUTION = re.compile(
    rf"(?:(?<!\w)(?:{'|'.join(WROTE)})(?!\w).{{0,200}}|写道|寫道|님이 작성(?:하였습니다)?"
    r"|<[^<>\s]{1,200}@[^<>\s]{1,200}>\)?)\s*[:：]$",
    re.IGNORECASE,
)
DATED = re.compile(r"[0-9]{1,4}[./-][0-9]{1,2}[./-][0-9]{2,4}.{0,20}[0-9]{1,2}[:.][0-9]{2}")
DATE = re.compile(r"[0-9]{4}|[0-9]{1,2}[:.h][0-9]{2}|[0-9]{1,2}/[0-9]{1,2}")
OPENER = re.compile(
    r"(?:on|am|le|el|il|em|op|den|dne|dnia|w dniu|vào|στις|în|pada)\s.*[0-9]", re.IGNORECASE
)
# Without a date or an address it may be a sentence of the sender's.
ATTRIBUTES = re.compile(r"[0-9]|@")

ORIGINAL = re.compile(
    r"^[-_=\s]{2,60}(?:original message|original appointment|ursprüngliche nachricht"
    r"|urspr\.? nachricht|originalnachricht|ursprungsnachricht|original-nachricht"
    r"|message d['’]origine|message original|message initial|mensaje original|mensagem original"
    r"|messaggio originale|oorspronkelijk bericht|origineel bericht|oprindelig meddelelse"
    r"|opprinnelig melding|ursprungligt meddelande|originalmeddelande|исходное сообщение"
    r"|oryginalna wiadomość|wiadomość oryginalna|původní zpráva|pôvodná správa|eredeti üzenet"
    r"|alkuperäinen viesti|orijinal mesaj|mesaj original|αρχικό μήνυμα|reply message"
    r"|original|原始邮件|原始郵件|元のメッセージ|원본 메시지|원본 메일)[-_=\s]{2,60}$",
    re.IGNORECASE,
)
FORWARDED = re.compile(
    r"^[-_=\s]{2,60}(?:forwarded message|forwarded by .{1,100}|weitergeleitete nachricht"
    r"|message transféré|message transmis|message réexpédié|mensaje reenviado|mensagem encaminhada"
    r"|mensagem reencaminhada|messaggio inoltrato|doorgestuurd bericht|videresendt meddelelse"
    r"|videresendt melding|vidarebefordrat meddelande|пересылаемое сообщение"
    r"|пересланное сообщение|przekazana wiadomość|wiadomość przekazana|přeposlaná zpráva"
    r"|preposlaná správa|továbbított üzenet|välitetty viesti|iletilen mesaj"
    r"|προωθημένο μήνυμα|转发的邮件|轉寄的郵件|転送メッセージ|forwarded message follows)"
    r"[-_=\s:]{0,60}$"
    r"|^(?:begin forwarded message|anfang der weitergeleiteten (?:nachricht|e-mail)"
    r"|début du message (?:transféré|réexpédié)|inicio del mensaje reenviado"
    r"|início da mensagem (?:encaminhada|reencaminhada)|inizio(?: del)? messaggio inoltrato"
    r"|begin doorgestuurd bericht|start på videresendt besked|vidarebefordrat brev"
    r"|начало переадресованного сообщения|początek przekazywanej wiadomości"
    r"|začátek přeposílané zprávy|välitetty viesti alkaa|下面是被转发的邮件|転送されたメッセージ)"
    r"\s?[:：]$",
    re.IGNORECASE,
)

LABELS = {
    "from": "from|von|de|od|da|van|fra|från|от|от кого|від|差出人|发件人|寄件者|보낸 사람|보낸사람"
    "|lähettäjä|kimden|gönderen|feladó|remitente|expéditeur|von meinem|από|din partea",
    "sent": "sent|date|gesendet|datum|envoyé|envoyé le|enviado|enviado el|enviada em|enviado em"
    "|fecha|inviato|data|verzonden|sendt|dato|skickat|отправлено|дата|надіслано|送信日時|日付|日時"
    "|发送时间|日期|寄件日期|時間|보낸 날짜|보낸날짜|lähetetty|päivämäärä|gönderildi|tarih|odesláno"
    "|wysłano|elküldve|dátum|στάλθηκε|trimis",
    "to": "to|an|à|para|a|aan|til|till|кому|宛先|收件人|收件者|받는 사람|받는사람|vastaanottaja|kime"
    "|komu|do|címzett|προς|către",
    "subject": "subject|betreff|objet|asunto|oggetto|onderwerp|emne|ämne|тема|件名|主题|主旨|主題"
    "|제목|aihe|konu|předmět|predmet|temat|tárgy|assunto|θέμα|subiect",
}
LABEL = re.compile(
    "^(?:" + "|".join(f"(?P<{kind}>{words})" for kind, words in LABELS.items()) + r")\s?[:：]",
    re.IGNORECASE,
)

REPLY_SUBJECT = re.compile(
    r"\s*(?:re|aw|antw|sv|odp|rif|r|res|ref|vs|ynt|отв|ha|hr|回复|答复|回覆|返信|답장|回信)"
    r"\s?(?:\[[0-9]{1,3}\]|\([0-9]{1,3}\))?\s?[:：]",
    re.IGNORECASE,
)
FORWARD_SUBJECT = re.compile(
    r"\s*(?:\[?fwd?|wg|wtr|tr|rv|enc|i|doorst|vb|vl|pd|ilt|転送|转发|轉寄|전달|пересл)\s?[:：]",
    re.IGNORECASE,
)

SENT_FROM = re.compile(
    r"^(?:sent (?:from|via|with|using) \S|get outlook for|get the outlook app|sent from outlook"
    r"|von meinem .{1,40} gesendet|gesendet (?:von|mit|über) |diese nachricht wurde von mein"
    r"|holen sie sich outlook|outlook für .{1,20} (?:beziehen|herunterladen)"
    r"|envoyé (?:de|depuis|à partir) |obtenir outlook|téléchargez outlook|provenance :"
    r"|enviado (?:desde|do|a partir) |obtener outlook|obter o outlook|baixe o outlook"
    r"|inviato (?:da|dal) |scarica outlook|ottieni outlook|(?:verzonden|verstuurd) (?:vanaf|met|via|vanuit) "
    r"|outlook voor .{1,20} (?:downloaden|ophalen)|sendt fra |hent outlook|få outlook for"
    r"|skickat från |skaffa outlook|hämta outlook|lähetetty |hanki outlook|wysłan[eoy] z |pobierz "
    r"|odesláno z|získejte |отправлено (?:с|из) |получить outlook|надіслано з|.{1,20}から送信"
    r"|发自我的|发送自|取得 outlook|從我的|나의 .{1,20}에서 보냄|.{1,20}에서 보냄|iphone ile gönder"
    r"|.{1,20}dan gönderildi)",
    re.IGNORECASE,
)
