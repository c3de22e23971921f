"""Workers and periodic jobs in the admin site, to look at."""

from typing import Any

from django.contrib import admin
from django.db.models import Case, OuterRef, QuerySet, Subquery, When
from django.http import HttpRequest

from accounts.admin_base import ReadOnlyAdmin
from accounts.choices import AccountEventType, FactKind
from accounts.models import AccountEvent, AuditSeal
from operations.models import PeriodicRun, Worker
from tickets.choices import EventType
from tickets.models import TicketEvent


@admin.register(Worker)
class WorkerAdmin(ReadOnlyAdmin):
    """Processes that send mail and run jobs, and when each was last seen."""

    list_display = ["name", "started_at", "seen_at"]
    ordering = ["-seen_at"]


@admin.register(AuditSeal)
class AuditSealAdmin(ReadOnlyAdmin):
    """The chain of the audit log, newest first, with the fact that each seal is about."""

    list_display = ["seq", "at", "kind", "fact", "what", "who", "hash"]
    ordering = ["-seq"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[AuditSeal]:
        facts = {
            FactKind.ACCOUNT: AccountEvent.objects.filter(pk=OuterRef("fact")),
            FactKind.TICKET: TicketEvent.objects.filter(pk=OuterRef("fact")),
        }
        columns = {"fact_type": "type", "fact_actor": "actor__name"}
        return (
            super()
            .get_queryset(request)
            .annotate(
                **{
                    name: Case(
                        *(
                            When(kind=kind, then=Subquery(rows.values(column)))
                            for kind, rows in facts.items()
                        )
                    )
                    for name, column in columns.items()
                }
            )
        )

    @admin.display(description="what")
    def what(self, seal: Any) -> str:
        labels = {**dict(AccountEventType.choices), **dict(EventType.choices)}
        return str(labels.get(seal.fact_type, seal.fact_type))

    @admin.display(description="who")
    def who(self, seal: Any) -> str:
        return seal.fact_actor or "The desk"


@admin.register(PeriodicRun)
class PeriodicRunAdmin(ReadOnlyAdmin):
    """Jobs that run by the clock: when last, how long, what went wrong."""

    list_display = ["job", "ran_at", "seconds", "error"]
    ordering = ["job"]
