"""Customers as the desk knows them: finding them, their pages, raising a ticket for them."""

import uuid
from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Avg, Count, Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views import View

from accounts.access import StaffRequiredMixin
from accounts.http import AuthenticatedHttpRequest
from accounts.models import User
from accounts.numbers import number_of, row_key
from accounts.paging import InvalidCursor, keyset_page
from accounts.search import find_people, search_people
from accounts.services import customer_at
from accounts.text import clean_search
from technicians.forms.customers import OnBehalfForm
from technicians.views.notes import change_notes
from technicians.views.panel import category_tree, time_there
from tickets import permissions, services
from tickets.choices import Channel
from tickets.customers import (
    SHORTEST,
    customers_known_to,
    find_customer,
    offered_customers,
    survivor_of,
)
from tickets.forms import add_errors
from tickets.models import Rating, Ticket
from tickets.search import MAX_LENGTH

PAGE_SIZE = 20
SHOWN_TICKETS = 10
SHOWN_RATINGS = 5
FOUND = 8


class Customers(StaffRequiredMixin, View):
    """GET: customers, newest first, or those that `q` or `organization` names."""

    def get(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        text = clean_search(request.GET.get("q", ""), max_length=MAX_LENGTH)
        known = customers_known_to(request.user)
        people = search_people(known, text)
        if organization := row_key(request.GET.get("organization", "")):
            people = people.filter(organization=organization)
        try:
            page = keyset_page(
                people.select_related("organization"),
                order=("-id",),
                cursor=request.GET.get("cursor", ""),
                size=PAGE_SIZE,
            )
        except InvalidCursor:
            return redirect("technicians:customer-list")
        alike = find_people(known, text, limit=FOUND) if text and not page.rows else []
        shown: list[Any] = page.rows or alike
        visible = Ticket.objects.visible_to(request.user).open().filter(customer__in=shown)
        counts = dict(visible.order_by().values_list("customer").annotate(Count("pk")))
        for person in shown:
            person.open_tickets = counts.get(person.pk, 0)
        context = {"nav": "customers", "page": page, "people": shown, "alike": alike, "q": text}
        return render(request, "technicians/customer_list.html", context)


class CustomerView(StaffRequiredMixin, View):
    """Finds the customer of the address among those that the reader knows; 404 for all others."""

    request: AuthenticatedHttpRequest

    def get_customer(self, customer_id: str) -> User:
        """Return the customer; of a number that was merged, as whom they go on."""
        customer = find_customer(self.request.user, customer_id)
        if customer is None:
            raise Http404
        return customer


class Customer(CustomerView):
    """GET: the person, their tickets, ratings and what the desk wrote down about them."""

    def get(self, request: AuthenticatedHttpRequest, customer_id: str) -> HttpResponse:
        customer = self.get_customer(customer_id)
        if customer.public_id != customer_id:
            messages.info(request, f"{customer_id} goes on here: the two were merged.")
            return redirect("technicians:customer", customer.public_id)
        return render(request, "technicians/customer.html", customer_context(request, customer))


def customer_context(request: AuthenticatedHttpRequest, customer: User) -> dict[str, Any]:
    user = request.user
    tickets = Ticket.objects.visible_to(user).filter(customer=customer)
    ratings = Rating.objects.about(user).filter(customer=customer, ticket__deleted_at=None)
    return {
        "nav": "customers",
        "customer": customer,
        "tickets": tickets.newest_first().for_list()[:SHOWN_TICKETS],
        "ratings": ratings.select_related("ticket").order_by("-rated_at")[:SHOWN_RATINGS],
        "rated": ratings.aggregate(average=Avg("score"), count=Count("pk")),
        "notes": customer.desk_notes.select_related("author"),
        "time_there": time_there(customer),
        "can_merge": permissions.can_merge_customers(user),
        "merges": customer.customer_merges_in.undoable(timezone.now()),
    }


class CustomerNotes(CustomerView):
    """POST: write a note about the customer, or (`note`) remove one."""

    def post(self, request: AuthenticatedHttpRequest, customer_id: str) -> HttpResponse:
        customer = self.get_customer(customer_id)
        add = partial(services.add_customer_note, customer)
        remove = services.remove_customer_note
        form = change_notes(request, customer.desk_notes, add=add, remove=remove)
        if form is None:
            return redirect("technicians:customer", customer_id)
        context = customer_context(request, customer) | {"form": form}
        return render(request, "technicians/customer.html", context, status=422)


class OnBehalf(StaffRequiredMixin, View):
    """Raising a ticket for a customer who is on the phone: find them first, then write.

    Everybody at the desk may look for any customer here, by at least two letters.
    """

    request: AuthenticatedHttpRequest

    def get(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        text = clean_search(request.GET.get("q", ""), max_length=MAX_LENGTH)
        customer = self._chosen(request.GET.get("customer", ""))
        looks = len(text) >= SHORTEST
        form = OnBehalfForm(initial={"submission_key": uuid.uuid4(), "take": True})
        return self._page(
            form,
            customer=customer,
            q=text,
            looks=looks,
            found=offered_customers(request.user, text),
            is_new=request.GET.get("customer") == "new",
        )

    def _page(self, form: OnBehalfForm, *, status: int = 200, **context: Any) -> HttpResponse:
        context |= {"nav": "on-behalf", "form": form, "category_tree": category_tree()}
        return render(self.request, "technicians/on_behalf.html", context, status=status)

    def _chosen(self, public_id: str) -> User | None:
        if public_id in ("", "new"):
            return None
        if number_of("CUS", public_id) is None:
            raise Http404
        people = User.objects.active().customers().select_related("organization")
        same = Q(public_id=public_id) | Q(pk=survivor_of(public_id) or 0)
        return get_object_or_404(people, same)

    def post(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        form = OnBehalfForm(request.POST)
        customer = self._chosen(request.POST.get("customer", ""))
        form.needs_person = customer is None
        if form.is_valid():
            try:
                return self._raise(form, customer)
            except ValidationError as error:
                add_errors(form, error)
        return self._page(form, status=422, customer=customer, is_new=customer is None)

    def _raise(self, form: OnBehalfForm, customer: User | None) -> HttpResponse:
        data, user = form.cleaned_data, self.request.user
        if customer is None:
            customer = customer_at(data["email"], name=data["name"], actor=user)
        ticket = services.create_ticket(
            customer=customer,
            actor=user,
            subject=data["subject"],
            description=data["description"],
            category=data["category"],
            priority=data["priority"],
            channel=Channel.PHONE,
            submission_key=data["submission_key"],
        )
        if data["take"] and permissions.can_take(ticket, user):
            ticket = services.take_ticket(ticket, actor=user)
        messages.success(self.request, f"{ticket.ticket_id} is raised for {customer.name}")
        if permissions.can_view(ticket, user):
            return redirect(ticket.get_desk_url())
        return redirect(reverse("technicians:ticket-list"))
