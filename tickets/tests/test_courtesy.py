"""The rule about thanks against a labelled set: it may miss thanks, never a problem."""

import pytest

from tickets.courtesy import is_courtesy, own_words

NAMES = ["Priya Nair", "Amara Okafor"]

COURTESIES = """
Thanks!
thank you
Thank you very much!
Thank you so much for your help
Thanks a lot, works perfectly now.
Perfect, thanks for the quick help.
That was it. Thank you very much.
Great, you can close this.
Works again, thank you!
Thx 👍
👍
🙏🏽 thank you
OK, thanks
ok
Cheers, all good... works fine now
Brilliant, that did the trick. Cheers!
Thanks Priya, it works now. Have a nice day!
Hi Priya, thank you for the fast reply.
Many thanks for your support
Awesome!
Solved. Thank you all.
It's working now, thank you again!
Thank you once again for your patience and time
Excellent service, thanks
Thank you kindly
Much appreciated.
Danke!
Vielen Dank!
Vielen herzlichen Dank für die schnelle Hilfe!
Super, danke. Jetzt funktioniert es wieder.
Perfekt, vielen Dank für Ihre Unterstützung
Hat geklappt, danke!
Alles bestens, danke schön
Danke, das war's. Schönen Tag noch!
Läuft wieder. Danke und liebe Grüße
Klappt jetzt einwandfrei, danke Priya
Toll, danke euch!
Danke, das Ticket kann geschlossen werden.
Guten Tag Priya, vielen Dank für die rasche Antwort. Mit freundlichen Grüßen Amara
Erledigt, danke.
Merci !
Merci beaucoup pour votre aide
Parfait, merci
Bonjour, merci beaucoup pour votre réponse rapide. Bonne journée
Ça marche maintenant, merci bien !
Tout fonctionne, merci
Je vous remercie. Cordialement
Génial, merci Priya
C'est parfait, merci et bonne soirée
Nickel merci
Merci pour votre retour rapide
¡Gracias!
Muchas gracias por su ayuda
Perfecto, muchas gracias
Ya funciona, gracias
Gracias por la rápida respuesta. Saludos cordiales
Todo solucionado, muchas gracias. Buen día
Genial, gracias Priya
Muchísimas gracias por todo
Gracias de nuevo
Grazie!
Grazie mille
Grazie mille per il vostro aiuto
Perfetto, grazie. Buona giornata
Tutto risolto, grazie
Ora funziona, grazie
Ottimo, grazie per la risposta rapida
Siete gentilissimi, grazie
Obrigado!
Obrigada pela ajuda
Muito obrigado pela resposta
Perfeito, obrigado
Já funciona, obrigada
Tudo resolvido, muito obrigado. Bom dia
Ótimo, obrigado. Abraços
Bedankt!
Heel erg bedankt voor de snelle hulp
Dank je wel, het werkt nu
Hartelijk dank voor uw hulp
Super, bedankt. Fijne dag nog
Werkt weer, dank u wel
Top, bedankt Priya
Dziękuję!
Dziękuję bardzo za pomoc
Dzięki, działa
Super, dziękuję. Miłego dnia
Wszystko działa, dziękuję bardzo
Bardzo dziękuję za szybką odpowiedź. Pozdrawiam
""".strip().splitlines()

PROBLEMS = """
Thanks, but it still does not work.
Thank you. It is back since this morning.
Thanks! One more question: how do I print?
Thanks, is it also fixed for my colleague?
Great, now nothing works.
Thanks for nothing.
It worked for a day, now it is the same as before.
Sorry, it is not solved yet.
Thanks, please reopen.
Please help, thanks
Help! Thanks
Can you help again, thanks
Thank you, could you also reset my password
Is it fixed now, thanks
Thanks, is it working
It works only at home, thanks
It works sometimes. Thanks
Thanks, works until I restart
Thank you, error 0x80070005 again
Thanks, call me on 555 0100
Thanks! See https://example.com
Thanks, but no
No
Not ok
not working
Unfortunately the printer jams again, thanks
It is down again. Thanks
Thanks, I will try tomorrow
Thanks, when will it be solved
Thanks, the second laptop too
I wish it was solved, thanks
Perfect, except for the sound
It never worked, thanks
same problem again, thanks
Thanks in advance
OK?
ok...?
Thanks. Could somebody look at the scanner as well
Nearly perfect, thanks
It was working, thanks
It works once, thanks
Less noise, thanks
Thanks, mine is broken
Danke, aber es geht immer noch nicht.
Danke, leider nicht.
Danke, klappt nicht
Es ist wieder so, danke
Danke, und wie mache ich das am Handy?
Vielen Dank, der Drucker druckt nur schwarz
Klappt es jetzt, danke
Danke im Voraus
Bitte Hilfe, danke
Funktioniert nur manchmal, danke
Danke, es ist zurück
Danke, noch eine Frage
Leider ist der Fehler wieder da. Danke
Bitte nochmal öffnen, danke
Läuft bei mir kein bisschen
Danke, bitte auch bei Frau Müller
Merci mais ça ne marche pas
Merci, le problème est revenu
C'est de retour, merci
Ça marche encore moins, merci
Merci, et pour le deuxième poste
Toujours rien, merci
Merci d'avance
Merci, pouvez-vous rouvrir le ticket
Bonjour, l'imprimante est en panne. Merci
Gracias, pero sigue sin funcionar
Todavía no funciona, gracias
Está de nuevo, gracias
Gracias, ¿y el otro equipo
Gracias, el error aparece otra vez
No funciona
Gracias, necesito ayuda con otra cosa
Ayuda, gracias
Grazie, ma non funziona
Grazie, è di nuovo lento
Il problema è tornato, grazie
Grazie, funziona solo a casa
Ancora niente, grazie
Grazie, quando arriva il tecnico
Obrigado, mas ainda não funciona
Não funciona, obrigado
O erro voltou, obrigada
Está lento de novo, obrigado
Obrigado, e o outro computador
Bedankt, maar het werkt nog niet
Werkt niet, bedankt
Het probleem is terug, bedankt
Bedankt, hoe zit het met de scanner
Alleen thuis, bedankt
Dziękuję, ale nadal nie działa
Nie działa
Problem wrócił, dziękuję
Dzięki, kiedy będzie naprawione
Z góry dziękuję
Dziękuję, proszę o pomoc
""".strip().splitlines()


def test_the_set_is_large_enough():
    assert len(COURTESIES) >= 80
    assert len(PROBLEMS) >= 80


def test_no_problem_is_taken_for_a_courtesy():
    assert [line for line in PROBLEMS if is_courtesy(line, names=NAMES)] == []


def test_most_courtesies_are_seen():
    missed = [line for line in COURTESIES if not is_courtesy(line, names=NAMES)]
    assert len(missed) <= len(COURTESIES) / 20, missed


@pytest.mark.parametrize(
    "text",
    [
        "Thanks!\n\nOn Mon, 2 Mar 2026 at 10:04, Desk <desk@example.com> wrote:\n> It still fails?\n> 1",
        "Danke!\n\nAm 02.03.2026 um 10:04 schrieb Desk:\n> Geht es noch nicht?",
        "Thank you\n\nSent from my iPhone",
        "Merci beaucoup\n-- \nAmara Okafor\n+49 555 0100\nLarkfield",
    ],
)
def test_quotations_and_signatures_do_not_count(text):
    assert is_courtesy(text, names=NAMES)


@pytest.mark.parametrize(
    "text",
    [
        "> Is it solved?\nNo, it is not",
        "On Mon, 2 Mar 2026 at 10:04, Desk wrote:\n> Solved\nStill broken, thanks",
        "Thanks\nKind regards\nstill broken",
        "Thanks\n--\na\nb\nc\nd\ne\nbut it is not solved",
        "thanks " * 40,
        "Thanks\n" + "a" * 300,
        "",
        "  \n",
        "> thanks",
    ],
)
def test_what_stands_beside_a_quotation_counts(text):
    assert not is_courtesy(text, names=NAMES)


def test_a_name_never_hides_a_word_that_turns_the_sentence():
    assert not is_courtesy("Thanks, still", names=["Georgia Still"])
    assert is_courtesy("Thanks, Georgia", names=["Georgia Still"])
    assert not is_courtesy("Thanks, Georgia")


def test_own_words_are_what_is_left():
    assert own_words("Hi\n> old\n\nThanks\n--\nAmara") == "hi\nthanks"
