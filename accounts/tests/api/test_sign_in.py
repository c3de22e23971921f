"""POST /api/auth/login and what its tokens are worth."""

import pytest

from accounts.models import User
from accounts.tests.api.clients import client_of
from accounts.tests.factories import PASSWORD, AdminFactory, CustomerFactory

pytestmark = pytest.mark.django_db
LOGIN = "/api/auth/login"


def sign_in(name, password=PASSWORD, **headers):
    body = {"user_id_or_email": name, "password": password}
    return client_of().post(LOGIN, body, **headers)


def test_a_customer_signs_in_by_address_in_any_case():
    customer = CustomerFactory(email="ada@example.com")
    answer = sign_in("ADA@Example.com")
    assert answer.status_code == 200
    assert answer.json()["role"] == "customer"
    assert answer.json()["id"] == customer.public_id
    assert answer["Cache-Control"] == "no-store"


def test_an_admin_signs_in_by_user_id_and_the_token_opens_the_desk():
    AdminFactory(user_id="root")
    token = sign_in("ROOT").json()["token"]
    client = client_of()
    client.credentials(HTTP_AUTHORIZATION=f"bearer {token}")
    assert client.get("/api/me").json()["id"] == "root"


def test_unknown_wrong_and_disabled_look_the_same():
    customer = CustomerFactory()
    disabled = CustomerFactory(is_active=False)
    answers = [
        sign_in("nobody@example.com"),
        sign_in(customer.email, "wrong password"),
        sign_in(disabled.email),
    ]
    for answer in answers:
        assert answer.status_code == 401
        assert answer.json() == {"message": "Invalid credentials", "code": "invalid_credentials"}
        assert answer["WWW-Authenticate"].startswith("Bearer")
    assert len({frozenset(answer.headers) for answer in answers}) == 1


@pytest.mark.parametrize("value", [1, None, [], {}, "", True, 1.5, "x" * 2000])
@pytest.mark.parametrize("key", ["user_id_or_email", "password"])
def test_values_that_are_no_names_or_passwords_are_refused(key, value):
    body = {"user_id_or_email": "somebody", "password": "a password"} | {key: value}
    answer = client_of().post(LOGIN, body)
    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == [key]


def test_no_body_is_refused():
    answer = client_of().post(LOGIN)
    assert answer.status_code == 400
    assert set(answer.json()["errors"]) == {"user_id_or_email", "password"}


def test_past_the_limit_the_answer_says_how_long_to_wait(settings):
    settings.RATE_LIMIT_SIGN_IN = "3/minute"
    customer = CustomerFactory()
    answers = [sign_in(customer.email, "wrong") for _ in range(6)]
    assert answers[-1].status_code == 429
    assert 1 <= int(answers[-1]["Retry-After"]) <= 60
    assert answers[-1].json()["code"] == "too_many_requests"


def test_registration_makes_a_customer_with_a_number_and_a_token():
    body = {"name": "Ada", "email": "ada@example.com", "password": "a long enough secret"}
    answer = client_of().post("/api/auth/register", body)
    assert answer.status_code == 201
    assert answer.json()["role"] == "customer"
    assert answer.json()["id"] == "CUS0001"
    assert User.objects.get().public_id == "CUS0001"


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("email", "no address"),
        ("password", "12345"),
        ("name", "  "),
        ("email", "Taken@example.com"),
    ],
)
def test_a_registration_that_makes_no_sense_names_the_field(key, value):
    CustomerFactory(email="taken@example.com")
    body = {"name": "Ada", "email": "ada@example.com", "password": "a long enough secret"}
    answer = client_of().post("/api/auth/register", body | {key: value})
    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == [key]
    assert answer.json()["message"]
    assert User.objects.count() == 1


def test_anonymous_posts_are_limited_per_address(settings):
    settings.RATE_LIMIT_ANONYMOUS = "2/minute"
    codes = [client_of().post("/api/auth/register", {}).status_code for _ in range(3)]
    assert codes == [400, 400, 429]
