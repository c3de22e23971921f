"""Merging a customer into another one: find them, read what will happen, do it; and undo that."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from accounts.http import AuthenticatedHttpRequest
from accounts.models import User
from accounts.numbers import number_of
from accounts.search import find_people
from accounts.text import clean_search
from technicians.forms.customers import CustomerMergeForm
from technicians.views.customers import FOUND, CustomerView
from tickets import services
from tickets.customers import customers_known_to, find_customer
from tickets.forms import add_errors
from tickets.permissions import can_merge_customers
from tickets.search import MAX_LENGTH


class CustomerMerging(CustomerView):
    """GET: search (`q`), or what merging `into` another customer will do. POST: do it."""

    def get(self, request: AuthenticatedHttpRequest, customer_id: str) -> HttpResponse:
        form = CustomerMergeForm(request.GET) if request.GET.get("into") else None
        return self.show(self.get_customer(customer_id), form)

    def post(self, request: AuthenticatedHttpRequest, customer_id: str) -> HttpResponse:
        customer, form = self.get_customer(customer_id), CustomerMergeForm(request.POST)
        if customer.public_id != customer_id and can_merge_customers(request.user):
            # Somebody else was faster: nobody has read what merging this one would do.
            messages.error(request, f"{customer_id} was merged into {customer.public_id} already.")
            return redirect("technicians:customer", customer.public_id)
        target = self.target(form)
        if target is not None and target.public_id != form.cleaned_data["into"]:
            sentence = f"{form.cleaned_data['into']} was merged into {target.public_id} meanwhile."
            form.add_error("into", sentence)
        if target is None or not form.is_valid():
            return self.show(customer, form, status=422)
        try:
            services.merge_customers(
                customer,
                target=target,
                actor=request.user,
                take_organization=form.cleaned_data["take_organization"],
            )
        except ValidationError as error:
            add_errors(form, error)
            return self.show(customer, form, status=422)
        messages.success(request, f"{customer.public_id} goes on as {target.public_id}")
        return redirect(f"{reverse('technicians:customer', args=[target.public_id])}#merged")

    def target(self, form: CustomerMergeForm) -> User | None:
        """Return the customer that the form names."""
        if not form.is_valid():
            return None
        found = find_customer(self.request.user, form.cleaned_data["into"])
        if found is None:
            form.add_error("into", "There is no customer with this number.")
        return found

    def show(
        self, customer: User, form: CustomerMergeForm | None, *, status: int = 200
    ) -> HttpResponse:
        if not can_merge_customers(self.request.user):
            raise PermissionDenied
        target = self.target(form) if form is not None else None
        context: dict[str, Any] = {"nav": "customers", "customer": customer, "form": form}
        if target is not None and target.pk != customer.pk:
            context |= {"target": target, "plan": services.plan_customer_merge(customer, target)}
        else:
            context |= self.choices(customer)
        return render(self.request, "technicians/customer_merge.html", context, status=status)

    def choices(self, customer: User) -> dict[str, Any]:
        """Without words: who is called nearly the same."""
        words = clean_search(self.request.GET.get("q", ""), max_length=MAX_LENGTH)
        known = customers_known_to(self.request.user).select_related("organization")
        others = known.exclude(pk=customer.pk)
        return {"q": words, "found": find_people(others, words or customer.name, limit=FOUND)}


class CustomerUnmerging(CustomerView):
    """POST: the merged customer of the address goes on by themselves again."""

    def post(self, request: AuthenticatedHttpRequest, customer_id: str) -> HttpResponse:
        if not can_merge_customers(request.user):
            raise PermissionDenied
        if number_of("CUS", customer_id) is None:
            raise Http404
        merged = User.objects.present().customers().filter(public_id=customer_id).first()
        if merged is None:
            raise Http404
        try:
            services.undo_customer_merge(merged, actor=request.user)
        except ValidationError as refusal:
            messages.error(request, " ".join(refusal.messages))
        else:
            messages.success(request, f"{merged.public_id} is a customer of their own again")
        return redirect("technicians:customer", customer_id)
