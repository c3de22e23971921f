"""Planned absences: planning one, handing the tickets over, and having them back."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Q
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views import View

from accounts.access import StaffRequiredMixin
from accounts.http import AuthenticatedHttpRequest
from accounts.models import User
from accounts.numbers import number_of, row_key
from technicians.forms.technician import AbsenceForm
from technicians.models import Absence, Technician
from technicians.permissions import can_plan_absence
from technicians.proposals import propose, tickets_to_hand
from technicians.services import (
    change_absence,
    end_absence,
    hand_over_tickets,
    plan_absence,
    take_back_tickets,
)
from tickets.forms import add_errors
from tickets.models import Ticket

MOST_SHOWN = 200
# So many colleagues stand beside each ticket. Where there are more: those who could have it, and
# one list of all for the whole page.
FEW = 8
SOMEBODY_ELSE = "else"


class AbsenceView(StaffRequiredMixin, View):
    """Finds technicians and absences that the reader may plan; 404 for all others."""

    request: AuthenticatedHttpRequest

    def get_technician(self) -> Technician:
        """Return whom `technician` names; nobody: the reader."""
        user, named = self.request.user, self.request.GET.get("technician", "")
        if named and number_of("TEC", named) is None:
            raise Http404
        people = Technician.objects.present().select_related("user")
        one = Q(user__public_id=named) if named else Q(user=user)
        technician = get_object_or_404(people, one)
        if not can_plan_absence(technician, user):
            raise Http404
        return technician

    def get_absence(self, pk: int) -> Absence:
        absences = Absence.objects.visible_to(self.request.user)
        return get_object_or_404(absences.select_related("technician__user"), pk=pk)


class Absences(AbsenceView):
    """GET: what somebody (`technician`; nobody: the reader) has planned. POST: plan another."""

    def get(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        if request.user.is_admin and not request.GET.get("technician"):
            return redirect("technicians:teams")
        technician = self.get_technician()
        return self.show(technician, AbsenceForm(technician.user.zone))

    def show(self, technician: Technician, form: AbsenceForm, *, status: int = 200) -> HttpResponse:
        context = {
            "nav": "profile",
            "technician": technician,
            "is_own": technician.pk == self.request.user.pk,
            "absences": technician.absences.relevant(timezone.now())[:MOST_SHOWN],
            "form": form,
            "zone": str(technician.user.zone),
        }
        return render(self.request, "technicians/absence_list.html", context, status=status)

    def post(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        technician = self.get_technician()
        form = AbsenceForm(technician.user.zone, request.POST)
        if form.is_valid():
            try:
                absence = plan_absence(technician, actor=request.user, **form.cleaned_data)
            except ValidationError as error:
                add_errors(form, error)
            else:
                messages.success(request, "The absence is planned")
                return redirect("technicians:absence", absence.pk)
        return self.show(technician, form, status=422)


class OneAbsence(AbsenceView):
    """GET: open tickets with proposed owners, and what others have. POST: hand over."""

    def get(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        return self.show(self.get_absence(pk))

    def tickets(self, absence: Absence) -> list[Ticket]:
        return tickets_to_hand(absence, self.request.user, most=MOST_SHOWN)

    def show(
        self,
        absence: Absence,
        form: AbsenceForm | None = None,
        *,
        given: QueryDict | None = None,
        status: int = 200,
    ) -> HttpResponse:
        form = form or AbsenceForm(absence.technician.user.zone, absence=absence)
        context = {**self.context(absence, given), "form": form, "given": given}
        return render(self.request, "technicians/absence.html", context, status=status)

    def rows(
        self, absence: Absence, people: list[User], given: QueryDict | None
    ) -> list[dict[str, Any]]:
        """Return each ticket with who is offered for it, and who is chosen."""
        if absence.is_over:
            return []
        rows = []
        for one in propose(absence, self.tickets(absence)):
            proposed = one.owner.public_id if one.owner else ""
            name = f"owner-{one.ticket.pk}"
            rows.append(
                {
                    "ticket": one.ticket,
                    "offered": people if len(people) <= FEW else one.likely,
                    "chosen": proposed if given is None else given.get(name, ""),
                }
            )
        return rows

    def context(self, absence: Absence, given: QueryDict | None) -> dict[str, Any]:
        handed = absence.handed.unsettled().select_related("ticket", "given_to")[:MOST_SHOWN]
        seen = Ticket.objects.visible_to(self.request.user)
        seen = seen.filter(pk__in=[row.ticket_id for row in handed]).order_by()
        others = User.objects.active().technicians().exclude(pk=absence.technician_id)
        is_own = absence.technician_id == self.request.user.pk
        people = list(others.order_by("name"))
        return {
            "nav": "profile",
            "absence": absence,
            "technician": absence.technician,
            "is_own": is_own,
            "zone": str(absence.technician.user.zone),
            "rows": self.rows(absence, people, given),
            "everybody": people if len(people) > FEW else [],
            "somebody_else": SOMEBODY_ELSE,
            "handed": handed,
            "seen": set(seen.values_list("pk", flat=True)),
            "may_take_back": is_own and (absence.is_over or not absence.has_begun),
        }

    def post(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        absence = self.get_absence(pk)
        if absence.is_over:
            messages.error(request, "This absence is over.")
            return redirect("technicians:absence", pk)
        people = {person.public_id: person for person in User.objects.active().technicians()}
        chosen = {ticket.pk: self.chosen(ticket) for ticket in self.tickets(absence)}
        if SOMEBODY_ELSE in chosen.values():
            messages.error(request, "Choose who gets the tickets for somebody else.")
            return self.show(absence, given=request.POST, status=422)
        owners = {pk: people[name] for pk, name in chosen.items() if name in people}
        note = request.POST.get("note", "").strip()
        try:
            done, failed = hand_over_tickets(absence, actor=request.user, owners=owners, note=note)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
            return redirect("technicians:absence", pk)
        if done:
            word = "ticket is" if len(done) == 1 else "tickets are"
            messages.success(request, f"{len(done)} {word} handed over")
        for sentence in sorted(set(failed.values())):
            messages.warning(request, f"Not handed over: {sentence}")
        if not done and not failed:
            messages.info(request, "Nothing was handed over: all stay where they are.")
        return redirect("technicians:absence", pk)

    def chosen(self, ticket: Ticket) -> str:
        """Return the number of who gets the ticket; `SOMEBODY_ELSE` where nobody is named."""
        given = self.request.POST
        name = given.get(f"owner-{ticket.pk}", "")
        return given.get(SOMEBODY_ELSE) or name if name == SOMEBODY_ELSE else name


class AbsenceChange(OneAbsence):
    """POST: move the absence, or say something else of it."""

    http_method_names = ["post"]

    def post(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        absence = self.get_absence(pk)
        form = AbsenceForm(absence.technician.user.zone, request.POST, absence=absence)
        if form.is_valid():
            given = {"starts_at": absence.starts_at, **form.cleaned_data}
            try:
                change_absence(absence, actor=request.user, **given)
            except ValidationError as error:
                add_errors(form, error)
            else:
                messages.success(request, "The absence is changed")
                return redirect("technicians:absence", pk)
        return self.show(absence, form, status=422)


class AbsenceEnd(AbsenceView):
    """POST: call the absence off, or be back earlier."""

    def post(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        absence = self.get_absence(pk)
        if end_absence(absence, actor=request.user):
            messages.success(request, "The absence is over")
        return redirect("technicians:absence", pk)


class AbsenceReturn(AbsenceView):
    """POST: take handed tickets back, all or the one `row`; with `keep` leave them there."""

    def post(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        absence = self.get_absence(pk)
        if absence.technician_id != request.user.pk:
            raise PermissionDenied("Whoever was away takes their tickets back.")
        rows = absence.handed.unsettled()
        one = request.POST.get("row", "")
        if one:
            rows = rows.filter(pk=row_key(one) or 0)
        keep = bool(request.POST.get("keep"))
        back, stay = take_back_tickets(request.user, rows, keep=keep)
        if back:
            messages.success(request, f"{back} back with you")
        if stay:
            messages.info(request, f"{stay} stay{'s' if stay == 1 else ''} with whoever has it now")
        return redirect("technicians:absence", pk)
