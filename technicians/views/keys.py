"""Whether single keys do something on the desk's pages: each person's own choice."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views import View

from accounts.access import StaffRequiredMixin
from accounts.http import AuthenticatedHttpRequest
from accounts.services import set_single_keys


class Keys(StaffRequiredMixin, View):
    """POST: on (`on=1`) or off."""

    def post(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        set_single_keys(request.user, on=request.POST.get("on") == "1")
        if request.htmx:
            return HttpResponse(status=204)
        technician = request.user.is_technician
        return redirect("technicians:profile" if technician else "technicians:dashboard")
