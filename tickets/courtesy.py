"""Whether a reply says thanks and nothing else: a pure, deterministic question about a text.

A reply is a courtesy only if each of its words is known to be harmless (in eight languages) and
at least one is kind. One word that is not in the lists, a digit, a question mark or a link makes
it a message that somebody has to read: to be wrong that way costs a look, the other way a problem
that nobody hears of.
"""

import re
import unicodedata
from collections.abc import Iterable

MOST_CHARACTERS = 240
MOST_WORDS = 30
SIGNATURE_LINES = 5
# The colour and the shape of the emoji before them.
EMOJI_SHAPES = "\ufe0f\u200d\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff"


def is_courtesy(text: str, *, names: Iterable[str] = ()) -> bool:
    """Whether `text` is thanks and nothing else; `names` are people whom it may call."""
    said = own_words(text)
    if not said or len(said) > MOST_CHARACTERS or DOUBTFUL.search(said):
        return False
    rest, phrases = PHRASES.subn(" ", said)
    words = [word for word in WORD.findall(rest) if not _is_punctuation(word)]
    called = {part for name in names for part in _folded(name).split()} - NEVER
    if len(words) > MOST_WORDS or not all(word in KNOWN or word in called for word in words):
        return False
    if not HELP.isdisjoint(words) and FOR.isdisjoint(words):
        return False  # "Help, thanks": asked for, not thanked for
    return bool(phrases) or not KIND.isdisjoint(words)


def own_words(text: str) -> str:
    """Return what the writer says, in lower case: without quotations and signature."""
    lines = [line.strip() for line in _folded(text).splitlines()]
    if "--" in lines and len(lines) - lines.index("--") <= SIGNATURE_LINES:
        lines = lines[: lines.index("--")]
    return "\n".join(
        line
        for line in lines
        if line
        and not line.startswith(">")
        and not ATTRIBUTION.match(line)
        and not SENT_FROM.match(line)
    )


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFC", text).casefold().replace("\u2019", "'")
    return "".join(mark for mark in plain if mark not in EMOJI_SHAPES)


def _is_punctuation(word: str) -> bool:
    return len(word) == 1 and unicodedata.category(word)[0] in "PZ"


def _words(text: str) -> frozenset[str]:
    return frozenset(_folded(text).split())


# One of these must be there.
KIND = _words("""
    thanks thank thankyou thx thnx tnx ty cheers appreciated appreciate perfect great excellent
    awesome brilliant fantastic wonderful lovely super superb amazing ok okay works working worked
    solved resolved fixed sorted cool nice
    danke dankeschön dank merci perfekt prima klasse spitze toll wunderbar bestens funktioniert
    klappt läuft erledigt gelöst bedanke
    remerciements remercie parfait parfaite génial impeccable nickel fonctionne marche résolu réglé
    gracias perfecto genial excelente estupendo funciona solucionado resuelto agradezco vale
    grazie perfetto ottimo benissimo fantastico risolto ringrazio eccellente
    obrigado obrigada obg perfeito ótimo otimo resolvido agradeço agradecido agradecida
    bedankt dankjewel dankuwel geweldig fijn werkt opgelost
    dziękuję dziekuje dzięki dzieki dziękujemy świetnie działa rozwiązane pozdrawiam doskonale
    👍 🙏 😊 🙂 😀 😃 😄 👌 ❤ 🎉 💯 🥳 ☺ 😁
""")
HELP = _words("""
    help helping support assistance hilfe unterstützung aide l'aide soutien ayuda aiuto l'aiuto
    assistenza supporto ajuda apoio hulp ondersteuning pomoc wsparcie
""")
FOR = _words("for für pour por per pela pelo voor za de great good gute tolle super grote")
# What may stand beside the kind words and changes nothing. Words that turn a sentence ("no",
# "but", "still", "only", "until", "if") and those that ask ("please", "can") are not among them.
PLAIN = _words("""
    you very much a lot many all everyone team the your quick fast swift prompt reply replying
    answer response fix solution work effort patience time it its it's that that's this is i'm i am
    we are and to my of again now well very really just indeed yes yep hi hello hey dear fine
    everything perfectly nicely happy have has been us glad best warm regards such sincerely yours
    excellent service job done
    schön sehr viel vielen herzlichen mals tausend herzlich lieben besten die den das der dem
    schnelle schneller rasche prompte antwort lösung rückmeldung bearbeitung es jetzt wieder nun
    alles hat geklappt ist bin sie ihr ihre ihnen euch dir deine eure ich wir und hallo liebes
    guten mit freundlichen viele liebe grüße grüßen gruß lg mfg auch nochmal nochmals einwandfrei
    ja gut prompt an alle
    beaucoup bien mille infiniment votre ton ta vos rapide rapidité réponse efficacité tout c'est
    est maintenant ça cela je vous te nous et bonjour bonsoir cordialement salutations oui à la le
    les équipe réactivité intervention nouveau très
    muchas muchísimas mil el su tu vuestra rápida respuesta rapidez atención solución todo ya ahora
    está muy amable hola buenos días tardes saludos cordiales sí os y
    tante molte infinite il lo vostro vostra suo sua risposta rapida tutto ora adesso va bene è
    molto siete gentile gentili gentilissimi ciao salve buongiorno saluti cordiali sì a tutti e
    vi ti muito muita vossa resposta atenção solução já tudo agora bem funcionando olá ola bom dia
    boa tarde abraço abraços cumprimentos atenciosamente sim equipe equipa o os
    heel erg hartelijk zeer het je jullie uw snelle antwoord reactie oplossing nu weer goed hoi
    beste groet groeten vriendelijke met dat en top helemaal u
    bardzo serdecznie szybką szybka odpowiedź reakcję rozwiązanie wszystko teraz już dobrze jest
    dzień dobry cześć witam tak i pozdrowienia ślicznie państwu pani panu
""")
KNOWN = KIND | HELP | FOR | PLAIN
# Also where somebody is called so.
NEVER = _words("""
    not no but still only never nicht kein aber noch nur pas mais encore no pero todavía non ma
    ancora não mas ainda niet maar nog nie ale
""")
# Kind as a whole, though the words alone could be part of anything.
PHRASES = re.compile(
    _folded(
        r"(?<!\w)(?:"
        r"have (a|an) (very )?(nice|good|great|lovely|wonderful) (day|evening|weekend|week|one)"
        r"|(thanks|thank you|thx) so (very )?much|(thanks|thank you) (once )?(again|more)"
        r"|that was (it|quick|fast|great)|that did it|(that )?did the trick"
        r"|(please|you (can|may)|we can) (now )?close (this|the|it)( ticket| case)?( now)?"
        r"|(einen )?(schönen|guten) (tag|abend|nachmittag|feierabend)( noch)?"
        r"|(ein )?schönes wochenende|das war'?s|das war es|danke schön"
        r"|(das ticket |es )?kann (jetzt )?geschlossen werden"
        r"|sie können (das ticket|es) (jetzt )?schließen|ticket bitte schließen"
        r"|bonne (journée|soirée|semaine)|bon week-?end"
        r"|(pour )?(votre|ton) retour( rapide)?|vous pouvez (fermer|clôturer) (le|ce) ticket"
        r"|(que tengan? |tengan? )?(un )?(buen|feliz) (día|fin de semana)"
        r"|gracias de nuevo|funciona de nuevo"
        r"|pueden? cerrar (el|la|lo) (ticket|caso|incidencia)|por todo"
        r"|buona (giornata|serata)|buon (weekend|lavoro)|grazie di nuovo"
        r"|funziona( di nuovo)?|potete chiudere( il ticket)?"
        r"|(tenha )?(um )?(bom dia|boa semana|bom fim de semana)"
        r"|(obrigad[oa]|funcionando) de novo|podem? fechar( o ticket| o chamado)?"
        r"|(nog )?een fijne (dag|avond)|fijne (dag|avond)( nog)?|fijn weekend"
        r"|(u kunt )?(het|dit) ticket (mag|kan) (gesloten|dicht)( worden)?|dank (je|u) ?wel"
        r"|(miłego|udanego) (dnia|weekendu|popołudnia)|można zamknąć( zgłoszenie)?"
        r")(?!\w)"
    )
)
# Numbers, links, addresses, questions, also those that forgot their mark.
DOUBTFUL = re.compile(
    r"\d|https?:|www\.|@|[?\u00bf\uff1f\u061f]"
    r"|^(is|are|has|have) (it|this|that|we|you|everything)\b|^(ist|klappt|funktioniert) (es|das)\b"
    r"|\n(is|are) (it|this|that)\b|[.,!] (is|are) (it|this|that) "
)
WORD = re.compile(r"[\w'-]+|[^\s\w]")
SENT_FROM = re.compile(
    r"^(sent from my|get outlook for|von mein\w+ .+ gesendet|gesendet von|envoyé d\w+ mon"
    r"|enviado desde|enviado do meu|inviato da|verzonden vanaf|wysłane z)\b.{0,40}$"
)
ATTRIBUTION = re.compile(
    r"^(on|am|le|el|il|em|op|w dniu|dnia)\b.{0,200}\b(wrote|schrieb|a écrit|escribió|ha scritto"
    r"|escreveu|schreef|napisał|napisała|napisał\(a\))\b.{0,80}:$|^(on|am) .{5,200} (wrote|schrieb"
    r" .{1,80}):$"
)
