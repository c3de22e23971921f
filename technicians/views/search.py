"""Finding things at the desk: what the command box offers while somebody types."""

from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.views import View

from accounts.access import StaffRequiredMixin
from accounts.http import AuthenticatedHttpRequest
from accounts.text import clean_search
from technicians.context_processors import saved_views, sidebar_views
from technicians.suggestions import suggest
from tickets.search import MAX_LENGTH


class Search(StaffRequiredMixin, View):
    """GET `?q=`: groups of suggestions as JSON; a browser's own visit goes to the list."""

    def get(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        text = clean_search(request.GET.get("q", ""), max_length=MAX_LENGTH)
        if "text/html" in request.headers.get("Accept", ""):
            return redirect(f"{reverse('technicians:ticket-list')}?{urlencode({'q': text})}")
        views = [*sidebar_views(request), *saved_views(request)]
        groups = suggest(request.user, text, views) if text else []
        answer = JsonResponse({"q": text, "groups": groups})
        answer["Cache-Control"] = "private, no-store"
        return answer
