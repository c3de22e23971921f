"""The whole REST surface on one screen. A trailing slash is optional everywhere."""

from django.urls import path, re_path

from accounts.api import views as accounts
from mailboxes.api import views as mails
from reports.api import targets as figures
from reports.api import time as time_figures
from sla.api import views as targets
from technicians.api import (
    absences,
    answers,
    assignment,
    bulk,
    colleagues,
    dashboard,
    lists,
    search,
    teams,
)
from technicians.api import exports as exports_of_lists
from technicians.api import views as technicians
from ticketing.api import documents
from ticketing.api.errors import unknown_address
from tickets.api import (
    corrections,
    customers,
    drafts,
    endings,
    files,
    handover,
    keeping,
    organizations,
    people,
    relations,
    tags,
    unsent,
)
from tickets.api import documents as exports
from tickets.api import views as tickets

app_name = "api"
urlpatterns = [
    path("auth/login", accounts.Login.as_view(), name="login"),
    path("auth/register", accounts.Register.as_view(), name="register"),
    path("auth/refresh", accounts.Refresh.as_view(), name="refresh"),
    path("auth/logout", accounts.Logout.as_view(), name="logout"),
    path("auth/password", accounts.PasswordChange.as_view(), name="password-change"),
    path("auth/password/reset", accounts.PasswordReset.as_view(), name="password-reset"),
    path("auth/password/set", accounts.PasswordSet.as_view(), name="password-set"),
    path("me", accounts.Me.as_view(), name="me"),
    path("customers", accounts.Customers.as_view(), name="customer-list"),
    path("customers/known", customers.KnownCustomers.as_view(), name="customer-known"),
    path("customers/search", customers.OfferedCustomers.as_view(), name="customer-search"),
    path("customers/<customer_id>", accounts.Customer.as_view(), name="customer-detail"),
    path("technicians", technicians.Technicians.as_view(), name="technician-list"),
    path("technicians/<technician_id>", technicians.OneTechnician.as_view(), name="technician"),
    path("canned-responses", answers.CannedResponses.as_view(), name="canned-list"),
    path("canned-responses/<answer_id>", answers.OneCannedResponse.as_view(), name="canned"),
    path("macros", answers.Macros.as_view(), name="macro-list"),
    path("macros/<answer_id>", answers.OneMacro.as_view(), name="macro"),
    path(
        "tickets/<ticket_id>/canned-responses/<answer_id>",
        answers.FilledCanned.as_view(),
        name="ticket-canned",
    ),
    path(
        "tickets/<ticket_id>/macros/<answer_id>", answers.UsedMacro.as_view(), name="ticket-macro"
    ),
    path("assignment-rules", assignment.Rules.as_view(), name="rule-list"),
    path("assignment-rules/<rule_id>", assignment.OneRule.as_view(), name="rule"),
    path("dashboard", dashboard.Dashboard.as_view(), name="dashboard"),
    path("colleagues", colleagues.Colleagues.as_view(), name="colleague-list"),
    path("replies/unsent", unsent.Unsent.as_view(), name="unsent-list"),
    path("replies/unsent/<reply_id>", unsent.OneUnsent.as_view(), name="unsent"),
    path("replies/unsent/<reply_id>/send", unsent.UnsentSending.as_view(), name="unsent-send"),
    path(
        "replies/unsent/<reply_id>/take-back",
        unsent.UnsentTakeBack.as_view(),
        name="unsent-take-back",
    ),
    path("availability", assignment.OwnAvailability.as_view(), name="availability"),
    path("absences", absences.Absences.as_view(), name="absence-list"),
    path("absences/<absence_id>", absences.OneAbsence.as_view(), name="absence"),
    path(
        "absences/<absence_id>/handover",
        absences.AbsenceHandover.as_view(),
        name="absence-handover",
    ),
    path(
        "absences/<absence_id>/tickets", absences.AbsenceTickets.as_view(), name="absence-tickets"
    ),
    path("absences/<absence_id>/return", absences.AbsenceReturn.as_view(), name="absence-return"),
    path("teams", teams.Teams.as_view(), name="team-list"),
    path("teams/<team_id>", teams.OneTeam.as_view(), name="team"),
    path("views", lists.Views.as_view(), name="view-list"),
    path("views/<int:view_id>", lists.OneView.as_view(), name="view"),
    path("views/<int:view_id>/move", lists.MovedView.as_view(), name="view-move"),
    path("list-preference", lists.OwnListPreference.as_view(), name="list-preference"),
    path("views/<int:view_id>/tickets", lists.ViewTickets.as_view(), name="view-tickets"),
    path("tickets/bulk", bulk.BulkActions.as_view(), name="bulk"),
    path("tickets/bulk/<uuid:action_id>", bulk.OneBulkAction.as_view(), name="bulk-action"),
    path("tickets/bulk/<uuid:action_id>/undo", bulk.BulkUndo.as_view(), name="bulk-undo"),
    path("tickets/exports", exports_of_lists.Exports.as_view(), name="export-list"),
    path(
        "tickets/exports/<uuid:export_id>",
        exports_of_lists.OneExport.as_view(),
        name="export",
    ),
    path(
        "tickets/exports/<uuid:export_id>/file",
        exports_of_lists.ExportedFile.as_view(),
        name="export-file",
    ),
    path("search", search.TicketSearch.as_view(), name="search"),
    path("tickets/find", lists.DeskTickets.as_view(), name="ticket-find"),
    path(
        "technicians/<technician_id>/work",
        assignment.TechnicianWork.as_view(),
        name="technician-work",
    ),
    path("categories", tickets.Categories.as_view(), name="category-list"),
    path("customers/<customer_id>/notes", customers.CustomerNotes.as_view(), name="customer-notes"),
    path(
        "customers/<customer_id>/notes/<int:note_id>",
        customers.OneCustomerNote.as_view(),
        name="customer-note",
    ),
    path(
        "customers/<customer_id>/merge", customers.CustomerMerging.as_view(), name="customer-merge"
    ),
    path(
        "customers/<customer_id>/unmerge",
        customers.CustomerUnmerging.as_view(),
        name="customer-unmerge",
    ),
    path("organizations", organizations.Organizations.as_view(), name="organization-list"),
    path(
        "organizations/<organization_id>",
        organizations.OneOrganization.as_view(),
        name="organization",
    ),
    path(
        "organizations/<organization_id>/notes",
        organizations.OrganizationNotes.as_view(),
        name="organization-notes",
    ),
    path(
        "organizations/<organization_id>/notes/<note_id>",
        organizations.OneOrganizationNote.as_view(),
        name="organization-note",
    ),
    path("tickets/on-behalf", customers.OnBehalf.as_view(), name="ticket-on-behalf"),
    path("mails", mails.Mails.as_view(), name="mail-list"),
    path("mails/<int:mail_id>", mails.OneMail.as_view(), name="mail"),
    path("mails/<int:mail_id>/release", mails.MailRelease.as_view(), name="mail-release"),
    path("mails/<int:mail_id>/dismiss", mails.MailDismissal.as_view(), name="mail-dismiss"),
    path("tags", tags.Tags.as_view(), name="tag-list"),
    path("tags/<int:tag_id>", tags.OneTag.as_view(), name="tag"),
    path("tags/<int:tag_id>/merge", tags.TagMerge.as_view(), name="tag-merge"),
    path("tickets", tickets.AllTickets.as_view(), name="ticket-list"),
    path("tickets/available", tickets.AvailableTickets.as_view(), name="ticket-available"),
    path("tickets/stuck", assignment.StuckTickets.as_view(), name="ticket-stuck"),
    path("tickets/to-confirm", endings.TicketsToConfirm.as_view(), name="ticket-to-confirm"),
    path("tickets/customer/<customer_id>", tickets.CustomerTickets.as_view(), name="tickets-own"),
    path("tickets/technician/<technician_id>", tickets.GivenTickets.as_view(), name="tickets-mine"),
    path("tickets/<ticket_id>", tickets.OneTicket.as_view(), name="ticket-detail"),
    path("tickets/<ticket_id>/clocks", targets.TicketClocks.as_view(), name="ticket-clocks"),
    path("tickets/<ticket_id>/timeline", tickets.Timeline.as_view(), name="ticket-timeline"),
    path("tickets/<ticket_id>/replies", tickets.Replies.as_view(), name="ticket-reply"),
    path(
        "tickets/<ticket_id>/messages/<message_id>",
        corrections.OneMessage.as_view(),
        name="ticket-message",
    ),
    path("tickets/<ticket_id>/redactions", corrections.Redactions.as_view(), name="ticket-redact"),
    path("tickets/<ticket_id>/export", exports.Export.as_view(), name="ticket-export"),
    path("tickets/<ticket_id>/notes", tickets.Notes.as_view(), name="ticket-note"),
    path("tickets/<ticket_id>/drafts/<kind>", drafts.OwnDraft.as_view(), name="ticket-draft"),
    path(
        "tickets/<ticket_id>/drafts/<kind>/restore",
        drafts.DraftRestoring.as_view(),
        name="draft-restore",
    ),
    path("tickets/<ticket_id>/participants", people.Participants.as_view(), name="participants"),
    path(
        "tickets/<ticket_id>/participants/<int:participant_id>",
        people.OneParticipant.as_view(),
        name="participant",
    ),
    path("tickets/<ticket_id>/watch", people.Watch.as_view(), name="ticket-watch"),
    path("tickets/<ticket_id>/take", tickets.Take.as_view(), name="ticket-take"),
    path("tickets/<ticket_id>/handover", handover.Handover.as_view(), name="ticket-handover"),
    path("handovers/undo", handover.HandoverUndo.as_view(), name="handover-undo"),
    path("tickets/<ticket_id>/accept", tickets.Accept.as_view(), name="ticket-accept"),
    path("tickets/<ticket_id>/reopen", tickets.Reopen.as_view(), name="ticket-reopen"),
    path("tickets/<ticket_id>/links", relations.Links.as_view(), name="ticket-links"),
    path("tickets/<ticket_id>/links/<link_id>", relations.OneLink.as_view(), name="ticket-unlink"),
    path("tickets/<ticket_id>/tags", tags.TicketTags.as_view(), name="ticket-tags"),
    path("tickets/<ticket_id>/tags/<int:tag_id>", tags.OneTicketTag.as_view(), name="ticket-untag"),
    path("reports/targets", figures.TargetFigures.as_view(), name="report-targets"),
    path("reports/targets/missed", figures.MissedTargets.as_view(), name="report-missed"),
    path("reports/time", time_figures.TimeFigures.as_view(), name="report-time"),
    path("reports/time/entries", time_figures.TimeEntries.as_view(), name="report-entries"),
    path("reminders", keeping.OwnReminders.as_view(), name="reminder-list"),
    path("reminders/<int:reminder_id>", keeping.OneReminder.as_view(), name="reminder"),
    path("tickets/<ticket_id>/snooze", keeping.Snooze.as_view(), name="ticket-snooze"),
    path("tickets/<ticket_id>/reminders", keeping.Reminders.as_view(), name="ticket-reminders"),
    path("tickets/<ticket_id>/checklist", keeping.Checklist.as_view(), name="ticket-checklist"),
    path(
        "tickets/<ticket_id>/checklist/<int:item_id>", keeping.OneItem.as_view(), name="ticket-item"
    ),
    path("tickets/<ticket_id>/time", keeping.TimeSpent.as_view(), name="ticket-time"),
    path(
        "tickets/<ticket_id>/time/<int:time_id>", keeping.OneTime.as_view(), name="ticket-minutes"
    ),
    path("tickets/<ticket_id>/rating", endings.OneRating.as_view(), name="ticket-rating"),
    path("tickets/<ticket_id>/dismiss", endings.Dismiss.as_view(), name="ticket-dismiss"),
    path("files", files.Files.as_view(), name="file-list"),
    path("files/<file_id>", files.OneFile.as_view(), name="file"),
    path("files/<file_id>/remove", files.FileRemoval.as_view(), name="file-remove"),
    path("tickets/<ticket_id>/merge", relations.Merge.as_view(), name="ticket-merge"),
    path("tickets/<ticket_id>/split", relations.Split.as_view(), name="ticket-split"),
    path("tickets/<ticket_id>/unmerge", relations.Unmerge.as_view(), name="ticket-unmerge"),
    path("schema", documents.Schema.as_view(), name="schema"),
    path("docs", documents.docs, name="docs"),
    re_path(r"^(?P<rest>.*)$", unknown_address, name="unknown"),
]
