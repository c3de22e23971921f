"""The tables of people, one noun a file."""

from accounts.models.audit import AuditHead, AuditSeal
from accounts.models.device import Device
from accounts.models.event import AccountEvent, AccountEventDetail
from accounts.models.mail import AddressFault, EmailLink
from accounts.models.person import (
    EMAIL_LENGTH,
    NAME_LENGTH,
    NUMBER_PREFIXES,
    PHONE_LENGTH,
    TIME_ZONE_LENGTH,
    USER_ID_LENGTH,
    Organization,
    User,
)
from accounts.models.request import IdempotentAnswer, RateLimit
from accounts.models.team import Team
from accounts.numbers import Counter

__all__ = [
    "EMAIL_LENGTH",
    "NAME_LENGTH",
    "NUMBER_PREFIXES",
    "PHONE_LENGTH",
    "TIME_ZONE_LENGTH",
    "USER_ID_LENGTH",
    "AccountEvent",
    "AccountEventDetail",
    "AddressFault",
    "AuditHead",
    "AuditSeal",
    "Counter",
    "Device",
    "EmailLink",
    "IdempotentAnswer",
    "Organization",
    "RateLimit",
    "Team",
    "User",
]
