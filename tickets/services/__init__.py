"""The only place that changes a ticket: one function per intention, whoever asks.

Each verb locks the ticket, checks (permissions.py, workflow.py), changes, saves, and records one
event, which is announced by its signal in the same transaction. Each takes `actor` (None: the desk
itself) and returns the fresh ticket. All raise `PermissionDenied` for what the actor may not do,
`ValidationError({"field": ...})` for what makes no sense, and `EditConflict` where `version` is
given and is not the ticket's present one.
"""

from tickets.services.assignment import (
    assign_team,
    assign_ticket,
    release_tickets_of,
    take_ticket,
    unassign_ticket,
)
from tickets.services.attachments import (
    FileRefused,
    discard_file,
    fresh_uploads,
    own_uploads,
    release_file,
    remove_attachment,
    reserve_name,
    rules_in_words,
    store_file,
    too_large,
    too_many,
)
from tickets.services.automatic import take_due_steps
from tickets.services.categories import (
    add_category,
    change_category_settings,
    delete_category,
    ensure_category,
    file_under,
    find_category,
    is_category_used,
    set_category_active,
    set_served_categories,
)
from tickets.services.cautions import Unconfirmed, cautions_about
from tickets.services.changes import EditConflict, Merged
from tickets.services.checklist import MOST_ITEMS, add_item, remove_item, set_item_done
from tickets.services.conversation import add_note, add_reply
from tickets.services.corrections import edit_message, redact, withdraw_message
from tickets.services.courtesy import dismiss_courtesy
from tickets.services.creation import create_ticket
from tickets.services.customer_merging import (
    CustomerMergePlan,
    merge_customers,
    plan_customer_merge,
    undo_customer_merge,
)
from tickets.services.customers import add_customer_note, remove_customer_note
from tickets.services.deletion import delete_ticket, purge_deleted_tickets, restore_ticket
from tickets.services.desk_settings import change_desk_settings
from tickets.services.drafts import (
    discard_draft,
    drafts_of,
    drop_draft,
    purge_old_drafts,
    restore_draft,
    save_draft,
)
from tickets.services.due import note_target, note_targets, set_next_due, set_next_dues
from tickets.services.file_care import (
    find_strays,
    report_strays,
    scan_waiting_files,
    tidy_files,
)
from tickets.services.file_images import make_image
from tickets.services.follow_ups import follow_ups
from tickets.services.guard import SHOWN_NEWS, UnseenNews, in_words, newest_at, news_since
from tickets.services.guests import end_guest_links
from tickets.services.handover import (
    Handover,
    give_back,
    hand_over,
    is_untouched,
    read_handover,
    undo_handover,
)
from tickets.services.macros import note_macro
from tickets.services.mail import note_mail, note_origin
from tickets.services.merging import MergePlan, merge_tickets, plan_merge, undo_merge
from tickets.services.organizations import add_organization_note, remove_organization_note
from tickets.services.participants import (
    MOST_PARTICIPANTS,
    MOST_WATCHERS,
    add_mailed_person,
    add_participant,
    add_watcher,
    mute_ticket,
    remove_participant,
    remove_watcher,
)
from tickets.services.properties import (
    change_category,
    change_priority,
    change_ticket,
)
from tickets.services.rating import rate_ticket
from tickets.services.relations import link_tickets, unlink_tickets
from tickets.services.reminders import drop_reminder, set_reminder, tell_due_reminders
from tickets.services.sending import (
    GONE,
    discard_reply,
    release_due_replies,
    send_held_reply,
    send_or_hold,
    send_reply,
    take_back_reply,
)
from tickets.services.snoozing import snooze_ticket, wake_due_tickets, wake_ticket
from tickets.services.splitting import split_message
from tickets.services.status import (
    accept_solution,
    change_resolution_summary,
    change_status,
    close_ticket,
    reopen_ticket,
    resolve_ticket,
    take_back_status,
)
from tickets.services.tags import (
    MOST_TAGS,
    add_tag,
    create_tag,
    delete_tag,
    ensure_tag,
    merge_tags,
    remove_tag,
    rename_tag,
)
from tickets.services.time_spent import log_time, remove_time

__all__ = [
    "GONE",
    "MOST_ITEMS",
    "MOST_PARTICIPANTS",
    "MOST_TAGS",
    "MOST_WATCHERS",
    "SHOWN_NEWS",
    "CustomerMergePlan",
    "EditConflict",
    "FileRefused",
    "Handover",
    "MergePlan",
    "Merged",
    "Unconfirmed",
    "UnseenNews",
    "accept_solution",
    "add_category",
    "add_customer_note",
    "add_item",
    "add_mailed_person",
    "add_note",
    "add_organization_note",
    "add_participant",
    "add_reply",
    "add_tag",
    "add_watcher",
    "assign_team",
    "assign_ticket",
    "cautions_about",
    "change_category",
    "change_category_settings",
    "change_desk_settings",
    "change_priority",
    "change_resolution_summary",
    "change_status",
    "change_ticket",
    "close_ticket",
    "create_tag",
    "create_ticket",
    "delete_category",
    "delete_tag",
    "delete_ticket",
    "discard_draft",
    "discard_file",
    "discard_reply",
    "dismiss_courtesy",
    "drafts_of",
    "drop_draft",
    "drop_reminder",
    "edit_message",
    "end_guest_links",
    "ensure_category",
    "ensure_tag",
    "file_under",
    "find_category",
    "find_strays",
    "follow_ups",
    "fresh_uploads",
    "give_back",
    "hand_over",
    "in_words",
    "is_category_used",
    "is_untouched",
    "link_tickets",
    "log_time",
    "make_image",
    "merge_customers",
    "merge_tags",
    "merge_tickets",
    "mute_ticket",
    "newest_at",
    "news_since",
    "note_macro",
    "note_mail",
    "note_origin",
    "note_target",
    "note_targets",
    "own_uploads",
    "plan_customer_merge",
    "plan_merge",
    "purge_deleted_tickets",
    "purge_old_drafts",
    "rate_ticket",
    "read_handover",
    "redact",
    "release_due_replies",
    "release_file",
    "release_tickets_of",
    "remove_attachment",
    "remove_customer_note",
    "remove_item",
    "remove_organization_note",
    "remove_participant",
    "remove_tag",
    "remove_time",
    "remove_watcher",
    "rename_tag",
    "reopen_ticket",
    "report_strays",
    "reserve_name",
    "resolve_ticket",
    "restore_draft",
    "restore_ticket",
    "rules_in_words",
    "save_draft",
    "scan_waiting_files",
    "send_held_reply",
    "send_or_hold",
    "send_reply",
    "set_category_active",
    "set_item_done",
    "set_next_due",
    "set_next_dues",
    "set_reminder",
    "set_served_categories",
    "snooze_ticket",
    "split_message",
    "store_file",
    "take_back_reply",
    "take_back_status",
    "take_due_steps",
    "take_ticket",
    "tell_due_reminders",
    "tidy_files",
    "too_large",
    "too_many",
    "unassign_ticket",
    "undo_customer_merge",
    "undo_handover",
    "undo_merge",
    "unlink_tickets",
    "wake_due_tickets",
    "wake_ticket",
    "withdraw_message",
]
