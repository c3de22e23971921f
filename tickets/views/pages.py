"""The customer portal: raising a ticket and following it."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest, ValidationError
from django.db.models import Count, Prefetch, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views import View
from django.views.generic import FormView, TemplateView

from accounts.access import CustomerRequiredMixin
from accounts.choices import Role
from accounts.http import AuthenticatedHttpRequest
from accounts.models import User
from accounts.numbers import number_of, row_key
from accounts.paging import InvalidCursor, Page, keyset_page
from tickets.file_forms import take_files
from tickets.filters import CustomerTicketFilter
from tickets.forms import (
    SubcategoryForm,
    TicketForm,
    add_errors,
)
from tickets.models import Category, Ticket
from tickets.models.ticket import SUBJECT_LENGTH, TICKET_PREFIX
from tickets.queries import say_where_found
from tickets.querysets import NEWEST
from tickets.services import (
    create_ticket,
)

HOME_TICKETS = 5
HOME_CATEGORIES = 9


def visible_tickets(user: User) -> QuerySet[Ticket]:
    """Return what `user` may read, with what a ticket's page shows."""
    return Ticket.objects.visible_to(user).for_detail()


def visible_ticket(user: User, ticket_id: str) -> Ticket:
    """Return the ticket `TKT0042` if `user` may read it; raises `Http404` in every other case."""
    number = number_of(TICKET_PREFIX, ticket_id)
    if number is None:
        raise Http404
    return get_object_or_404(visible_tickets(user), number=number)


def page_or_400(*args: Any, **kwargs: Any) -> Page[Any]:
    """Return `keyset_page(...)`; an address with a damaged cursor is a bad request."""
    try:
        return keyset_page(*args, **kwargs)
    except InvalidCursor as error:
        raise BadRequest(str(error)) from error


def page_of(ticket: Ticket, user: User) -> str:
    """Return the address of the reader's own page of the ticket."""
    return ticket.get_absolute_url() if user.is_customer else ticket.get_desk_url()


class HomeView(TemplateView):
    """The start page, for everybody: raise a ticket, see one's open ones."""

    template_name = "tickets/home.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        own = Ticket.objects.none()
        if getattr(self.request.user, "role", None) == Role.CUSTOMER:
            own = Ticket.objects.own(self.request.user).open()
        subcategories = Category.objects.active()
        categories = Category.objects.active().top_level()[: HOME_CATEGORIES + 1]
        return super().get_context_data(
            categories=list(
                categories.prefetch_related(Prefetch("subcategories", queryset=subcategories))
            ),
            shown_categories=HOME_CATEGORIES,
            tickets=own.for_list().needing_customer_first()[:HOME_TICKETS],
            **kwargs,
        )


class TicketListView(CustomerRequiredMixin, View):
    """My tickets."""

    def get(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        own = Ticket.objects.own(request.user)
        followed = Ticket.objects.followed_by(request.user)
        found = CustomerTicketFilter(
            request.GET,
            queryset=own.for_list(),
            followed=followed.for_list(),
            reader=request.user,
        )
        if not found.is_valid():
            raise BadRequest("There is no such list of tickets.")
        page = page_or_400(found.qs, order=NEWEST, cursor=request.GET.get("cursor", ""))
        say_where_found(page.rows, found.form.cleaned_data["q"], reader=request.user)
        statuses = own.order_by().values_list("status").annotate(Count("number"))
        counts = CustomerTicketFilter.count_parts(dict(statuses))
        counts[CustomerTicketFilter.FOLLOWED] = followed.count()
        show = found.form.cleaned_data["show"]
        parts = [
            (key, word, counts[key])
            for key, word in CustomerTicketFilter.PARTS
            if key != CustomerTicketFilter.FOLLOWED or counts[key] or key == show
        ]
        context = {
            "nav": "tickets",
            "page": page,
            "parts": parts,
            "show": show,
            "q": found.form.cleaned_data["q"],
            "has_tickets": counts[CustomerTicketFilter.ALL] > 0,
        }
        return render(request, "tickets/ticket_list.html", context)


class TicketCreateView(CustomerRequiredMixin, FormView):
    """Raising a ticket; the query string may bring a subject, a category or a former ticket."""

    form_class = TicketForm
    template_name = "tickets/ticket_create.html"
    extra_context = {"nav": "create"}
    request: AuthenticatedHttpRequest
    takes_files = True

    def get_initial(self) -> dict[str, Any]:
        query = self.request.GET
        former = query.get("follows", "")
        if former:
            return self._follow_up(visible_ticket(self.request.user, former))
        initial: dict[str, Any] = {"subject": query.get("subject", "")[:SUBJECT_LENGTH]}
        if category := row_key(query.get("category", "")):
            initial["category"] = category
        return initial

    @staticmethod
    def _follow_up(former: Ticket) -> dict[str, Any]:
        category = former.category
        return {
            "subject": former.subject,
            "follow_up_of": former.ticket_id,
            "category": category and (category.parent_id or category.pk),
            "subcategory": category and category.parent_id and category.pk,
            "priority": former.priority,
        }

    def former(self) -> Ticket | None:
        """Return the finished ticket that this one follows, as the address or the form says."""
        named = self.request.POST.get("follow_up_of") or self.request.GET.get("follows")
        return visible_ticket(self.request.user, named) if named else None

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(former=self.former(), **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = self.get_form()
        take_files(request, form)
        return self.form_valid(form) if form.is_valid() else self.form_invalid(form)

    def form_valid(self, form: TicketForm) -> HttpResponse:
        data = form.cleaned_data
        try:
            ticket = create_ticket(
                customer=self.request.user,
                actor=self.request.user,
                subject=data["subject"],
                description=data["description"],
                category=data["subcategory"] or data["category"],
                priority=data["priority"],
                attachments=form.attachments,
                submission_key=form.idempotency_key(),
                follow_up_of=self.former(),
            )
        except ValidationError as error:
            add_errors(form, error)
            return self.form_invalid(form)
        messages.success(
            self.request,
            f"{ticket.ticket_id} is raised. You can follow it here.",
            extra_tags=f"ticket-new-{self.request.user.pk}",
        )
        return redirect(ticket)

    def form_invalid(self, form: TicketForm) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)


class SubcategoriesView(CustomerRequiredMixin, View):
    """The subcategory field for the category that was just chosen (a part of a page)."""

    def get(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        top = Category.objects.active().top_level()
        category = top.filter(pk=row_key(request.GET.get("category", "")) or 0).first()
        form = SubcategoryForm(category, initial={"subcategory": request.GET.get("subcategory")})
        return render(request, "tickets/_subcategory.html", {"form": form, "category": category})
