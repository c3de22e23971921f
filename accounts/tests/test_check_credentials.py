"""One answer for every door: who are you?"""

import threading
import time

import bcrypt
import pytest
from django.contrib.auth import authenticate
from django.db import connection

from accounts.choices import AccountEventType, DeviceKind, LinkPurpose
from accounts.links import find_link, make_link, token_for
from accounts.models import AccountEvent, User
from accounts.services import (
    InvalidCredentials,
    TooManyTries,
    check_credentials,
    confirm_password,
    start_device,
)
from accounts.tests.factories import PASSWORD, AdminFactory, CustomerFactory, TechnicianUserFactory

HERE = "192.0.2.1"
ELSEWHERE = "198.51.100.7"


def events(user, type):
    return AccountEvent.objects.filter(user=user, type=type)


@pytest.fixture
def ten_a_minute(settings):
    settings.RATE_LIMIT_SIGN_IN = "10/minute"


@pytest.fixture
def real_hashes(settings):
    settings.PASSWORD_HASHERS = settings.PASSWORD_HASHERS[1:]


@pytest.mark.django_db
def test_signs_in_by_user_id_or_address_in_any_case():
    technician = TechnicianUserFactory(user_id="Tech.One", email="one@example.com")
    for typed in ("Tech.One", "tech.one", " TECH.ONE ", "one@example.com", "One@Example.COM"):
        assert check_credentials(typed, PASSWORD, address=HERE) == technician
    assert events(technician, AccountEventType.SIGNED_IN).count() == 5


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["nobody@example.com", "", "x\x00y", "\ud800", "%", "x" * 5000])
def test_unknown_and_odd_names_are_refused(name):
    CustomerFactory()
    with pytest.raises(InvalidCredentials):
        check_credentials(name, PASSWORD, address=HERE)


@pytest.mark.django_db
@pytest.mark.parametrize("password", ["", "wrong", "\x00", "\ud800", PASSWORD + " "])
def test_wrong_and_odd_passwords_are_refused_and_recorded_without_them(password):
    customer = CustomerFactory()
    with pytest.raises(InvalidCredentials):
        check_credentials(customer.email, password, address=HERE)
    event = events(customer, AccountEventType.SIGN_IN_FAILED).get()
    assert event.address == HERE
    assert event.changes == {}


@pytest.mark.django_db
def test_deactivated_deleted_and_unusable_are_refused():
    gone = CustomerFactory(is_active=False)
    invited = TechnicianUserFactory(password="!")
    deleted = CustomerFactory(deleted_at="2024-01-01T00:00Z")
    for person in (gone, invited, deleted):
        with pytest.raises(InvalidCredentials):
            check_credentials(person.email, PASSWORD, address=HERE)


@pytest.mark.django_db
def test_unverified_customers_are_refused_where_pages_ask():
    customer = CustomerFactory(email_verified_at=None)
    technician = TechnicianUserFactory(email_verified_at=None)
    with pytest.raises(InvalidCredentials):
        check_credentials(customer.email, PASSWORD, address=HERE, verified_only=True)
    assert check_credentials(customer.email, PASSWORD, address=HERE) == customer
    assert check_credentials(technician.email, PASSWORD, address=HERE, verified_only=True)


@pytest.mark.django_db
def test_endless_passwords_are_refused_without_hashing(real_hashes, monkeypatch):
    customer = CustomerFactory()
    monkeypatch.setattr("accounts.services.sign_in.check_password", pytest.fail)
    monkeypatch.setattr("accounts.services.sign_in.make_password", pytest.fail)
    for password in ("x" * 1025, "x" * 1_000_000):
        with pytest.raises(InvalidCredentials):
            check_credentials(customer.email, password, address=HERE)


@pytest.mark.django_db
@pytest.mark.parametrize("length", [64, 72, 73, 128, 1024])
def test_every_character_of_a_long_password_counts(real_hashes, length):
    customer = CustomerFactory(password="a" * length)
    assert check_credentials(customer.email, "a" * length, address=HERE) == customer
    with pytest.raises(InvalidCredentials):
        check_credentials(customer.email, "a" * (length - 1) + "b", address=HERE)


@pytest.mark.django_db
@pytest.mark.parametrize("prefix", [b"2a", b"2b"])
def test_hashes_of_the_old_system_let_in_and_are_renewed(real_hashes, prefix):
    old = bcrypt.hashpw(b"old password", bcrypt.gensalt(4, prefix=prefix)).decode()
    assert old.startswith(f"${prefix.decode()}$")
    customer = CustomerFactory()
    User.objects.filter(pk=customer.pk).update(password=f"bcrypt${old}")
    with pytest.raises(InvalidCredentials):
        check_credentials(customer.email, "old passwort", address=HERE)
    found = check_credentials(customer.email, "old password", address=HERE)
    customer.refresh_from_db()
    assert customer.password.startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")
    assert found.password == customer.password
    assert check_credentials(customer.email, "old password", address=HERE) == customer


@pytest.mark.django_db
def test_an_old_hash_of_a_long_password_lets_in_and_then_all_of_it_counts(real_hashes):
    long = "p" * 100
    customer = CustomerFactory()
    old = bcrypt.hashpw(long.encode()[:72], bcrypt.gensalt(4)).decode()
    User.objects.filter(pk=customer.pk).update(password=f"bcrypt${old}")
    assert check_credentials(customer.email, long, address=HERE) == customer
    with pytest.raises(InvalidCredentials):
        check_credentials(customer.email, "p" * 99, address=HERE)


@pytest.mark.django_db
def test_too_many_tries_are_refused_from_one_address_and_not_from_another(ten_a_minute):
    customer = CustomerFactory()
    outcomes = [attempt(customer.email, "wrong", HERE) for _ in range(30)]
    assert outcomes.index(TooManyTries) <= 10
    assert attempt(customer.email, PASSWORD, HERE) is TooManyTries
    assert attempt(customer.email, PASSWORD, ELSEWHERE) is None
    assert events(customer, AccountEventType.SIGN_IN_FAILED).count() == 10


@pytest.mark.django_db
def test_unknown_names_are_limited_alike(ten_a_minute):
    outcomes = [attempt("nobody@example.com", "wrong", HERE) for _ in range(12)]
    assert outcomes == [InvalidCredentials] * 10 + [TooManyTries] * 2


@pytest.mark.django_db
def test_waiting_time_is_within_the_minute(ten_a_minute):
    for _ in range(10):
        attempt("nobody@example.com", "wrong", HERE)
    with pytest.raises(TooManyTries) as refusal:
        check_credentials("nobody@example.com", "wrong", address=HERE)
    assert 1 <= refusal.value.retry_after <= 60


@pytest.mark.django_db
def test_a_right_password_is_no_try(ten_a_minute):
    customer = CustomerFactory()
    assert [attempt(customer.email, PASSWORD, HERE) for _ in range(25)] == [None] * 25


@pytest.mark.django_db
def test_one_address_may_not_try_many_accounts(ten_a_minute):
    outcomes = [attempt(f"name{n}@example.com", "wrong", HERE) for n in range(60)]
    assert outcomes == [InvalidCredentials] * 50 + [TooManyTries] * 10


@pytest.mark.django_db
def test_ipv6_neighbours_are_one_address(ten_a_minute):
    outcomes = [attempt("nobody@example.com", "wrong", f"2001:db8::{n:x}") for n in range(12)]
    assert outcomes.count(TooManyTries) == 2


@pytest.mark.django_db
def test_an_attack_from_many_addresses_is_stopped_and_told_to_the_owner_once(ten_a_minute):
    customer = CustomerFactory()
    start_device(customer, DeviceKind.BROWSER, address="203.0.113.9")
    outcomes = [attempt(customer.email, "wrong", f"10.0.0.{n}") for n in range(120)]
    assert outcomes == [InvalidCredentials] * 100 + [TooManyTries] * 20
    assert events(customer, AccountEventType.SIGN_IN_BLOCKED).count() == 1
    # The owner gets in from where they were before, and from nowhere else.
    assert attempt(customer.email, PASSWORD, "203.0.113.9") is None
    assert attempt(customer.email, PASSWORD, ELSEWHERE) is TooManyTries


@pytest.mark.django_db
def test_an_empty_rate_switches_the_limit_off():
    assert [attempt("nobody", "wrong", HERE) for _ in range(40)] == [InvalidCredentials] * 40


@pytest.mark.django_db
def test_links_to_choose_a_password_die_at_sign_in():
    customer = CustomerFactory()
    token = token_for(make_link(customer, LinkPurpose.RESET_PASSWORD))
    verify = token_for(make_link(customer, LinkPurpose.VERIFY_EMAIL))
    check_credentials(customer.email, PASSWORD, address=HERE)
    assert find_link(token, LinkPurpose.RESET_PASSWORD) is None
    assert find_link(verify, LinkPurpose.VERIFY_EMAIL) is not None


@pytest.mark.django_db
def test_confirming_the_password_is_limited_too(ten_a_minute):
    customer = CustomerFactory()
    for _ in range(10):
        with pytest.raises(Exception, match="present password"):
            confirm_password(customer, "wrong", address=HERE)
    with pytest.raises(TooManyTries):
        confirm_password(customer, PASSWORD, address=HERE)


@pytest.mark.django_db
def test_django_asks_the_same_service(ten_a_minute, rf):
    admin = AdminFactory()
    request = rf.post("/admin/login/")
    assert authenticate(request, username=admin.user_id, password=PASSWORD) == admin
    for _ in range(10):
        assert authenticate(request, username=admin.user_id, password="wrong") is None
    assert authenticate(request, username=admin.user_id, password=PASSWORD) is None


@pytest.mark.django_db
def test_unknown_wrong_and_deactivated_take_the_same_time(real_hashes):
    """Each costs one Argon2 hash; what else differs is far below it."""
    known = CustomerFactory()
    disabled = CustomerFactory(is_active=False)
    times = {known.email: [], disabled.email: [], "nobody@example.com": []}
    for _ in range(8):
        for name, spent in times.items():
            start = time.perf_counter()
            attempt(name, "wrong", HERE)
            spent.append(time.perf_counter() - start)
    medians = [sorted(spent)[len(spent) // 2] for spent in times.values()]
    assert min(medians) > max(medians) / 2


@pytest.mark.django_db(transaction=True)
def test_64_wrong_passwords_at_once_are_limited(ten_a_minute):
    admin = AdminFactory()
    outcomes = []

    def try_once():
        try:
            outcomes.append(attempt(admin.email, "wrong", HERE))
        finally:
            connection.close()

    threads = [threading.Thread(target=try_once) for _ in range(64)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count(InvalidCredentials) == 10
    assert outcomes.count(TooManyTries) == 54


def attempt(name, password, address):
    """Return the class of the refusal, or None for a sign-in."""
    try:
        check_credentials(name, password, address=address)
    except (InvalidCredentials, TooManyTries) as error:
        return type(error)
    return None
