"""What the desk knows of a technician, and whether they take new tickets."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views import View
from django.views.generic import TemplateView

from accounts.access import TechnicianRequiredMixin
from accounts.http import AuthenticatedHttpRequest
from technicians.forms.technician import AvailabilityForm
from technicians.models import Technician
from technicians.services import set_availability
from tickets.models import Category, CategoryTechnician


def profile_context(technician: Technician, form: AvailabilityForm) -> dict[str, Any]:
    links = CategoryTechnician.objects.filter(user=technician.user_id).select_related(
        "category__parent"
    )
    below = Category.objects.active().filter(parent__in=[link.category_id for link in links])
    return {
        "nav": "profile",
        "technician": technician,
        "categories": [link.category for link in links],
        "subcategories": list(below.order_by("parent", "position", "name")),
        "form": form,
    }


class Profile(TechnicianRequiredMixin, TemplateView):
    request: AuthenticatedHttpRequest
    template_name = "technicians/profile.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        technicians = Technician.objects.visible_to(self.request.user).select_related("user")
        technician = get_object_or_404(technicians)
        form = AvailabilityForm(
            initial={
                "available": "1" if technician.is_available else "0",
                "away_note": technician.away_note,
            }
        )
        return super().get_context_data(**profile_context(technician, form), **kwargs)


class Availability(TechnicianRequiredMixin, View):
    """POST: say whether one takes new tickets, on the profile or (`next`) the dashboard."""

    def get(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        return redirect("technicians:profile")

    def post(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        technicians = Technician.objects.visible_to(request.user).select_related("user")
        technician = get_object_or_404(technicians)
        form = AvailabilityForm(request.POST)
        if not form.is_valid():
            context = profile_context(technician, form)
            return render(request, "technicians/profile.html", context, status=422)
        available = form.cleaned_data["available"]
        set_availability(
            technician,
            available=available,
            actor=request.user,
            away_note="" if available else form.cleaned_data["away_note"],
        )
        messages.success(
            request, "You are available for new tickets" if available else "You are away"
        )
        from_dashboard = request.POST.get("next") == "dashboard"
        return redirect("technicians:dashboard" if from_dashboard else "technicians:profile")
