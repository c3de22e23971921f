"""Canned responses and macros: where they are kept, and how they are used on a ticket."""

from itertools import groupby
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views import View

from accounts.access import StaffRequiredMixin
from accounts.http import AuthenticatedHttpRequest
from accounts.numbers import row_key
from accounts.text import clean_search
from technicians.forms.answers import CannedForm, MacroForm
from technicians.forms.texts import GuardedForm
from technicians.models import CannedResponse, Macro
from technicians.placeholders import PLACEHOLDERS, fill
from technicians.services import apply_macro, delete_shared, save_canned, save_macro, steps_of
from technicians.views.composer import TEXT_FIELDS
from technicians.views.texts import FORMS, TextView
from technicians.views.ticket_page import TicketView, page_context
from technicians.views.verb import TicketVerb, guarded
from tickets.file_forms import keep_files
from tickets.forms import add_errors
from tickets.models import OutgoingReply, Ticket

MOST_LISTED = 500
MOST_OFFERED = 8
SEARCHED = 60
SAVERS: dict[str, Any] = {"canned": save_canned, "macros": save_macro}
MODELS: dict[str, Any] = {"canned": CannedResponse, "macros": Macro}
SHAPES: dict[str, Any] = {"canned": CannedForm, "macros": MacroForm}


class AnswerView(StaffRequiredMixin, View):
    """Something about canned responses or macros: `kind` in the address says which."""

    request: AuthenticatedHttpRequest

    def setup(self, request: Any, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.kind: str = kwargs["kind"]
        self.model = MODELS[self.kind]

    def show(self, template: str, *, status: int = 200, **context: Any) -> HttpResponse:
        is_macro = self.kind == "macros"
        words = {
            "nav": self.kind,
            "kind": self.kind,
            "is_macro": is_macro,
            "noun": "macro" if is_macro else "canned response",
            "placeholders": [(f"{{{name}}}", told) for name, (told, _) in PLACEHOLDERS.items()],
        }
        page = f"technicians/{template}.html"
        return render(self.request, page, words | context, status=status)


class Answers(AnswerView):
    """GET: all that one can use, by folder."""

    def get(self, request: AuthenticatedHttpRequest, kind: str) -> HttpResponse:
        words = clean_search(request.GET.get("q", ""), max_length=SEARCHED)
        visible = self.model.objects.visible_to(request.user).matching(words)
        rows = list(
            visible.select_related("owner", "team", "category__parent", "to_team")[:MOST_LISTED]
            if kind == "macros"
            else visible.select_related("owner", "team")[:MOST_LISTED]
        )
        mine = self.model.objects.changeable_by(request.user)
        changeable = set(mine.values_list("pk", flat=True)[:MOST_LISTED])
        for row in rows:
            row.may_change = row.pk in changeable
            row.steps = steps_of(row) if kind == "macros" else []
        folders = [(name, list(found)) for name, found in groupby(rows, key=lambda r: r.folder)]
        return self.show("answer_list", folders=folders, q=words)


class AnswerEdit(AnswerView):
    """GET: the form, of a new one without `pk`; POST: keep it."""

    def row(self) -> Any:
        pk = self.kwargs.get("pk")
        if pk is None:
            return None
        return get_object_or_404(self.model.objects.changeable_by(self.request.user), pk=pk)

    def get(self, request: AuthenticatedHttpRequest, **kwargs: Any) -> HttpResponse:
        row = self.row()
        form = SHAPES[self.kind](instance=row, writer=request.user)
        return self.show("answer_edit", form=form, row=row)

    def post(self, request: AuthenticatedHttpRequest, **kwargs: Any) -> HttpResponse:
        row = self.row()
        form = SHAPES[self.kind](request.POST, writer=request.user)
        if form.is_valid():
            try:
                kept = SAVERS[self.kind](row, actor=request.user, **form.cleaned_data)
            except ValidationError as error:
                add_errors(form, error)
            else:
                messages.success(request, f"Saved: {kept.title}")
                return redirect("technicians:answers", self.kind)
        return self.show("answer_edit", form=form, row=row, status=422)


class AnswerDelete(AnswerView):
    """POST: delete it."""

    http_method_names = ["post"]

    def post(self, request: AuthenticatedHttpRequest, pk: int, **kwargs: Any) -> HttpResponse:
        row = get_object_or_404(self.model.objects.visible_to(request.user), pk=pk)
        try:
            delete_shared(row, actor=request.user)
        except PermissionDenied as error:
            messages.error(request, str(error))
        else:
            messages.success(request, f"Deleted: {row.title}")
        return redirect("technicians:answers", self.kind)


# On a ticket ------------------------------------------------------------------------------------


class CannedOffer(TicketView):
    """GET: canned responses that match what was typed, as options of a list."""

    def get(self, request: AuthenticatedHttpRequest, **kwargs: Any) -> HttpResponse:
        ticket = self.get_ticket()
        words = clean_search(request.GET.get("q", ""), max_length=SEARCHED)
        found = CannedResponse.objects.visible_to(request.user).matching(words)[:MOST_OFFERED]
        context = {"found": found, "ticket": ticket}
        return render(request, "technicians/_canned_offer.html", context)


class CannedText(TicketView):
    """GET: a canned response filled for the ticket, as plain text."""

    def get(self, request: AuthenticatedHttpRequest, pk: int, **kwargs: Any) -> HttpResponse:
        ticket = self.get_ticket()
        canned = get_object_or_404(CannedResponse.objects.visible_to(request.user), pk=pk)
        text = fill(canned.body, ticket, request.user)
        return HttpResponse(text, content_type="text/plain; charset=utf-8")


class CannedInsert(TextView):
    """POST: the page again with the canned response behind what was typed; without scripts."""

    takes_files = True

    def answer(self, ticket: Ticket) -> HttpResponse:
        visible = CannedResponse.objects.visible_to(self.request.user)
        canned = visible.filter(pk=row_key(self.request.POST.get("canned", "")) or 0).first()
        if canned is None:
            raise Http404
        typed = self.request.POST.copy()
        filled = fill(canned.body, ticket, self.request.user)
        typed[TEXT_FIELDS[self.kind]] = f"{self.text.rstrip()}\n\n{filled}".lstrip("\n")
        form = FORMS[self.kind](typed, auto_id=f"{self.kind}-%s")
        keep_files(self.request, form)
        context = page_context(self.request, ticket, forms={self.kind: form})
        return render(self.request, "technicians/ticket_detail.html", context)


class MacroUse(TicketVerb):
    """GET: what the macro would do here; POST: do it."""

    form_class: type[Form] = GuardedForm
    done = "Macro used"
    waiting: OutgoingReply | None = None

    def macro(self) -> Macro:
        macros = Macro.objects.visible_to(self.request.user)
        found: Macro = get_object_or_404(
            macros.select_related("category__parent", "to_team"), pk=self.kwargs["pk"]
        )
        return found

    def get(self, request: AuthenticatedHttpRequest, **kwargs: Any) -> HttpResponse:
        ticket, macro = self.get_ticket(), self.macro()
        newest = ticket.events.order_by("-pk").values_list("pk", flat=True).first()
        texts = {name: fill(getattr(macro, name), ticket, request.user) for name in FILLED}
        context = {"nav": "tickets", "ticket": ticket, "macro": macro, "seen_mark": newest}
        context |= {"steps": steps_of(macro), "texts": texts}
        return render(request, "technicians/macro_use.html", context)

    def act(self, ticket: Ticket, data: dict[str, Any]) -> Ticket:
        macro = self.macro()
        self.done = f"Macro used: {macro.title}"
        self.waiting = apply_macro(macro, ticket, actor=self.request.user, **guarded(data))
        return ticket


FILLED = ("note", "reply", "resolution_summary")
