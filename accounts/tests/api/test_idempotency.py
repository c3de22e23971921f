"""`Idempotency-Key`: one request, one effect, one answer."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from accounts.models import IdempotentAnswer, User
from accounts.tasks import clean_up
from accounts.tests.api.clients import client_of, tokens_of
from accounts.tests.factories import CustomerFactory

pytestmark = pytest.mark.django_db
REGISTER = "/api/auth/register"
BODY = {"name": "Ada", "email": "ada@example.com", "password": "a long enough secret"}


def post(client, url, body, key):
    return client.post(url, body, HTTP_IDEMPOTENCY_KEY=key)


def test_the_same_request_gets_the_first_answer_and_does_nothing():
    first = post(client_of(), REGISTER, BODY, "one")
    again = post(client_of(), REGISTER, BODY, "one")
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert again["Content-Type"] == first["Content-Type"]
    assert User.objects.count() == 1


def test_another_body_with_the_same_key_is_refused():
    post(client_of(), REGISTER, BODY, "one")
    answer = post(client_of(), REGISTER, BODY | {"email": "eve@example.com"}, "one")
    assert answer.status_code == 422
    assert answer.json()["code"] == "idempotency_key_reused"
    assert User.objects.count() == 1


def test_a_refusal_is_repeated_too():
    bad = BODY | {"email": "nonsense"}
    first, again = (post(client_of(), REGISTER, bad, "one") for _ in range(2))
    assert (first.status_code, again.content) == (400, first.content)
    assert IdempotentAnswer.objects.count() == 1


def test_a_wrong_password_is_counted_each_time_but_hashed_once(settings):
    customer = CustomerFactory()
    body = {"user_id_or_email": customer.email, "password": "wrong"}
    answers = [post(client_of(), "/api/auth/login", body, "one") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [401, 401]
    assert answers[0].content == answers[1].content


def test_keys_belong_to_a_person():
    one, two = CustomerFactory(), CustomerFactory()
    for customer in (one, two):
        url = f"/api/tickets/customer/{customer.public_id}"
        body = {"issue_category": "Any", "issue_description": "x"}
        assert post(client_of(customer), url, body, "same").status_code == 201
    assert one.tickets.count() == two.tickets.count() == 1


def test_entity_tags_come_back_with_the_answer():
    customer = CustomerFactory()
    url = f"/api/tickets/customer/{customer.public_id}"
    body = {"issue_category": "Any", "issue_description": "x"}
    answers = [post(client_of(customer), url, body, "one") for _ in range(3)]
    assert {answer.json()["ticket_id"] for answer in answers} == {"TKT0001"}
    assert {answer["ETag"] for answer in answers} == {'"1-1"'}


def test_after_a_day_the_key_is_new():
    refresh = tokens_of(CustomerFactory())["refresh_token"]
    body = {"refresh_token": refresh}
    first = post(client_of(), "/api/auth/refresh", body, "one")
    assert post(client_of(), "/api/auth/refresh", body, "one").content == first.content
    with time_machine.travel(timezone.now() + timedelta(hours=25), tick=False):
        assert post(client_of(), "/api/auth/refresh", body, "one").status_code == 401


def test_answers_cannot_be_read_from_the_database():
    token = post(client_of(), REGISTER, BODY, "one").json()["token"]
    row = IdempotentAnswer.objects.get()
    assert token.encode() not in bytes(row.body)
    assert "one" not in (row.key_hash, row.request_hash)


@pytest.mark.parametrize("key", ["", "  ", "x" * 256])
def test_a_key_that_is_none_is_refused(key):
    answer = post(client_of(), REGISTER, BODY, key)
    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == ["Idempotency-Key"]
    assert not User.objects.exists()


def test_old_answers_are_purged():
    post(client_of(), REGISTER, BODY, "one")
    assert clean_up()["answers"] == 0
    with time_machine.travel(timezone.now() + timedelta(hours=25), tick=False):
        assert clean_up()["answers"] == 1


def test_whoever_lost_the_account_gets_no_answer_repeated():
    customer = CustomerFactory()
    client, url = client_of(customer), f"/api/tickets/customer/{customer.public_id}"
    body = {"issue_category": "Any", "issue_description": "x"}
    assert post(client, url, body, "one").status_code == 201
    User.objects.filter(pk=customer.pk).update(is_active=False)
    assert post(client, url, body, "one").status_code == 401
