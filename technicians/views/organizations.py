"""Organisations as the desk knows them: finding them, and their pages."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views import View

from accounts.access import StaffRequiredMixin
from accounts.http import AuthenticatedHttpRequest
from accounts.models import Organization
from accounts.paging import InvalidCursor, keyset_page
from accounts.services import save_organization
from accounts.text import clean_search
from technicians.forms.customers import OrganizationForm
from technicians.queries import organization_figures, with_last_word
from technicians.views.notes import change_notes
from tickets import services
from tickets.customers import customers_known_to, named, organizations_known_to
from tickets.forms import add_errors
from tickets.models import Ticket
from tickets.search import MAX_LENGTH

PAGE_SIZE = 20
SHOWN_TICKETS = 10
SHOWN_PEOPLE = 20


class Organizations(StaffRequiredMixin, View):
    """GET: organisations by name, or those whose name has the words of `q`."""

    def get(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        text = clean_search(request.GET.get("q", ""), max_length=MAX_LENGTH)
        known = named(organizations_known_to(request.user), text)
        cursor = request.GET.get("cursor", "")
        try:
            page = keyset_page(known, order=("name",), cursor=cursor, size=PAGE_SIZE)
        except InvalidCursor:
            return redirect("technicians:organization-list")
        people = customers_known_to(request.user).filter(organization__in=page.rows)
        members = dict(people.order_by().values_list("organization").annotate(Count("pk")))
        tickets = Ticket.objects.visible_to(request.user).open()
        tickets = tickets.filter(customer__organization__in=page.rows).order_by()
        counted = tickets.values_list("customer__organization").annotate(Count("pk"))
        counts = dict(counted)
        for one in page.rows:
            one.members, one.open_tickets = members.get(one.pk, 0), counts.get(one.pk, 0)
        context = {"nav": "customers", "page": page, "q": text}
        return render(request, "technicians/organization_list.html", context)


class OrganizationView(StaffRequiredMixin, View):
    """Finds the organisation among those that the reader knows; 404 for all others."""

    request: AuthenticatedHttpRequest

    def get_organization(self, pk: int) -> Organization:
        known = organizations_known_to(self.request.user)
        organization: Organization = get_object_or_404(known, pk=pk)
        return organization

    def show(self, organization: Organization, *, status: int = 200, **more: Any) -> HttpResponse:
        user = self.request.user
        people = customers_known_to(user).filter(organization=organization)
        tickets = Ticket.objects.visible_to(user).open().filter(customer__in=people)
        context = {
            "nav": "customers",
            "organization": organization,
            "people": people.order_by("name", "id")[: SHOWN_PEOPLE + 1],
            "most_people": SHOWN_PEOPLE,
            "tickets": with_last_word(tickets.for_list()).most_urgent_first()[:SHOWN_TICKETS],
            "figures": organization_figures(user, organization),
            "notes": organization.desk_notes.select_related("author"),
        }
        return render(self.request, "technicians/organization.html", context | more, status=status)


class OneOrganization(OrganizationView):
    """GET: people, open tickets, figures and notes. POST (admins): another name."""

    def get(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        return self.show(self.get_organization(pk))

    def post(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        organization = self.get_organization(pk)
        form = OrganizationForm(request.POST)
        if form.is_valid():
            try:
                save_organization(
                    organization,
                    name=form.cleaned_data["name"],
                    actor=request.user,
                )
            except ValidationError as error:
                add_errors(form, error)
            else:
                messages.success(request, "Saved")
                return redirect("technicians:organization", pk)
        return self.show(organization, status=422, name_form=form)


class OrganizationNotes(OrganizationView):
    """POST: write a note about the organisation, or (`note`) remove one."""

    def post(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        organization = self.get_organization(pk)
        add = partial(services.add_organization_note, organization)
        remove = services.remove_organization_note
        form = change_notes(request, organization.desk_notes, add=add, remove=remove)
        if form is None:
            return redirect("technicians:organization", pk)
        return self.show(organization, status=422, form=form)
