"""Every change of a person: sign-up, invitation, secrets, rights. One function per intention.

Each writes an `AccountEvent` and announces it in the same transaction. `actor` is who does it,
`address` the network address it came from (for the event). All raise `ValidationError` with the
field's name, or `PermissionDenied`.
"""

from accounts.services.addresses import confirm_email_change, request_email_change, verify_email
from accounts.services.administration import (
    change_person,
    customer_at,
    delete_organization,
    invite_again,
    invite_customer,
    save_organization,
)
from accounts.services.devices import (
    end_device,
    end_devices,
    note_visit,
    sign_out_everywhere,
    start_device,
)
from accounts.services.events import record
from accounts.services.faults import forget_address_fault, note_address_fault
from accounts.services.passwords import (
    LinkUsed,
    change_password,
    request_password_reset,
    set_checked_password,
    set_password_by_link,
)
from accounts.services.people import (
    Taken,
    change_profile,
    check_free,
    check_user_id,
    clean_email,
    invite_staff,
    refusing_taken,
    register_customer,
    set_single_keys,
    sign_up,
    store_new_person,
)
from accounts.services.refusals import note_refusal
from accounts.services.rights import (
    change_role,
    deactivate_user,
    delete_user,
    part_merged,
    reactivate_user,
    shut_merged,
)
from accounts.services.sign_in import (
    PASSWORD_LENGTH,
    InvalidCredentials,
    TooManyTries,
    check_credentials,
    confirm_password,
)
from accounts.services.verification import request_verification

__all__ = [
    "PASSWORD_LENGTH",
    "InvalidCredentials",
    "LinkUsed",
    "Taken",
    "TooManyTries",
    "change_password",
    "change_person",
    "change_profile",
    "change_role",
    "check_credentials",
    "check_free",
    "check_user_id",
    "clean_email",
    "confirm_email_change",
    "confirm_password",
    "customer_at",
    "deactivate_user",
    "delete_organization",
    "delete_user",
    "end_device",
    "end_devices",
    "forget_address_fault",
    "invite_again",
    "invite_customer",
    "invite_staff",
    "note_address_fault",
    "note_refusal",
    "note_visit",
    "part_merged",
    "reactivate_user",
    "record",
    "refusing_taken",
    "register_customer",
    "request_email_change",
    "request_password_reset",
    "request_verification",
    "save_organization",
    "set_checked_password",
    "set_password_by_link",
    "set_single_keys",
    "shut_merged",
    "sign_out_everywhere",
    "sign_up",
    "start_device",
    "store_new_person",
    "verify_email",
]
