"""Saved views and how somebody wants the list: each change of them."""

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any

from django.core.cache import cache
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Max
from django.http import QueryDict
from django.urls import reverse

from accounts.models import Team, User
from accounts.numbers import row_key
from accounts.querysets import TeamQuerySet
from accounts.text import check_text
from technicians.choices import Audience
from technicians.listing.columns import COLUMNS, USUAL
from technicians.listing.narrowing import Listing
from technicians.models import VIEW_NAME_LENGTH, VIEW_QUERY_LENGTH, ListPreference, SavedView

MOST_VIEWS = 50
MOST_SHOWN = 20
MOST_COUNTED_VIEWS = 8
MOST_COUNTED = 100
COUNT_SECONDS = 60
NOT_YOURS = "Only who made this view, or an admin, can change it."
# What a view keeps of an address: not the page, nor the view that is being changed.
PASSING = ("cursor", "saved", "bulk")


def kept_query(query: QueryDict | str, *, reader: User) -> str:
    """Return what a view keeps of a list's query; raises `ValidationError` for nonsense in it."""
    listing = Listing(query, reader=reader)
    listing.check()
    kept = QueryDict(mutable=True)
    for name, values in listing.query.lists():
        given = [value for value in values if value]
        if name not in PASSING and name in listing.form.fields and given:
            kept.setlist(name, given)
    if "view" not in kept:
        kept["view"] = listing.view_key
    text = kept.urlencode()
    if len(text) > VIEW_QUERY_LENGTH:
        raise ValidationError({"query": "A view has fewer filters than that."})
    return text


def saved_url(view: SavedView) -> str:
    """Return the address of the list that the view keeps."""
    return f"{reverse('technicians:ticket-list')}?saved={view.pk}&{view.query}"


@transaction.atomic
def save_view(
    *,
    name: str,
    query: QueryDict | str,
    actor: User,
    audience: str = Audience.OWN,
    team: int | None = None,
) -> SavedView:
    """Keep a list under a name, last in order. `team` (its key) goes with the audience "team".

    Raises `ValidationError({"field": ...})`.
    """
    name = _checked(name)
    User.objects.select_for_update(no_key=True).get(pk=actor.pk)
    own = SavedView.objects.filter(owner=actor)
    if own.count() >= MOST_VIEWS:
        raise ValidationError({"name": f"You have {MOST_VIEWS} views: delete one first."})
    last = own.aggregate(last=Max("position"))["last"]
    view = SavedView(owner=actor, name=name)
    _share(view, audience, team, actor)
    view.query, view.position = kept_query(query, reader=actor), 0 if last is None else last + 1
    return _store(view)


@transaction.atomic
def change_view(
    view: SavedView,
    *,
    actor: User,
    name: str | None = None,
    query: QueryDict | str | None = None,
    audience: str | None = None,
    team: int | None = None,
) -> SavedView:
    """Change what is given of a view of one's own; admins change shared ones, too."""
    view = _own(view, actor)
    view.name = view.name if name is None else _checked(name)
    if audience is not None:
        _share(view, audience, team, actor)
    if query is not None:
        view.query = kept_query(query, reader=actor)
    return _store(view)


@transaction.atomic
def delete_view(view: SavedView, *, actor: User) -> None:
    _own(view, actor).delete()


@transaction.atomic
def move_view(view: SavedView, *, actor: User, up: bool) -> None:
    """Let an own view change places with the one before or after it."""
    rows = list(SavedView.objects.select_for_update().filter(owner=actor).in_order())
    at = next((n for n, row in enumerate(rows) if row.pk == view.pk), None)
    if at is None:
        raise PermissionDenied("You can move your own views.")
    to = at - 1 if up else at + 1
    if 0 <= to < len(rows):
        rows[at], rows[to] = rows[to], rows[at]
    for position, row in enumerate(rows):
        row.position = position
    SavedView.objects.bulk_update(rows, ["position"])


def _checked(name: str) -> str:
    name = " ".join(name.split())
    check_text("name", name, max_length=VIEW_NAME_LENGTH)
    return name


def _share(view: SavedView, audience: str, team: int | None, actor: User) -> None:
    """Say who sees the view: a team's members, if the actor is one of them or an admin."""
    if audience not in Audience.values:
        raise ValidationError({"audience": f"Use one of: {', '.join(Audience.values)}."})
    view.audience, view.team = audience, None
    if audience == Audience.TEAM:
        view.team = sharable_teams(actor).filter(pk=team).first()
        if view.team is None:
            raise ValidationError({"team": "Name a team that you are a member of."})


def sharable_teams(user: User) -> TeamQuerySet:
    """Return the teams that the person can share a view with."""
    teams: TeamQuerySet = Team.objects.visible_to(user)
    return teams if user.is_admin else teams.of(user)


def audiences_of(user: User) -> list[tuple[str, str]]:
    """Return what a form offers: "own", "everyone", and "team-3" for each team."""
    teams = [(f"team-{team.pk}", f"Team {team}") for team in sharable_teams(user)]
    return [(Audience.OWN, "Only me"), *teams, (Audience.EVERYONE, "Everyone at the desk")]


def audience_given(text: str) -> dict[str, Any]:
    """Return the arguments that a form's choice means."""
    kind, _, number = text.partition("-")
    team = row_key(number)
    if kind == Audience.TEAM and team is not None:
        return {"audience": kind, "team": team}
    return {"audience": text or Audience.OWN}


def may_change(view: SavedView, user: User) -> bool:
    """Whether the person may change the view: its owner, and admins a shared one."""
    return view.owner_id == user.pk or (user.is_admin and view.is_shared)


def _own(view: SavedView, actor: User) -> SavedView:
    held = SavedView.objects.select_for_update().filter(pk=view.pk).first()
    if held is None:
        raise PermissionDenied("This view was deleted.")
    if not may_change(held, actor):
        raise PermissionDenied(NOT_YOURS)
    return held


def _store(view: SavedView) -> SavedView:
    try:
        with transaction.atomic():
            view.save()
    except IntegrityError as error:
        raise ValidationError({"name": "There is a view of this name already."}) from error
    return view


# How somebody wants the list --------------------------------------------------------------------


def preference_of(user: User) -> ListPreference:
    """Return how the person wants the list; the usual way if they have not said."""
    found = ListPreference.objects.select_related("default_view").filter(user=user).first()
    return found or ListPreference(user=user, columns=list(USUAL))


def choose_columns(user: User, keys: Iterable[str]) -> None:
    """Keep which columns the person wants to see."""
    keys = set(keys)
    if not keys <= COLUMNS.keys():
        raise ValidationError({"columns": f"Use some of: {', '.join(COLUMNS)}."})
    columns: Sequence[str] = [key for key in COLUMNS if key in keys]
    ListPreference.objects.update_or_create(user=user, defaults={"columns": columns})


def choose_default(user: User, view: SavedView | None) -> None:
    """Keep with which of the views in sight the list opens; None: as it comes."""
    defaults: dict[str, Any] = {"default_view": view}
    usual = {"columns": list(USUAL), **defaults}
    ListPreference.objects.update_or_create(user=user, defaults=defaults, create_defaults=usual)


# What the views hold ----------------------------------------------------------------------------


def counted_views(user: User) -> list[tuple[SavedView, int | None]]:
    """Return the views that the person sees, the first of them with how many tickets they hold.

    Counting stops at `MOST_COUNTED`, is done for few views, and a count stands for a minute.
    """
    views = list(SavedView.objects.visible_to(user).in_order()[:MOST_SHOWN])
    keys = {view.pk: _count_key(view, user) for view in views[:MOST_COUNTED_VIEWS]}
    known = cache.get_many(keys.values())
    fresh = {}
    for view in views[:MOST_COUNTED_VIEWS]:
        if keys[view.pk] not in known:
            fresh[keys[view.pk]] = known[keys[view.pk]] = count_view(view, user)
    if fresh:
        cache.set_many(fresh, COUNT_SECONDS)
    return [(view, known.get(keys.get(view.pk, ""))) for view in views]


def count_view(view: SavedView, user: User) -> int | None:
    """Return how many tickets the reader sees in a view, at most `MOST_COUNTED`.

    None for one that says nothing any more, because what it names is gone.
    """
    listing = Listing(view.query, reader=user)
    if not listing.form.is_valid():
        return None
    return int(listing.tickets.order_by()[:MOST_COUNTED].count())


def _count_key(view: SavedView, user: User) -> str:
    query = hashlib.sha256(view.query.encode()).hexdigest()[:16]
    return f"view-count-{view.pk}-{user.pk}-{query}"
