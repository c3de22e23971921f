"""What every page of the desk shows beside its content."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from accounts.choices import STAFF_ROLES
from technicians.listing.saving import MOST_COUNTED, counted_views, saved_url
from technicians.queries import DeskCounts, count_words
from tickets.choices import OutgoingState
from tickets.models import DeskSettings
from tickets.services import release_due_replies


def sidebar(request: HttpRequest) -> dict[str, Any]:
    """Return the ticket views with their counts; nothing is counted unless a template asks."""
    user = getattr(request, "user", None)
    if user is None or getattr(user, "role", None) not in STAFF_ROLES:
        return {}
    return {
        "sidebar": {
            "views": SimpleLazyObject(lambda: sidebar_views(request)),
            "saved": SimpleLazyObject(lambda: saved_views(request)),
            "tracks_time": SimpleLazyObject(lambda: DeskSettings.load().track_time),
        }
    }


def desk_counts(request: HttpRequest) -> DeskCounts:
    """Return the reader's counters, the same ones for the page and its sidebar."""
    if not hasattr(request, "_desk_counts"):
        request._desk_counts = DeskCounts(request.user)  # type: ignore[attr-defined, arg-type]
    return request._desk_counts  # type: ignore[attr-defined]


def sidebar_views(request: HttpRequest) -> list[dict[str, Any]]:
    """Return name, url, icon, count and shortcut of each view of the reader's role."""
    unsent = own_unsent(request)
    counts, admin = desk_counts(request), request.user.is_admin  # type: ignore[union-attr]
    start, name = ("open", "All open") if admin else ("mine", "My queue")
    views = [
        (start, name, "inbox", counts.open, "q"),
        ("unassigned", "Unassigned", "person-plus", counts.unassigned, "u"),
        ("unanswered", "Not answered", "reply", counts.unanswered, ""),
        ("waiting", "Waiting", "hourglass-split", counts.waiting, "w"),
        ("confirm", "To confirm", "question-circle", counts.to_confirm, ""),
        ("watching", "Watching", "bell", None, ""),
        ("all", "All tickets", "collection", None, "a"),
    ]
    current = getattr(request, "desk_view", "")
    found: list[dict[str, Any]] = [
        {
            "name": name,
            "url": f"{reverse('technicians:ticket-list')}?view={view}",
            "icon": icon,
            "count": None if count is None else count_words(count),
            "key": key,
            "current": view == current,
        }
        for view, name, icon, count, key in views
    ]
    if unsent:
        found.append(
            {
                "name": "Not sent",
                "url": reverse("technicians:unsent"),
                "icon": "exclamation-circle",
                "count": unsent,
                "hot": True,
                "current": current == "unsent",
            }
        )
    return found


def saved_views(request: HttpRequest) -> list[dict[str, Any]]:
    """Return name, url, icon and count of each saved view that the reader sees."""
    current = getattr(request, "desk_view", "")
    return [
        {
            "name": view.name,
            "url": saved_url(view),
            "icon": "bookmark",
            "count": None if count is None else f"{count - 1}+" if count >= MOST_COUNTED else count,
            "current": current == f"saved-{view.pk}",
        }
        for view, count in counted_views(request.user)  # type: ignore[arg-type]
    ]


def own_unsent(request: HttpRequest) -> int:
    """Return how many replies of the reader's own could not be sent or were taken back.

    What is due goes out first: nothing waits for a worker that does not run.
    """
    if not hasattr(request, "_own_unsent"):
        found = desk_counts(request).outgoing
        if any(state == OutgoingState.WAITING and is_due for state, is_due in found):
            release_due_replies(author=request.user)  # type: ignore[arg-type]
            del request._desk_counts  # type: ignore[attr-defined]  # counted before that
            found = desk_counts(request).outgoing
        unsent = sum(state != OutgoingState.WAITING for state, _ in found)
        request._own_unsent = unsent  # type: ignore[attr-defined]
    return request._own_unsent  # type: ignore[attr-defined]
