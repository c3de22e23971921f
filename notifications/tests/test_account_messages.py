"""Mails about accounts: links that work, nothing secret, nothing after it has lost its sense."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from accounts.choices import AccountEventType, LinkPurpose, Role
from accounts.links import find_link, make_change_links, make_link, use_link
from accounts.services import invite_staff, record, register_customer
from accounts.tests.factories import AdminFactory, CustomerFactory
from notifications.models import Delivery
from notifications.receivers import ACCOUNT_FACTS
from notifications.tests.outbox import deliver, everything, mails, told, whole
from technicians.services import change_technician
from technicians.tests.factories import TechnicianFactory

pytestmark = pytest.mark.django_db

# What happens to an account and is told to nobody.
SILENT = {
    AccountEventType.ADDED,
    AccountEventType.EMAIL_VERIFIED,
    AccountEventType.EMAIL_CHANGE_AGREED,
    AccountEventType.PROFILE_CHANGED,
    AccountEventType.SIGNED_IN,
    AccountEventType.SIGN_IN_FAILED,
    AccountEventType.SIGNED_OUT,
    AccountEventType.SIGNED_OUT_EVERYWHERE,
    AccountEventType.ROLE_CHANGED,
    AccountEventType.DEACTIVATED,
    AccountEventType.REACTIVATED,
    AccountEventType.DELETED,
    AccountEventType.REFUSED,
    AccountEventType.SETTINGS_CHANGED,
    AccountEventType.CATEGORY_ADDED,
    AccountEventType.CATEGORY_CHANGED,
    AccountEventType.CATEGORY_DELETED,
    AccountEventType.ADDRESS_FAILED,
    AccountEventType.MAILBOX_CHANGED,
    AccountEventType.MAIL_RELEASED,
    AccountEventType.MAIL_REREAD,
    AccountEventType.MAIL_DISMISSED,
    AccountEventType.TEAM_ADDED,
    AccountEventType.TEAM_CHANGED,
    AccountEventType.TEAM_DELETED,
    AccountEventType.TAG_ADDED,
    AccountEventType.TAG_CHANGED,
    AccountEventType.TAG_MERGED,
    AccountEventType.TAG_DELETED,
    AccountEventType.MERGED,
    AccountEventType.ORGANIZATION_CHANGED,
    AccountEventType.MERGED_IN,
    AccountEventType.UNMERGED,
    AccountEventType.TAKEN_OUT,
    AccountEventType.NOTED,
    AccountEventType.NOTE_REMOVED,
    AccountEventType.ASSIGNMENT_CHANGED,
}


def token_in(sent, purpose):
    """Return the live link that the mail carries."""
    tokens = re.findall(r"https?://\S+/([\w:-]{40,})", sent.body)
    assert len(tokens) == 1
    assert tokens[0] in sent.alternatives[0].content
    return find_link(tokens[0], purpose)


def test_every_kind_of_account_event_is_told_or_silent_on_purpose():
    assert set(AccountEventType) == set(ACCOUNT_FACTS) | SILENT


def test_a_new_customer_is_welcomed_with_a_link_and_without_the_password_or_the_typed_name():
    user = register_customer(
        name="Win at evil.example", email="new@example.com", password="canary-Passw0rd!"
    )
    assert everything() == [("customer_welcome", "new@example.com")]
    sent = mails("customer_welcome")[0]
    assert token_in(sent, LinkPurpose.VERIFY_EMAIL).user == user
    assert "canary" not in whole(sent)
    assert "evil.example" not in whole(sent)


def test_staff_get_a_link_to_choose_their_password_never_the_password():
    user = invite_staff(
        name="Priya",
        email="priya@example.com",
        user_id="priya.nair",
        role=Role.TECHNICIAN,
        actor=AdminFactory(),
        password="canary-Passw0rd!",
    )
    sent = mails("staff_welcome")[0]
    assert token_in(sent, LinkPurpose.INVITATION).user == user
    assert "priya.nair" in sent.body
    assert "canary" not in whole(sent)


def test_a_reset_link_goes_to_the_person_even_though_nobody_is_signed_in():
    user = CustomerFactory()
    link = make_link(user, LinkPurpose.RESET_PASSWORD)
    record(user, AccountEventType.PASSWORD_RESET_REQUESTED, link=link)
    assert token_in(mails("password_reset")[0], LinkPurpose.RESET_PASSWORD) == link


@pytest.mark.parametrize("end", ["used", "expired", "replaced"])
def test_a_mail_whose_link_is_dead_is_not_sent(end):
    user = CustomerFactory()
    link = make_link(user, LinkPurpose.RESET_PASSWORD)
    record(user, AccountEventType.PASSWORD_RESET_REQUESTED, link=link)
    if end == "used":
        use_link(link)
    elif end == "expired":
        link.expires_at = timezone.now() - timedelta(seconds=1)
        link.save()
    else:
        make_link(user, LinkPurpose.RESET_PASSWORD)
    assert everything() == []
    assert Delivery.objects.get().state == "dropped"


def test_a_change_of_address_is_asked_of_the_new_one_and_told_to_the_old_one():
    user = CustomerFactory(email="old@example.com", name="Amara")
    link = make_change_links(user, "new@example.com")
    record(user, AccountEventType.EMAIL_CHANGE_REQUESTED, actor=user, link=link)
    assert everything() == [
        ("email_change_confirm", "new@example.com"),
        ("email_change_notice", "old@example.com"),
    ]
    assert token_in(mails("email_change_confirm")[0], LinkPurpose.CHANGE_EMAIL) == link
    assert "Amara" not in whole(mails("email_change_confirm")[0])
    notice = whole(mails("email_change_notice")[0])
    assert "new@example.com" in notice
    sent = token_in(mails("email_change_notice")[0], LinkPurpose.LEAVE_EMAIL)
    assert sent == link.partner
    user.email = "new@example.com"
    user.save()
    changes = {"email": ["old@example.com", "new@example.com"]}
    record(user, AccountEventType.EMAIL_CHANGED, actor=user, changes=changes)
    assert told("email_changed") == ["new@example.com"]
    assert told("email_changed_away") == ["old@example.com"]


def test_the_warning_goes_out_though_its_link_is_replaced():
    user = CustomerFactory(email="old@example.com")
    link = make_change_links(user, "first@example.com")
    record(user, AccountEventType.EMAIL_CHANGE_REQUESTED, actor=user, link=link)
    make_change_links(user, "second@example.com")
    assert everything() == [("email_change_notice", "old@example.com")]
    text = whole(mails("email_change_notice")[0])
    assert "first@example.com" in text
    assert "/email/confirm/" not in text


def test_an_address_changed_by_an_admin_is_told_to_both_addresses_and_other_changes_to_nobody():
    technician = TechnicianFactory(user__email="old@example.com")
    admin = AdminFactory()
    change_technician(technician, actor=admin, name="New Name")
    assert everything() == []
    change_technician(technician, actor=admin, email="new@example.com")
    assert everything() == [
        ("email_changed_away", "old@example.com"),
        ("verify_email", "new@example.com"),
    ]


def test_mails_on_their_way_follow_a_person_to_the_new_address():
    user = CustomerFactory(email="old@example.com")
    record(user, AccountEventType.PASSWORD_CHANGED, actor=user)
    user.email = "new@example.com"
    user.save()
    assert told("password_changed") == ["new@example.com"]


@pytest.mark.parametrize(
    ("type", "name", "most"),
    [
        (AccountEventType.REGISTRATION_REPEATED, "account_exists", 1),
        (AccountEventType.SIGN_IN_BLOCKED, "sign_in_blocked", 1),
        (AccountEventType.TOKEN_REUSED, "token_reused", 20),
    ],
)
def test_what_strangers_can_cause_comes_seldom(type, name, most):
    user = CustomerFactory()
    for _ in range(20):
        record(user, type)
    assert len(mails(name)) == most


def test_times_are_the_readers():
    user = CustomerFactory(time_zone="Asia/Tokyo")
    with time_machine.travel(timezone.now().replace(month=3, day=4, hour=20, minute=5)):
        record(user, AccountEventType.PASSWORD_CHANGED, actor=user)
    assert "5 Mar" in whole(mails("password_changed")[0])
    assert "05:05 JST" in whole(mails("password_changed")[0])


def test_the_deactivated_are_told_nothing():
    record(CustomerFactory(is_active=False), AccountEventType.PASSWORD_CHANGED)
    user = CustomerFactory()
    record(user, AccountEventType.PASSWORD_CHANGED)
    user.is_active = False
    user.save()
    assert everything() == []
    assert [row.state for row in deliver()] == ["dropped"]
