"""What the demo desk has ready: canned responses, macros and saved views of everybody, of teams
and of the technician whose sign-in is published."""

from dataclasses import dataclass, field
from typing import Any

from accounts.choices import Role
from accounts.models import Team, User
from operations.demo.people import SIGN_INS
from technicians.choices import Audience
from technicians.listing.saving import save_view
from technicians.models import Macro
from technicians.services import save_canned, save_macro
from tickets.choices import Priority, Status
from tickets.services import change_desk_settings

# Whose a thing is: everybody's, a team's (its name), or the technician's own.
EVERYBODY, OWN = "everybody", ""


@dataclass(frozen=True)
class Ready:
    """Something under a title, in a folder, with its contents by name."""

    whose: str
    folder: str
    title: str
    given: dict[str, Any] = field(default_factory=dict)


def _text(whose: str, folder: str, title: str, body: str) -> Ready:
    return Ready(whose, folder, title, {"body": body})


CANNED = (
    _text(
        EVERYBODY,
        "Greetings",
        "First answer",
        "Hello {customer.first_name},\n\nthank you for writing. I am looking into it and will come"
        " back to you today.\n\n{me.first_name}",
    ),
    _text(
        EVERYBODY,
        "Greetings",
        "Closing words",
        "If anything is left to do, just answer to this mail.\n\n{me.first_name}, {desk.name}",
    ),
    _text(
        EVERYBODY,
        "Questions",
        "Screenshot, please",
        "Could you send us a picture of the whole screen? The **exact** words of the message help"
        " most.",
    ),
    _text(
        EVERYBODY,
        "Questions",
        "Device number",
        "Which device is it? The number is on the sticker, for example `LT-20417`.",
    ),
    _text(
        EVERYBODY,
        "Questions",
        "Still open?",
        "Hello {customer.first_name},\n\nis {ticket.id} ({ticket.subject}) still of concern to you?"
        " Without an answer we will close it on Friday.",
    ),
    _text(
        "Infrastructure",
        "Network",
        "New VPN profile",
        "1. Sign out of the VPN.\n2. Start *Company settings* and choose **Renew profile**.\n"
        "3. Sign in again.\n\nThat takes about two minutes.",
    ),
    _text(
        "Infrastructure",
        "Hardware",
        "Spare part ordered",
        "The part is ordered and should be here within five working days. We will agree on a time"
        " with you then.",
    ),
    _text(
        "Applications",
        "Licences",
        "Licence on its way",
        "Your licence is on its way. Sign out and in again tomorrow morning, then it is there.",
    ),
    _text(
        "Service desk",
        "Accounts",
        "New password",
        "You can set a new password yourself, on the sign-in page under *Forgot your password?*."
        " The link is good for an hour.",
    ),
    _text(OWN, "", "I am on my way", "I am on my way to you, {customer.first_name}."),
    _text(OWN, "", "Ring me", "The quickest is to ring me: extension 204. {me.first_name}"),
)
MACROS = (
    Ready(
        EVERYBODY,
        "Questions",
        "Ask for a screenshot",
        {
            "reply": "Could you send us a picture of the whole screen, {customer.first_name}?",
            "status": Status.WAITING,
        },
    ),
    Ready(
        EVERYBODY,
        "Ends",
        "Solved on the telephone",
        {
            "note": "Solved on the telephone by {me.name}.",
            "status": Status.RESOLVED,
            "resolution_summary": "Solved together on the telephone.",
        },
    ),
    Ready(
        "Infrastructure",
        "",
        "Outage on the 3rd floor",
        {
            "priority": Priority.HIGH,
            "tags": "3rd floor, known problem",
            "note": "One of those from the 3rd floor. See the notice board.",
        },
    ),
    Ready("Applications", "", "Ask the vendor", {"tags": "vendor", "status": Status.ON_HOLD}),
    Ready(OWN, "", "Mine, and urgent", {"to_me": True, "priority": Priority.URGENT}),
)
# The query is that of the list's address.
VIEWS = (
    Ready(EVERYBODY, "", "High and urgent", {"query": "view=open&priority=3&priority=4"}),
    Ready(EVERYBODY, "", "Raised this week", {"query": "view=all&raised=7d"}),
    Ready("Infrastructure", "", "Our queue", {"query": "view=open&team=Infrastructure"}),
    Ready(OWN, "", "My old ones", {"query": "view=mine&sort=oldest"}),
)


def keep_ready() -> None:
    """Store what is not there yet, and let the desk write down time spent."""
    admin = User.objects.active().admins().order_by("pk").first()
    known = [one.user_id_or_email for one in SIGN_INS if one.role == Role.TECHNICIAN]
    technician = User.objects.active().filter(user_id__in=known).first()
    if admin is None or technician is None or Macro.objects.exists():
        return
    change_desk_settings(actor=admin, track_time=True)
    for ready in CANNED:
        save_canned(
            None, title=ready.title, folder=ready.folder, **_whose(ready, admin, technician)
        )
    for ready in MACROS:
        save_macro(None, title=ready.title, folder=ready.folder, **_whose(ready, admin, technician))
    for ready in VIEWS:
        given = _whose(ready, admin, technician)
        given |= {"team": given["team"].pk} if "team" in given else {}
        save_view(name=ready.title, **given)


def _whose(ready: Ready, admin: User, technician: User) -> dict[str, Any]:
    """Return the contents, who makes it and who can use it."""
    if ready.whose == OWN:
        return {"actor": technician, **ready.given}
    if ready.whose == EVERYBODY:
        return {"actor": admin, "audience": Audience.EVERYONE, **ready.given}
    team = Team.objects.get(name__iexact=ready.whose)
    return {"actor": admin, "audience": Audience.TEAM, "team": team, **ready.given}
