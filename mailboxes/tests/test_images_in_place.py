"""An image within a mail stands in the text of its message, by what the desk made of it."""

import pytest

from accounts.tests.factories import AdminFactory, CustomerFactory
from mailboxes.tests.corpus.build import mixed, part
from mailboxes.tests.letters import bring
from tickets.models import Attachment, Ticket
from tickets.services import remove_attachment
from tickets.tests.files import png

pytestmark = pytest.mark.django_db

PAGE = '<p>Before</p><img src="cid:i1@x"><p>After</p>'


def picture(name="a & b.png", key="i1"):
    return part(
        f'image/png; name="{name}"',
        png(),
        fields=f"Content-ID: <{key}@x>\r\nContent-Disposition: inline",
        base64=True,
    )


@pytest.fixture
def ticket():
    CustomerFactory(email="ann@example.org")
    bring(mixed(part("text/html", PAGE), picture(), kind="related"))
    return Ticket.objects.get()


def shown(client, ticket, reader):
    client.force_login(reader)
    address = ticket.get_absolute_url() if reader.is_customer else ticket.get_desk_url()
    page = client.get(address).content.decode()
    return page[page.index("Before") : page.index("After")]


def test_it_stands_between_the_words_for_staff_and_its_sender(client, ticket):
    file = Attachment.objects.get()
    assert "[image: a & b.png]" in ticket.description
    for reader in (AdminFactory(), ticket.customer):
        text = shown(client, ticket, reader)
        assert f'src="{file.get_absolute_url()}thumbnail/"' in text
        assert f'href="{file.get_absolute_url()}shown/"' in text
        assert 'alt="a &amp; b.png"' in text
        assert "[image:" not in text


def test_where_it_is_not_there_the_words_stay(client, ticket):
    admin = AdminFactory()
    Attachment.objects.update(state="pending")
    assert "[image: a &amp; b.png]" in shown(client, ticket, admin)
    Attachment.objects.update(state="clean")
    remove_attachment(Attachment.objects.get(), actor=admin)
    text = shown(client, ticket, admin)
    assert "[image: a &amp; b.png]" in text
    assert "<img" not in text


def test_no_tag_is_ever_cut_in_two(client):
    page = '<p>Before <a href="https://x.example/?q=[image:%20p.png]" title="[image: p.png]">x</a> After</p>'
    bring(mixed(part("text/html", page), picture("p.png"), kind="related"))
    ticket = Ticket.objects.get()
    text = shown(client, ticket, AdminFactory())
    assert "<img" not in text


def test_a_name_that_looks_like_a_place_stays_a_name(client):
    CustomerFactory(email="ann@example.org")
    page = '<p>Before</p><img src="cid:i1@x"><img src="cid:i2@x"><p>After</p>'
    pictures = [picture("[image: b.png] c.png"), picture("b.png", "i2")]
    bring(mixed(part("text/html", page), *pictures, kind="related"))
    text = shown(client, Ticket.objects.get(), AdminFactory())
    assert text.count("<img") == 2
    assert 'alt="[image: b.png] c.png"' in text
    assert 'alt="b.png"' in text
