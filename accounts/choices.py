"""Closed sets of words about people."""

from django.db import models


class Role(models.TextChoices):
    """What a person is at this desk; the values are those of the REST contract."""

    CUSTOMER = "customer", "Customer"
    TECHNICIAN = "technician", "Technician"
    ADMIN = "admin", "Admin"


# Who works here: they see the workspace, internal notes and names of customers.
STAFF_ROLES = (Role.TECHNICIAN, Role.ADMIN)


class DeviceKind(models.TextChoices):
    """Which door somebody signed in by."""

    BROWSER = "browser", "Browser"
    API = "api", "API client"


class LinkPurpose(models.TextChoices):
    """What a link in a mail may be used for."""

    VERIFY_EMAIL = "verify-email", "Verify the address"
    CHANGE_EMAIL = "change-email", "Confirm the new address"
    LEAVE_EMAIL = "leave-email", "Let the present address go"
    RESET_PASSWORD = "reset-password", "Choose a new password"
    INVITATION = "invitation", "Choose the first password"


class FactKind(models.IntegerChoices):
    """Which table of facts a seal is about; part of the signed bytes, so never renumbered."""

    ACCOUNT = 1, "Account or desk"
    TICKET = 2, "Ticket"


class AccountEventType(models.TextChoices):
    """What can happen to an account; one event each."""

    REGISTERED = "registered", "Registered"
    REGISTRATION_REPEATED = "registration_repeated", "Registered again with a known address"
    INVITED = "invited", "Invited"
    ADDED = "added", "Added to a ticket by somebody else"
    EMAIL_VERIFICATION_REQUESTED = "email_verification_requested", "Verification link requested"
    EMAIL_VERIFIED = "email_verified", "Address verified"
    SIGNED_IN = "signed_in", "Signed in"
    SIGN_IN_FAILED = "sign_in_failed", "Sign-in failed"
    SIGN_IN_BLOCKED = "sign_in_blocked", "Sign-in blocked after too many tries"
    SIGNED_OUT = "signed_out", "Signed out"
    SIGNED_OUT_EVERYWHERE = "signed_out_everywhere", "Signed out everywhere"
    TOKEN_REUSED = "token_reused", "An old refresh token was used again"
    PASSWORD_RESET_REQUESTED = "password_reset_requested", "Password reset requested"
    PASSWORD_CHANGED = "password_changed", "Password changed"
    EMAIL_CHANGE_REQUESTED = "email_change_requested", "Change of address requested"
    EMAIL_CHANGE_AGREED = "email_change_agreed", "One address agreed to the change"
    EMAIL_CHANGED = "email_changed", "Address changed"
    PROFILE_CHANGED = "profile_changed", "Profile changed"
    ROLE_CHANGED = "role_changed", "Role changed"
    DEACTIVATED = "deactivated", "Deactivated"
    REACTIVATED = "reactivated", "Reactivated"
    DELETED = "deleted", "Deleted"
    NOTED = "noted", "Note about the customer written"
    NOTE_REMOVED = "note_removed", "Note about the customer removed"
    MERGED = "merged", "Merged into another customer"
    MERGED_IN = "merged_in", "Another customer merged in"
    UNMERGED = "unmerged", "Merge undone"
    TAKEN_OUT = "taken_out", "Merged customer taken out"
    ADDRESS_FAILED = "address_failed", "Mails to the address come back"
    # What concerns nobody in particular: the desk itself.
    REFUSED = "refused", "Refused: no right to do it"
    SETTINGS_CHANGED = "settings_changed", "Desk settings changed"
    CATEGORY_ADDED = "category_added", "Category added"
    CATEGORY_CHANGED = "category_changed", "Category changed"
    CATEGORY_DELETED = "category_deleted", "Category deleted"
    TEAM_ADDED = "team_added", "Team added"
    TEAM_CHANGED = "team_changed", "Team changed"
    TEAM_DELETED = "team_deleted", "Team deleted"
    ASSIGNMENT_CHANGED = "assignment_changed", "Automatic assignment changed"
    ORGANIZATION_CHANGED = "organization_changed", "Organisation changed"
    TAG_ADDED = "tag_added", "Tag added"
    TAG_CHANGED = "tag_changed", "Tag renamed"
    TAG_MERGED = "tag_merged", "Tags merged"
    TAG_DELETED = "tag_deleted", "Tag deleted"
    MAILBOX_CHANGED = "mailbox_changed", "Mailbox changed"
    MAIL_RELEASED = "mail_released", "Incoming mail released"
    MAIL_REREAD = "mail_reread", "Incoming mail read again"
    MAIL_DISMISSED = "mail_dismissed", "Incoming mail dismissed"
    MAIL_COUNTED = "mail_counted", "Incoming mail of a day counted"
