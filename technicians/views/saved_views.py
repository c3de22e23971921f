"""Saved views: keep a list under a name, put them in order, share them, open with one."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views import View

from accounts.access import StaffRequiredMixin
from accounts.http import AuthenticatedHttpRequest
from accounts.models import User
from technicians.listing.saving import (
    audience_given,
    audiences_of,
    change_view,
    choose_default,
    delete_view,
    may_change,
    move_view,
    preference_of,
    save_view,
    saved_url,
)
from technicians.models import SavedView


class Views(StaffRequiredMixin, View):
    """GET: the views that one sees; POST: keep a list as one more."""

    def get(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        return render(request, "technicians/view_list.html", views_context(request.user))

    def post(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        given = {key: request.POST.get(key, "") for key in ("name", "query", "audience")}
        shared = audience_given(given["audience"])
        try:
            view = save_view(name=given["name"], query=given["query"], actor=request.user, **shared)
        except ValidationError as error:
            context = views_context(request.user) | {"errors": error.messages, "typed": given}
            return render(request, "technicians/view_list.html", context, status=422)
        messages.success(request, f"View saved: {view.name}")
        return redirect(saved_url(view))


def views_context(user: User) -> dict[str, Any]:
    """Return each view that the person sees, and what they may do with it."""
    default = preference_of(user).default_view_id
    views = list(SavedView.objects.visible_to(user).select_related("owner", "team").in_order())
    own = [view.pk for view in views if view.owner_id == user.pk]
    rows = [
        {
            "view": view,
            "url": saved_url(view),
            "is_own": view.owner_id == user.pk,
            "may_go_up": view.pk in own[1:],
            "may_go_down": view.pk in own[:-1],
            "is_default": view.pk == default,
            "may_change": may_change(view, user),
            "audience": f"team-{view.team_id}" if view.team_id else view.audience,
        }
        for view in views
    ]
    return {"rows": rows, "audiences": audiences_of(user), "nav": "views"}


class ViewVerb(StaffRequiredMixin, View):
    """POST: one change of a view; GET leads to all of them."""

    def get(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        return redirect("technicians:view-list")

    def post(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        view = SavedView.objects.visible_to(request.user).filter(pk=pk).first()
        if view is None:
            raise Http404
        try:
            return self.change(view)
        except (PermissionDenied, ValidationError) as error:
            words = error.messages if isinstance(error, ValidationError) else [str(error)]
            typed = {key: request.POST.get(key) for key in ("name", "audience")}
            context = views_context(request.user) | {"errors": words}
            for row in context["rows"]:
                row["typed"] = typed if row["view"].pk == pk else {}
            status = 422 if isinstance(error, ValidationError) else 403
            return render(request, "technicians/view_list.html", context, status=status)

    def change(self, view: SavedView) -> HttpResponse:
        raise NotImplementedError


class ViewChange(ViewVerb):
    """Another name, audience or query."""

    def change(self, view: SavedView) -> HttpResponse:
        posted = self.request.POST
        given: dict[str, Any] = {key: posted[key] for key in ("name", "query") if key in posted}
        if "audience" in posted:
            given |= audience_given(posted["audience"])
        view = change_view(view, actor=self.request.user, **given)  # type: ignore[arg-type]
        messages.success(self.request, f"View saved: {view.name}")
        return redirect(saved_url(view) if "query" in given else "technicians:view-list")


class ViewDelete(ViewVerb):
    """The name goes; the tickets stay."""

    def change(self, view: SavedView) -> HttpResponse:
        delete_view(view, actor=self.request.user)  # type: ignore[arg-type]
        messages.success(self.request, f"View deleted: {view.name}")
        return redirect("technicians:view-list")


class ViewMove(ViewVerb):
    """One place up (`up=1`) or down."""

    def change(self, view: SavedView) -> HttpResponse:
        up = bool(self.request.POST.get("up"))
        move_view(view, actor=self.request.user, up=up)  # type: ignore[arg-type]
        return redirect(f"{reverse('technicians:view-list')}#view-{view.pk}")


class ViewDefault(ViewVerb):
    """The list opens with it; once more: as it comes."""

    def change(self, view: SavedView) -> HttpResponse:
        user: Any = self.request.user
        present = preference_of(user).default_view_id
        choose_default(user, None if present == view.pk else view)
        return redirect("technicians:view-list")
