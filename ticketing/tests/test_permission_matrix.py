"""Who may do what: every route of the desk, every role, the status that answers.

The table is the documentation. A route or a method that is added without a row fails here, as
does a row without its route. Columns:

    anon      nobody is signed in
    owner     the customer whose ticket, account or page it is
    stranger  another customer
    assigned  the technician who has the ticket
    other     a technician who serves none of the categories
    admin

`object` says what the address names: `open` is a ticket that a technician works on, `done` a
resolved one, `free` one that nobody has, `gone` a deleted one; `file` is of a public reply,
`notefile` of an internal note, `fresh` not sent yet; `...ofopen` is below the address of the
ticket, `wrongticket` below that of another one; `link` is the link of a mail. 302 to a stranger is the way to
the sign-in page; 404 is also the answer for what does not exist, with the very same body.
"""

import contextlib
import io
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, get_resolver, reverse
from django.utils import timezone

from accounts.api.tokens import open_device
from accounts.choices import LinkPurpose
from accounts.links import make_link, token_for
from accounts.models import Device, User
from accounts.tests.factories import AdminFactory, CustomerFactory, OrganizationFactory
from mailboxes.choices import Outcome, Source
from mailboxes.models import InboundMail
from mailboxes.services import receive
from mailboxes.tests.letters import letter
from technicians import bulk
from technicians.exports import ask_for_export, write_export
from technicians.listing.saving import save_view
from technicians.models import (
    Absence,
    AssignmentRule,
    CannedResponse,
    ListExport,
    Macro,
    Technician,
)
from technicians.services import plan_absence
from technicians.tests.factories import TeamFactory, TechnicianFactory
from tickets import services
from tickets.choices import EventType, OutgoingState
from tickets.links import rating_token
from tickets.models import Category, Comment, OutgoingReply, Ticket
from tickets.tests.factories import CategoryFactory
from tickets.tests.files import named, png, uploaded

ROLES = ("anon", "owner", "stranger", "assigned", "other", "admin")

PAGES = """
# route                         method object      anon owner stranger assigned other admin
# The customer's portal
tickets:home                    GET    -           200  200   200      200      200   200
tickets:ticket-list             GET    -           302  200   200      404      404   404
tickets:ticket-create           GET    -           302  200   200      404      404   404
tickets:ticket-create           POST   -           401  302   302      404      404   404
tickets:create-preview          GET    -           302  302   302      404      404   404
tickets:create-preview          POST   -           401  200   200      404      404   404
tickets:subcategories           GET    -           302  200   200      404      404   404
sla:promise                     GET    -           302  200   200      404      404   404
tickets:ticket-detail           GET    open        302  200   404      302      404   302
tickets:ticket-detail           GET    free        302  200   404      302      404   302
tickets:ticket-detail           GET    gone        302  404   404      404      404   404
tickets:ticket-reply            POST   open        401  302   404      404      404   404
tickets:ticket-reply            POST   gone        401  404   404      404      404   404
tickets:ticket-preview          GET    open        302  302   302      404      404   404
tickets:ticket-preview          POST   open        401  200   404      404      404   404
tickets:ticket-preview          POST   gone        401  404   404      404      404   404
tickets:guest-open              GET    token       410  410   410      410      410   410
tickets:guest-verb              POST   open        302  404   404      404      404   404
tickets:ticket-people           POST   open        401  302   404      404      404   404
tickets:ticket-people           POST   gone        401  404   404      404      404   404
tickets:ticket-file-upload      POST   open        302  201   404      201      404   201
tickets:ticket-file-upload      POST   gone        302  404   404      404      404   404
tickets:ticket-file             GET    ofopen      302  200   404      200      404   200
tickets:ticket-file             GET    noteofopen  302  404   404      200      404   200
tickets:ticket-file             GET    wrongticket 302  404   404      404      404   404
tickets:ticket-file-shown       GET    ofopen      302  200   404      200      404   200
tickets:ticket-file-shown       GET    noteofopen  302  404   404      200      404   200
tickets:ticket-file-discard     POST   freshofopen 302  204   404      404      404   404
tickets:ticket-accept           POST   done        302  302   404      404      404   404
tickets:ticket-accept           POST   gone        302  404   404      404      404   404
tickets:ticket-print            GET    open        302  200   404      200      404   200
tickets:ticket-print            GET    gone        302  404   404      404      404   404
tickets:ticket-export           GET    open        302  200   404      200      404   200
tickets:ticket-export           GET    gone        302  404   404      404      404   404
tickets:message-edit            GET    open        302  200   404      403      404   403
tickets:message-edit            POST   open        401  302   404      403      404   403
tickets:message-edit            GET    gone        302  404   404      404      404   404
tickets:message-edit            POST   gone        401  404   404      404      404   404
tickets:message-withdraw        POST   open        302  302   404      403      404   403
tickets:message-withdraw        POST   gone        302  404   404      404      404   404
tickets:ticket-reopen           POST   done        401  302   404      404      404   404
tickets:ticket-reopen           POST   gone        401  404   404      404      404   404
tickets:ticket-rate             POST   done        302  302   404      404      404   404
tickets:ticket-rate             POST   gone        302  404   404      404      404   404
tickets:rate                    GET    face        200  200   200      200      200   200
tickets:rate                    POST   face        302  302   302      302      302   302
tickets:rate                    GET    token       404  404   404      404      404   404
tickets:rate                    POST   token       404  404   404      404      404   404
# Files: of a message that everybody on the ticket reads, of a note, a fresh upload of the owner's
tickets:file-upload             POST   -           302  201   201      201      201   201
tickets:file                    GET    file        302  200   404      200      404   200
tickets:file                    GET    notefile    302  404   404      200      404   200
tickets:file                    GET    fresh       302  200   404      404      404   404
tickets:file-shown              GET    file        302  200   404      200      404   200
tickets:file-shown              GET    notefile    302  404   404      200      404   200
tickets:file-discard            POST   fresh       302  204   404      404      404   404
tickets:file-discard            POST   file        302  404   404      404      404   404
tickets:file-remove             POST   file        302  404   404      404      404   302
tickets:file-remove             POST   notefile    302  404   404      404      404   302
# Oneself
accounts:register               GET    -           200  200   200      200      200   200
accounts:register               POST   -           302  302   302      302      302   302
accounts:register-sent          GET    -           200  200   200      200      200   200
accounts:sign-in                GET    -           200  302   302      302      302   302
accounts:sign-in                POST   -           422  422   422      422      422   422
accounts:sign-out               GET    -           405  405   405      405      405   405
accounts:sign-out               POST   -           302  302   302      302      302   302
accounts:email-verify           GET    link        200  200   200      200      200   200
accounts:email-verify           POST   link        302  302   302      302      302   302
accounts:password-reset         GET    -           200  200   200      200      200   200
accounts:password-reset         POST   -           302  302   302      302      302   302
accounts:password-reset-sent    GET    -           200  200   200      200      200   200
accounts:password-set           GET    link        200  200   200      200      200   200
accounts:password-set           POST   link        302  302   302      302      302   302
accounts:password-change        GET    -           302  200   200      200      200   200
accounts:password-change        POST   -           302  302   302      302      302   302
accounts:email-change           GET    -           302  200   200      200      200   200
accounts:email-change           POST   -           302  302   302      302      302   302
accounts:email-confirm          GET    link        200  200   200      200      200   200
accounts:email-confirm          POST   link        302  302   302      302      302   302
accounts:profile                GET    -           302  200   200      200      200   200
accounts:profile                POST   -           302  302   302      302      302   302
accounts:session-list           GET    -           302  200   200      200      200   200
accounts:session-end-all        GET    -           405  405   405      405      405   405
accounts:session-end-all        POST   -           302  302   302      302      302   302
accounts:session-end            GET    device      405  405   405      405      405   405
accounts:session-end            POST   device      302  302   404      404      404   404
# The desk
technicians:dashboard           GET    -           302  404   404      200      200   200
technicians:profile             GET    -           302  404   404      200      200   404
technicians:availability        GET    -           302  404   404      302      302   404
technicians:availability        POST   -           302  404   404      302      302   404
technicians:answers             GET    kind        302  404   404      200      200   200
technicians:answer-new          GET    kind        302  404   404      200      200   200
technicians:answer-new          POST   kind        302  404   404      422      422   422
technicians:answer-edit         GET    canned      302  404   404      404      404   200
technicians:answer-edit         POST   canned      302  404   404      404      404   422
technicians:answer-delete       POST   canned      302  404   404      302      302   302
technicians:canned-offer        GET    open        302  404   404      200      404   200
technicians:canned-offer        GET    gone        302  404   404      404      404   404
technicians:canned-text         GET    open        302  404   404      200      404   200
technicians:canned-text         GET    gone        302  404   404      404      404   404
technicians:canned-insert       GET    open        302  404   404      302      302   302
technicians:canned-insert       POST   open        401  404   404      200      404   200
technicians:canned-insert       POST   gone        401  404   404      404      404   404
technicians:macro-use           GET    open        302  404   404      200      404   200
technicians:macro-use           POST   open        302  404   404      302      404   302
technicians:macro-use           POST   gone        302  404   404      404      404   404
technicians:teams               GET    -           302  404   404      200      200   200
technicians:pulse               GET    -           302  404   404      400      400   400
technicians:customer-list       GET    -           302  404   404      200      200   200
technicians:customer            GET    customer    302  404   404      200      404   200
technicians:customer-notes      POST   customer    401  404   404      302      404   302
technicians:customer-merge      GET    customer    302  404   404      403      404   200
technicians:customer-merge      POST   customer    302  404   404      403      404   422
technicians:customer-unmerge    POST   customer    302  404   404      403      403   302
technicians:ticket-create       GET    -           302  404   404      200      200   200
technicians:ticket-create       POST   -           302  404   404      422      422   422
technicians:organization-list   GET    -           302  404   404      200      200   200
technicians:organization        GET    firm        302  404   404      200      404   200
technicians:organization        POST   firm        302  404   404      422      404   422
technicians:organization-notes  POST   firm        401  404   404      302      404   302
technicians:absences            GET    -           302  404   404      200      200   302
technicians:absences            POST   -           302  404   404      422      422   404
technicians:absence             GET    absence     302  404   404      200      404   200
technicians:absence             POST   absence     302  404   404      302      404   302
technicians:absence-change      POST   absence     401  404   404      302      404   302
technicians:absence-end         POST   absence     302  404   404      302      404   302
technicians:absence-return      POST   absence     302  404   404      302      404   403
technicians:ticket-handover     GET    open        302  404   404      200      404   200
technicians:ticket-handover     POST   open        302  404   404      422      404   422
technicians:ticket-handover     GET    gone        302  404   404      404      404   404
technicians:ticket-handover     POST   gone        302  404   404      404      404   404
technicians:handed-over         GET    token       302  404   404      302      302   302
technicians:handed-over         POST   token       302  404   404      302      302   302
technicians:keys                POST   -           302  404   404      302      302   302
technicians:colleagues          GET    -           302  404   404      200      200   200
technicians:search              GET    -           302  404   404      200      200   200
technicians:bulk                GET    -           302  404   404      302      302   302
technicians:bulk                POST   -           401  404   404      302      404   302
technicians:bulk-action         GET    bulk        302  404   404      200      404   404
technicians:bulk-undo           GET    bulk        302  404   404      302      302   302
technicians:bulk-undo           POST   bulk        302  404   404      302      404   404
technicians:export              GET    -           302  404   404      302      302   302
technicians:export              POST   -           401  404   404      200      200   200
technicians:list-export         GET    listfile    302  404   404      200      404   404
technicians:list-export-file    GET    listfile    302  404   404      200      404   404
technicians:list-columns        GET    -           302  404   404      302      302   302
technicians:list-columns        POST   -           302  404   404      302      302   302
technicians:view-list           GET    -           302  404   404      200      200   200
technicians:view-list           POST   -           401  404   404      302      302   302
technicians:view-change         GET    view        302  404   404      302      302   302
technicians:view-change         POST   view        302  404   404      302      404   404
technicians:view-delete         GET    view        302  404   404      302      302   302
technicians:view-delete         POST   view        302  404   404      302      404   404
technicians:view-move           GET    view        302  404   404      302      302   302
technicians:view-move           POST   view        302  404   404      302      404   404
technicians:view-default        GET    view        302  404   404      302      302   302
technicians:view-default        POST   view        302  404   404      302      404   404
technicians:ticket-list         GET    -           302  404   404      200      200   200
technicians:ticket-detail       GET    open        302  404   404      200      404   200
technicians:ticket-detail       GET    free        302  404   404      200      404   200
technicians:ticket-detail       GET    gone        302  404   404      404      404   404
technicians:ticket-take         GET    open        302  404   404      302      302   302
technicians:ticket-take         POST   open        302  404   404      302      404   403
technicians:ticket-take         POST   free        302  404   404      302      404   403
technicians:ticket-take         POST   gone        302  404   404      404      404   404
technicians:ticket-assign       GET    open        302  404   404      302      302   302
technicians:ticket-assign       POST   open        401  404   404      302      404   302
technicians:ticket-assign       POST   done        401  404   404      422      404   422
technicians:ticket-assign       POST   free        401  404   404      403      404   302
technicians:ticket-assign       POST   gone        401  404   404      404      404   404
technicians:ticket-status       GET    open        302  404   404      302      302   302
technicians:ticket-status       POST   open        401  404   404      302      404   302
technicians:ticket-status       POST   done        401  404   404      422      404   422
technicians:ticket-status       POST   free        401  404   404      403      404   302
technicians:ticket-status       POST   gone        401  404   404      404      404   404
technicians:ticket-reply        GET    open        302  404   404      302      302   302
technicians:ticket-reply        POST   open        401  404   404      302      404   302
technicians:ticket-reply        POST   free        401  404   404      403      404   302
technicians:ticket-reply        POST   gone        401  404   404      404      404   404
technicians:ticket-sending      GET    open        302  404   404      302      404   302
technicians:ticket-sending      GET    gone        302  404   404      404      404   404
technicians:unsent              GET    -           302  404   404      200      200   200
technicians:unsent-take-back    GET    open        302  404   404      302      302   302
technicians:unsent-take-back    POST   open        302  404   404      302      404   302
technicians:unsent-take-back    POST   gone        302  404   404      404      404   404
technicians:unsent-send         GET    open        302  404   404      302      302   302
technicians:unsent-send         POST   open        302  404   404      302      404   302
technicians:unsent-send         POST   gone        302  404   404      404      404   404
technicians:unsent-discard      GET    open        302  404   404      302      302   302
technicians:unsent-discard      POST   open        302  404   404      302      404   302
technicians:unsent-discard      POST   gone        302  404   404      404      404   404
technicians:ticket-note         GET    open        302  404   404      302      302   302
technicians:ticket-note         POST   open        401  404   404      302      404   302
technicians:ticket-note         POST   free        401  404   404      403      404   302
technicians:ticket-note         POST   gone        401  404   404      404      404   404
technicians:ticket-preview      GET    open        302  404   404      302      302   302
technicians:ticket-preview      POST   open        401  404   404      200      404   200
technicians:ticket-preview      POST   free        401  404   404      200      404   200
technicians:ticket-preview      POST   gone        401  404   404      404      404   404
technicians:draft-save          GET    open        302  404   404      302      302   302
technicians:draft-save          POST   open        401  404   404      302      404   302
technicians:draft-save          POST   free        401  404   404      403      404   302
technicians:draft-save          POST   gone        401  404   404      404      404   404
technicians:draft-discard       GET    open        302  404   404      302      302   302
technicians:draft-discard       POST   open        302  404   404      302      404   302
technicians:draft-discard       POST   gone        302  404   404      404      404   404
technicians:draft-restore       GET    open        302  404   404      302      302   302
technicians:draft-restore       POST   open        302  404   404      302      404   302
technicians:draft-restore       POST   gone        302  404   404      404      404   404
technicians:ticket-resolve      GET    open        302  404   404      302      302   302
technicians:ticket-resolve      POST   open        401  404   404      302      404   302
technicians:ticket-resolve      POST   free        401  404   404      403      404   302
technicians:ticket-resolve      POST   gone        401  404   404      404      404   404
technicians:ticket-close        GET    open        302  404   404      302      302   302
technicians:ticket-close        POST   open        401  404   404      302      404   302
technicians:ticket-close        POST   free        401  404   404      403      404   302
technicians:ticket-close        POST   gone        401  404   404      404      404   404
technicians:ticket-reopen       GET    open        302  404   404      302      302   302
technicians:ticket-reopen       POST   done        302  404   404      302      404   302
technicians:ticket-reopen       POST   gone        302  404   404      404      404   404
technicians:ticket-dismiss      GET    open        302  404   404      302      302   302
technicians:ticket-dismiss      POST   done        302  404   404      302      404   302
technicians:ticket-dismiss      POST   gone        302  404   404      404      404   404
technicians:ticket-people       GET    open        302  404   404      302      302   302
technicians:ticket-people       POST   open        401  404   404      302      404   302
technicians:ticket-people       POST   free        401  404   404      403      404   302
technicians:ticket-people       POST   gone        401  404   404      404      404   404
technicians:ticket-presence     POST   open        302  404   404      204      404   204
technicians:ticket-presence     POST   gone        302  404   404      404      404   404
technicians:ticket-set          GET    open        302  404   404      302      302   302
technicians:ticket-set          POST   open        302  404   404      302      404   302
technicians:ticket-set          POST   free        302  404   404      403      404   302
technicians:ticket-set          POST   gone        302  404   404      404      404   404
technicians:ticket-link         GET    open        302  404   404      302      302   302
technicians:ticket-link         POST   open        401  404   404      302      404   302
technicians:ticket-link         POST   gone        401  404   404      404      404   404
technicians:ticket-merge        GET    open        302  404   404      200      404   200
technicians:ticket-merge        GET    free        302  404   404      200      404   200
technicians:ticket-merge        GET    gone        302  404   404      404      404   404
technicians:ticket-merge        POST   open        401  404   404      302      404   302
technicians:ticket-merge        POST   gone        401  404   404      404      404   404
technicians:ticket-split        GET    open        302  404   404      200      404   200
technicians:ticket-split        GET    gone        302  404   404      404      404   404
technicians:ticket-split        POST   open        401  404   404      302      404   302
technicians:ticket-split        POST   free        401  404   404      403      404   404
technicians:ticket-split        POST   gone        401  404   404      404      404   404
technicians:ticket-unmerge      GET    open        302  404   404      302      302   302
technicians:ticket-unmerge      POST   open        401  404   404      302      404   302
technicians:ticket-unmerge      POST   free        401  404   404      422      404   422
technicians:ticket-unmerge      POST   gone        401  404   404      404      404   404
technicians:ticket-tag          GET    open        302  404   404      302      302   302
technicians:ticket-tag          POST   open        401  404   404      302      404   302
technicians:ticket-tag          POST   free        401  404   404      403      404   302
technicians:ticket-tag          POST   gone        401  404   404      404      404   404
technicians:ticket-keep         GET    open        302  404   404      302      302   302
technicians:ticket-keep         POST   open        401  404   404      302      404   302
technicians:ticket-keep         POST   free        401  404   404      403      404   302
technicians:ticket-keep         POST   gone        401  404   404      404      404   404
technicians:ticket-untag        GET    open        302  404   404      302      302   302
technicians:ticket-untag        POST   open        302  404   404      302      404   302
technicians:ticket-untag        POST   gone        302  404   404      404      404   404
technicians:ticket-unlink       GET    open        302  404   404      302      302   302
technicians:ticket-unlink       POST   open        302  404   404      302      404   302
technicians:ticket-unlink       POST   gone        302  404   404      404      404   404
technicians:ticket-print        GET    open        302  200   404      200      404   200
technicians:ticket-print        GET    gone        302  404   404      404      404   404
technicians:ticket-history      GET    open        302  404   404      200      404   200
technicians:ticket-history      GET    gone        302  404   404      404      404   404
sla:explain                     GET    open        302  404   404      200      404   200
sla:explain                     GET    gone        302  404   404      404      404   404
technicians:ticket-as-it-was    GET    open        302  404   404      404      404   200
technicians:ticket-as-it-was    GET    gone        302  404   404      404      404   404
technicians:ticket-redact       GET    open        302  404   404      404      404   200
technicians:ticket-redact       POST   open        401  404   404      404      404   302
technicians:ticket-redact       GET    gone        302  404   404      404      404   404
technicians:ticket-redact       POST   gone        401  404   404      404      404   404
# Mail
notifications:preferences       GET    -           302  200   200      200      200   200
notifications:preferences       POST   -           302  302   302      302      302   302
notifications:unsubscribe       GET    token       404  404   404      404      404   404
notifications:unsubscribe       POST   token       404  404   404      404      404   404
notifications:ticket-mute       GET    token       404  404   404      404      404   404
notifications:ticket-mute       POST   token       404  404   404      404      404   404
notifications:dev-mail-list     GET    -           200  200   200      200      200   200
notifications:dev-mail          GET    mail        404  404   404      404      404   404
notifications:dev-mail-html     GET    mail        404  404   404      404      404   404
# Incoming mail
mailboxes:original              GET    original    302  404   404      200      404   200
mailboxes:raw                   GET    original    302  404   404      200      404   200
mailboxes:write                 GET    -           200  200   200      200      200   200
mailboxes:write                 POST   -           302  302   302      302      302   302
mailboxes:webhook               POST   -           404  404   404      404      404   404
# The overview
reports:overview                GET    -           302  404   404      404      404   200
reports:targets                 GET    -           302  404   404      200      200   200
reports:targets-csv             GET    -           302  404   404      200      200   200
reports:missed-csv              GET    -           302  404   404      200      200   200
reports:time                    GET    -           302  404   404      200      200   200
reports:time-csv                GET    -           302  404   404      200      200   200
reports:time-entries-csv        GET    -           302  404   404      200      200   200
# For machines
operations:live                 GET    -           200  200   200      200      200   200
operations:ready                GET    -           503  503   503      503      503   503
operations:metrics              GET    -           200  200   200      200      200   200
# Development only
components                      GET    -           200  200   200      200      200   200
"""

API = """
# route                         method object      anon owner stranger assigned other admin
api:login                       POST   -           401  401   401      401      401   401
api:register                    POST   -           201  201   201      201      201   201
api:refresh                     POST   -           401  401   401      401      401   401
api:logout                      POST   -           401  200   200      200      200   200
api:password-change             POST   -           401  200   200      200      200   200
api:password-reset              POST   -           202  202   202      202      202   202
api:password-set                POST   -           400  400   400      400      400   400
api:me                          GET    -           401  200   200      200      200   200
api:me                          PATCH  -           401  200   200      200      200   200
api:customer-list               GET    -           401  403   403      403      403   200
api:customer-known              GET    -           401  403   403      200      200   200
api:customer-search             GET    -           401  403   403      200      200   200
api:customer-detail             GET    customer    401  200   404      403      403   200
api:canned-list                 GET    -           401  403   403      200      200   200
api:canned-list                 POST   -           401  403   403      201      201   201
api:canned                      GET    answer      401  403   403      200      200   200
api:canned                      PUT    answer      401  403   403      403      403   200
api:canned                      DELETE answer      401  403   403      403      403   200
api:macro-list                  GET    -           401  403   403      200      200   200
api:macro-list                  POST   -           401  403   403      201      201   201
api:macro                       GET    macro       401  403   403      200      200   200
api:macro                       PUT    macro       401  403   403      403      403   200
api:macro                       DELETE macro       401  403   403      403      403   200
api:ticket-canned               GET    open        401  403   403      200      404   200
api:ticket-canned               GET    gone        401  403   403      404      404   404
api:ticket-macro                POST   open        401  403   403      200      404   200
api:ticket-macro                POST   gone        401  403   403      404      404   404
api:rule-list                   GET    -           401  403   403      403      403   200
api:rule-list                   POST   -           401  403   403      403      403   201
api:rule                        PUT    rule        401  403   403      403      403   200
api:rule                        DELETE rule        401  403   403      403      403   200
api:technician-work             GET    technician  401  403   403      200      404   200
api:technician-work             PUT    technician  401  403   403      403      403   200
api:ticket-stuck                GET    -           401  403   403      200      200   200
api:handover-undo               POST   -           401  403   403      400      400   400
api:dashboard                   GET    -           401  403   403      200      200   200
api:colleague-list              GET    -           401  403   403      200      200   200
api:unsent-list                 GET    -           401  403   403      200      200   200
api:unsent                      GET    apiunsent   401  403   403      200      404   404
api:unsent                      DELETE apiunsent   401  403   403      200      404   404
api:unsent-send                 POST   apiunsent   401  403   403      200      404   404
api:unsent-take-back            POST   apiunsent   401  403   403      200      404   404
api:availability                GET    -           401  403   403      200      200   403
api:availability                PUT    -           401  403   403      200      200   403
api:absence-list                GET    -           401  403   403      200      200   200
api:absence-list                POST   -           401  403   403      201      201   400
api:absence                     GET    apiabsence  401  403   403      200      404   200
api:absence                     PUT    apiabsence  401  403   403      200      404   200
api:absence                     DELETE apiabsence  401  403   403      200      404   200
api:absence-handover            GET    apiabsence  401  403   403      200      404   200
api:absence-handover            POST   apiabsence  401  403   403      200      404   200
api:absence-tickets             GET    apiabsence  401  403   403      200      404   200
api:absence-return              POST   apiabsence  401  403   403      200      404   403
api:team-list                   GET    -           401  403   403      200      200   200
api:team-list                   POST   -           401  403   403      403      403   201
api:team                        GET    team        401  403   403      200      200   200
api:team                        PUT    team        401  403   403      403      403   200
api:team                        DELETE team        401  403   403      403      403   200
api:technician-list             GET    -           401  403   403      403      403   200
api:technician-list             POST   -           401  403   403      403      403   201
api:technician                  DELETE technician  401  403   403      403      403   200
api:technician                  GET    technician  401  403   403      200      404   200
api:technician                  PUT    technician  401  403   403      403      403   200
api:category-list               GET    -           401  200   200      200      200   200
api:report-targets              GET    -           401  403   403      200      200   200
api:report-missed               GET    -           401  403   403      200      200   200
api:report-time                 GET    -           401  403   403      200      200   200
api:report-entries              GET    -           401  403   403      200      200   200
api:mail-list                   GET    -           401  403   403      403      403   200
api:mail                        GET    waitingmail 401  403   403      403      403   200
api:mail-release                POST   waitingmail 401  403   403      403      403   200
api:mail-dismiss                POST   waitingmail 401  403   403      403      403   200
api:tag-list                    GET    -           401  403   403      200      200   200
api:tag-list                    POST   -           401  403   403      403      403   201
api:tag                         GET    tag         401  403   403      200      200   200
api:tag                         PATCH  tag         401  403   403      403      403   200
api:tag                         DELETE tag         401  403   403      403      403   200
api:tag-merge                   POST   tag         401  403   403      403      403   200
api:bulk                        POST   -           401  403   403      201      404   201
api:bulk-action                 GET    apibulk     401  403   403      200      404   404
api:bulk-undo                   POST   apibulk     401  403   403      200      404   404
api:export-list                 POST   -           401  403   403      201      201   201
api:export                      GET    apilistfile 401  403   403      200      404   404
api:export-file                 GET    apilistfile 401  403   403      200      404   404
api:view-list                   GET    -           401  403   403      200      200   200
api:view-list                   POST   -           401  403   403      201      201   201
api:view                        GET    apiview     401  403   403      200      404   404
api:view                        PUT    apiview     401  403   403      200      404   404
api:view                        DELETE apiview     401  403   403      200      404   404
api:view-tickets                GET    apiview     401  403   403      200      404   404
api:view-move                   POST   apiview     401  403   403      200      404   404
api:list-preference             GET    -           401  403   403      200      200   200
api:list-preference             PUT    -           401  403   403      200      200   200
api:search                      GET    -           401  200   200      200      200   200
api:ticket-find                 GET    -           401  403   403      200      200   200
api:ticket-list                 GET    -           401  403   403      403      403   200
api:ticket-available            GET    -           401  403   403      200      200   403
api:tickets-own                 GET    customer    401  200   404      403      403   403
api:tickets-own                 POST   customer    401  201   404      403      403   403
api:tickets-mine                GET    technician  401  403   403      200      404   403
api:ticket-detail               DELETE open        401  403   403      403      403   200
api:ticket-detail               GET    open        401  200   404      200      404   200
api:ticket-detail               PUT    open        401  403   403      200      404   200
api:ticket-detail               PUT    done        401  403   403      400      404   400
api:ticket-detail               GET    free        401  200   404      200      404   200
api:ticket-detail               PUT    free        401  403   403      404      404   200
api:ticket-detail               DELETE gone        401  403   403      403      403   200
api:ticket-detail               GET    gone        401  404   404      404      404   404
api:ticket-detail               PUT    gone        401  403   403      404      404   404
api:ticket-timeline             GET    open        401  200   404      200      404   200
api:ticket-timeline             GET    free        401  200   404      200      404   200
api:ticket-timeline             GET    gone        401  404   404      404      404   404
api:ticket-reply                POST   open        401  201   404      201      404   201
api:ticket-reply                POST   free        401  201   404      404      404   201
api:ticket-reply                POST   gone        401  404   404      404      404   404
api:ticket-note                 POST   open        401  403   403      201      404   201
api:ticket-note                 POST   free        401  403   403      404      404   201
api:ticket-note                 POST   gone        401  403   403      404      404   404
api:ticket-draft                DELETE open        401  403   403      200      404   200
api:ticket-draft                GET    open        401  403   403      404      404   404
api:ticket-draft                PUT    open        401  403   403      200      404   200
api:ticket-draft                PUT    free        401  403   403      403      404   200
api:ticket-draft                DELETE gone        401  403   403      404      404   404
api:ticket-draft                GET    gone        401  403   403      404      404   404
api:ticket-draft                PUT    gone        401  403   403      404      404   404
api:draft-restore               POST   open        401  403   403      404      404   404
api:draft-restore               POST   gone        401  403   403      404      404   404
api:participants                GET    open        401  200   404      200      404   200
api:participants                GET    gone        401  404   404      404      404   404
api:participants                POST   open        401  201   404      201      404   201
api:participants                POST   free        401  201   404      403      404   201
api:participants                POST   gone        401  404   404      404      404   404
api:participant                 DELETE open        401  200   404      200      404   200
api:participant                 DELETE gone        401  404   404      404      404   404
api:ticket-watch                POST   open        401  403   403      200      404   200
api:ticket-watch                POST   free        401  403   403      200      404   200
api:ticket-watch                POST   gone        401  403   403      404      404   404
api:ticket-watch                DELETE open        401  403   403      200      404   200
api:ticket-watch                DELETE gone        401  403   403      404      404   404
api:ticket-take                 POST   open        401  403   403      200      404   403
api:ticket-take                 POST   free        401  403   403      200      404   403
api:ticket-take                 POST   gone        401  403   403      404      404   403
api:ticket-accept               POST   done        401  200   404      403      403   403
api:ticket-accept               POST   gone        401  404   404      403      403   403
api:ticket-reopen               POST   done        401  200   404      200      404   200
api:ticket-reopen               POST   gone        401  404   404      404      404   404
api:ticket-links                GET    open        401  403   403      200      404   200
api:ticket-links                GET    free        401  403   403      200      404   200
api:ticket-links                GET    gone        401  403   403      404      404   404
api:ticket-links                POST   open        401  403   403      201      404   201
api:ticket-links                POST   free        401  403   403      400      404   400
api:ticket-links                POST   gone        401  403   403      404      404   404
api:ticket-merge                POST   open        401  403   403      200      404   200
api:ticket-merge                POST   free        401  403   403      200      404   200
api:ticket-merge                POST   gone        401  403   403      404      404   404
api:ticket-split                POST   open        401  403   403      201      404   201
api:ticket-split                POST   free        401  403   403      400      404   400
api:ticket-split                POST   gone        401  403   403      404      404   404
api:ticket-unmerge              POST   merged      401  403   403      200      404   200
api:ticket-unmerge              POST   open        401  403   403      400      404   400
api:ticket-unmerge              POST   gone        401  403   403      404      404   404
tickets:ticket-detail           GET    merged      302  302   404      302      404   302
technicians:ticket-detail       GET    merged      302  404   404      302      404   302
api:customer-notes              GET    customer    401  403   403      200      404   200
api:customer-notes              POST   customer    401  403   403      201      404   201
api:customer-note               DELETE note        401  403   403      200      404   200
api:customer-merge              POST   customer    401  403   403      403      403   400
api:customer-unmerge            POST   customer    401  403   403      403      403   400
api:ticket-handover             POST   open        401  403   403      400      404   400
api:ticket-handover             POST   gone        401  403   403      404      404   404
api:organization-list           GET    -           401  403   403      200      200   200
api:organization-list           POST   -           401  403   403      403      403   201
api:organization                GET    apifirm     401  403   403      200      404   200
api:organization                PUT    apifirm     401  403   403      403      403   200
api:organization-notes          GET    apifirm     401  403   403      200      404   200
api:organization-notes          POST   apifirm     401  403   403      201      404   201
api:organization-note           DELETE firmnote    401  403   403      404      404   404
api:ticket-on-behalf            POST   -           401  403   403      201      201   201
api:reminder-list               GET    -           401  403   403      200      200   200
api:reminder                    DELETE reminder    401  403   403      200      404   404
api:ticket-snooze               GET    open        401  403   403      200      404   200
api:ticket-snooze               POST   open        401  403   403      200      404   200
api:ticket-snooze               POST   free        401  403   403      403      404   200
api:ticket-snooze               POST   gone        401  403   403      404      404   404
api:ticket-snooze               DELETE open        401  403   403      200      404   200
api:ticket-reminders            POST   open        401  403   403      201      404   201
api:ticket-reminders            POST   free        401  403   403      201      404   201
api:ticket-reminders            POST   gone        401  403   403      404      404   404
api:ticket-checklist            GET    open        401  403   403      200      404   200
api:ticket-checklist            POST   open        401  403   403      201      404   201
api:ticket-checklist            POST   free        401  403   403      403      404   201
api:ticket-checklist            POST   gone        401  403   403      404      404   404
api:ticket-item                 PATCH  open        401  403   403      200      404   200
api:ticket-item                 DELETE open        401  403   403      200      404   200
api:ticket-item                 DELETE free        401  403   403      404      404   404
api:ticket-time                 GET    open        401  403   403      200      404   200
api:ticket-time                 POST   open        401  403   403      201      404   201
api:ticket-time                 POST   free        401  403   403      403      404   201
api:ticket-minutes              DELETE open        401  403   403      200      404   200
api:ticket-minutes              DELETE gone        401  403   403      404      404   404
api:ticket-clocks               GET    open        401  403   403      200      404   200
api:ticket-clocks               GET    gone        401  403   403      404      404   404
api:ticket-tags                 GET    open        401  403   403      200      404   200
api:ticket-tags                 GET    gone        401  403   403      404      404   404
api:ticket-tags                 POST   open        401  403   403      201      404   201
api:ticket-tags                 POST   free        401  403   403      403      404   201
api:ticket-tags                 POST   gone        401  403   403      404      404   404
api:ticket-untag                DELETE open        401  403   403      200      404   200
api:ticket-untag                DELETE free        401  403   403      404      404   404
api:ticket-untag                DELETE gone        401  403   403      404      404   404
api:ticket-unlink               DELETE open        401  403   403      200      404   200
api:ticket-unlink               DELETE free        401  403   403      404      404   404
api:ticket-unlink               DELETE gone        401  403   403      404      404   404
api:ticket-export               GET    open        401  200   404      200      404   200
api:ticket-export               GET    gone        401  404   404      404      404   404
api:ticket-message              PATCH  open        401  200   404      403      404   403
api:ticket-message              PATCH  gone        401  404   404      404      404   404
api:ticket-message              DELETE open        401  200   404      403      404   403
api:ticket-message              DELETE gone        401  404   404      404      404   404
api:ticket-redact               POST   open        401  403   403      403      403   201
api:ticket-redact               POST   gone        401  403   403      403      403   404
api:ticket-to-confirm           GET    -           401  403   403      200      200   200
api:ticket-dismiss              POST   done        401  403   403      200      404   200
api:ticket-dismiss              POST   gone        401  403   403      404      404   404
api:ticket-rating               GET    done        401  200   404      200      404   200
api:ticket-rating               GET    gone        401  404   404      404      404   404
api:ticket-rating               PUT    done        401  200   404      403      403   403
api:ticket-rating               PUT    gone        401  404   404      403      403   403
api:schema                      GET    -           200  200   200      200      200   200
api:docs                        GET    -           200  200   200      200      200   200
api:unknown                     GET    any         404  404   404      404      404   404
api-root                        GET    -           404  404   404      404      404   404
# Files
api:file-list                   POST   -           401  201   201      201      201   201
api:file                        GET    apifile     401  200   404      200      404   200
api:file                        GET    apinotefile 401  404   404      200      404   200
api:file                        DELETE apifresh    401  200   404      404      404   404
api:file                        DELETE apifile     401  404   404      404      404   404
api:file-remove                 POST   apifile     401  403   403      403      403   200
"""


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    route: str
    method: str
    object: str
    statuses: tuple[int, ...]

    def __str__(self) -> str:
        return f"{self.route}-{self.method}-{self.object}"

    def refused(self) -> list[str]:
        """Return the roles to which the object does not exist, one for each reason."""
        roles = ("owner", "admin") if self.object == "gone" else ("stranger", "other")
        codes = dict(zip(ROLES, self.statuses, strict=True))
        return [role for role in roles if codes[role] == 404]


def read(table: str) -> list[Row]:
    rows = []
    for line in table.strip().splitlines():
        if line.strip() and not line.startswith("#"):
            route, method, target, *statuses = line.split()
            rows.append(Row(route, method, target, tuple(map(int, statuses))))
    return rows


ROWS = [*read(PAGES), *read(API)]


# Routes ----------------------------------------------------------------------------------------


def routes() -> Iterator[tuple[str, Any]]:
    """Yield the full name and the view of every route."""
    yield from _routes(get_resolver(), ())


def _routes(resolver: Any, spaces: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLPattern):
            yield ":".join([*spaces, pattern.name or "?"]), pattern.callback
        else:
            inner = (*spaces, pattern.namespace) if pattern.namespace else spaces
            yield from _routes(pattern, inner)


def methods(view: Any) -> set[str]:
    """Return the methods that a view answers; for a plain function, none are known."""
    cls = getattr(view, "view_class", None) or getattr(view, "cls", None)
    if cls is None:
        return set()
    known = {name for name in cls.http_method_names if hasattr(cls, name)}
    # `put` of Django's form views is their `post` by another name.
    from_django = {"put"} if hasattr(cls, "form_class") else set()
    return {name.upper() for name in known - {"options", "head"} - from_django}


# The world -------------------------------------------------------------------------------------


@contextlib.contextmanager
def rolled_back() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@dataclass
class World:
    """Six people and the tickets of one customer."""

    people: dict[str, User | None]
    tickets: dict[str, Ticket]
    values: dict[str, str]


def written(owner: User) -> ListExport:
    """Return a list that was written into a file."""
    export = ask_for_export("view=all", format="csv", actor=owner)
    write_export(export)
    return export


@pytest.fixture
def world(db: None) -> World:
    category = CategoryFactory(name="Matrix")
    people = people_of(category)
    assigned, admin = people["assigned"], people["admin"]
    tickets, values = tickets_of(people, category)
    bulk_action = bulk.start("tag", [tickets["open"].pk], {"tag": "x"}, actor=assigned)
    values |= {
        **{f"link:{purpose}": link_of(people["owner"], purpose) for purpose in LinkPurpose},
        **conversation_of(tickets["open"], people),
        **keep_order(tickets["open"], assigned, admin),
        **desk_of(category, admin),
        "customer_id": people["owner"].desk_id,
        "technician_id": assigned.desk_id,
        "device": str(Device.objects.create(user=people["owner"], kind="browser").pk),
        "firm": str(people["owner"].organization_id),
        "absence": str(absence_of(assigned.technician).pk),
        "listfile": str(written(assigned).pk),
        "bulk": str(bulk_action.pk),
        "unsent": str(held_reply(tickets["open"], assigned).pk),
        "view": str(save_view(name="Mine", query="view=mine", actor=assigned).pk),
        "face": rating_token(tickets["done"], 5),
        "original": str(arrived(tickets["open"]).key),
        "waitingmail": str(waiting_mail().pk),
    }
    return World(people, tickets, values)


def people_of(category: Category) -> dict[str, User | None]:
    return {
        "anon": None,
        "owner": CustomerFactory(organization=OrganizationFactory(name="Matrix firm")),
        "stranger": CustomerFactory(),
        "assigned": TechnicianFactory(categories=[category]).user,
        "other": TechnicianFactory().user,
        "admin": AdminFactory(),
    }


def tickets_of(people: dict[str, Any], category: Category) -> tuple[dict[str, Ticket], Any]:
    """Return the owner's tickets, and the numbers of what is on them."""
    owner, assigned, admin = people["owner"], people["assigned"], people["admin"]
    tickets, values = {}, {"category": str(category.pk)}
    for kind in ("open", "done", "free", "gone", "target", "merged"):
        ticket = services.create_ticket(
            customer=owner, actor=owner, description=f"Matrix {kind}", category=category
        )
        if kind != "free":
            ticket = services.assign_ticket(ticket, technician=assigned, actor=admin)
        if kind in ("open", "gone"):
            services.add_reply(ticket, actor=owner, body="Any news?")
            values[f"message:{kind}"] = Comment.objects.latest("id").pk
        if kind == "done":
            ticket = services.resolve_ticket(ticket, actor=admin, resolution_summary="Done")
        if kind == "gone":
            services.delete_ticket(ticket, actor=admin)
        tickets[kind] = ticket
    services.merge_tickets(tickets["merged"], target=tickets["open"], actor=admin)
    link = services.link_tickets(
        tickets["open"], other=tickets["done"], word="related", actor=admin
    )
    numbers = {kind: tickets[kind].ticket_id for kind in ("free", "open", "target", "merged")}
    del tickets["target"]
    return tickets, {**values, **numbers, "link_id": str(link.pk)}


def conversation_of(ticket: Ticket, people: dict[str, Any]) -> dict[str, str]:
    """Say something on the ticket, and send files with it."""
    owner, assigned = people["owner"], people["assigned"]
    services.add_reply(ticket, actor=owner, body="Something else")
    said = ticket.events.filter(type=EventType.REPLY_ADDED).last()
    files = {kind: uploaded(owner, f"{kind}.png", png()) for kind in ("file", "fresh")}
    files["notefile"] = uploaded(assigned, "note.png", png())
    services.add_reply(ticket, actor=owner, body="See", attachments=[files["file"]])
    services.add_note(ticket, actor=assigned, body="See", attachments=[files["notefile"]])
    named = {kind: str(file.pk) for kind, file in files.items()}
    return {"message": str(said.comment_id), "entry": str(said.pk), **named}


def desk_of(category: Category, admin: User) -> dict[str, str]:
    """Make what the desk shares."""
    shared = {"owner": admin, "audience": "everyone", "title": "Matrix"}
    return {
        "canned": str(CannedResponse.objects.create(body="Hello", **shared).pk),
        "macro": str(Macro.objects.create(priority=3, **shared).pk),
        "rule": str(AssignmentRule.objects.create(category=category).pk),
        "team": str(TeamFactory(name="Matrix team").pk),
        "other_tag": str(services.create_tag(name="other matrix", actor=admin).pk),
    }


def link_of(person: User, purpose: str) -> str:
    return token_for(make_link(person, purpose))


def absence_of(technician: Technician) -> Absence:
    at = timezone.now() + timedelta(days=1)
    end = at + timedelta(days=1)
    return plan_absence(technician, actor=technician.user, starts_at=at, ends_at=end)


def keep_order(ticket: Ticket, technician: User, admin: User) -> dict[str, str]:
    services.change_desk_settings(actor=admin, track_time=True)
    at = timezone.now() + timedelta(days=1)
    reminder = services.set_reminder(ticket, at=at, actor=technician)
    item = services.add_item(ticket, text="Ring the matrix", actor=technician)
    entry = services.log_time(ticket, minutes=5, actor=technician)
    note = services.add_customer_note(ticket.customer, body="Matrix", actor=technician)
    return {
        "tag": str(services.add_tag(ticket, name="matrix", actor=admin).pk),
        "reminder": str(reminder.pk),
        "item": str(item.pk),
        "time": str(entry.pk),
        "note": str(note.pk),
    }


def held_reply(ticket: Ticket, author: User) -> OutgoingReply:
    return OutgoingReply.objects.create(
        ticket=ticket, author=author, body="On its way", state=OutgoingState.HELD
    )


def arrived(ticket: Ticket) -> InboundMail:
    """Return the mail that the ticket came as."""
    row = receive(io.BytesIO(letter()), source=Source.PIPE)
    InboundMail.objects.filter(pk=row.pk).update(outcome=Outcome.TICKET, ticket=ticket)
    return row


def waiting_mail() -> InboundMail:
    """Return a mail that was suspended."""
    row = receive(io.BytesIO(letter(text="Suspended")), source=Source.PIPE)
    InboundMail.objects.filter(pk=row.pk).update(outcome=Outcome.SUSPENDED)
    return row


# One request ------------------------------------------------------------------------------------

PASSWORD = "correct horse battery"
NEW_PASSWORD = "four unrelated green words"
LINKS = {
    "accounts:email-verify": LinkPurpose.VERIFY_EMAIL,
    "accounts:email-confirm": LinkPurpose.CHANGE_EMAIL,
    "accounts:password-set": LinkPurpose.RESET_PASSWORD,
}
# What each verb sends, so that a refusal is one of rights and not of form.
LATER = {"starts_at": "2098-02-09T08:00:00Z", "ends_at": "2098-02-12T18:00:00Z"}
BODIES: dict[str, dict[str, Any]] = {
    "tickets:ticket-create": {
        "category": "{category}",
        "subject": "Help",
        "description": "It hums",
        "priority": 2,
    },
    "mailboxes:write": {"sender": "x@example.org", "to": "support@localhost", "text": "Hello"},
    "tickets:ticket-reply": {"body": "Any news?"},
    "tickets:message-edit": {"body": "No news?"},
    "api:ticket-message": {"body": "No news?"},
    "technicians:ticket-redact": {"text": "Any news?"},
    "api:ticket-redact": {"text": "Any news?"},
    "tickets:ticket-reopen": {"body": "It is back"},
    "accounts:sign-in": {"username": "nobody", "password": "wrong"},
    "accounts:password-reset": {"email": "nobody@example.com"},
    "accounts:register": {"name": "New", "email": "new@example.com", "password": NEW_PASSWORD},
    "accounts:password-set": {"password": NEW_PASSWORD},
    "accounts:password-change": {"current_password": PASSWORD, "password": NEW_PASSWORD},
    "accounts:email-change": {"current_password": PASSWORD, "email": "moved@example.com"},
    "accounts:profile": {"name": "New name", "phone": "", "time_zone": ""},
    "technicians:availability": {"available": "0"},
    "technicians:ticket-assign": {"technician": "{technician_id}"},
    "technicians:ticket-status": {"status": "On Hold"},
    "technicians:ticket-reply": {"body": "Hello"},
    "technicians:ticket-note": {"note": "Hello"},
    "technicians:ticket-resolve": {"resolution_summary": "Done"},
    "technicians:ticket-preview": {"note": "Hello"},
    "technicians:draft-save": {"note": "Hello"},
    "tickets:ticket-preview": {"body": "Any news?"},
    "tickets:create-preview": {"description": "It hums"},
    "technicians:ticket-close": {"resolution_summary": "Done"},
    "technicians:ticket-set": {"priority": 3},
    "technicians:ticket-link": {"link": "related", "number": "{free}"},
    "technicians:ticket-unlink": {"relation": 1},
    "technicians:ticket-tag": {"tag": "vpn"},
    "technicians:ticket-untag": {"tag": 1},
    "technicians:organization-notes": {"body": "Prefers the phone"},
    "api:organization-notes": {"body": "Prefers the phone"},
    "api:handover-undo": {"undo_token": "nonsense"},
    "api:availability": {"is_available": False, "away_note": "At the dentist"},
    "api:organization-list": {"name": "Another matrix"},
    "api:organization": {"name": "Renamed matrix"},
    "technicians:customer-notes": {"body": "Prefers the phone"},
    "api:customer-notes": {"body": "Prefers the phone"},
    "api:ticket-on-behalf": {
        "customer_id": "{customer_id}",
        "issue_category": "Matrix",
        "issue_description": "It hums",
    },
    "technicians:ticket-keep": {"text": "Ring back"},
    "api:ticket-snooze": {"until": None},
    "api:ticket-reminders": {"at": "2100-01-01T00:00:00Z"},
    "api:ticket-checklist": {"text": "Ring back"},
    "api:ticket-item": {"done": True},
    "api:ticket-time": {"minutes": 5},
    "api:ticket-tags": {"name": "vpn"},
    "api:tag-list": {"name": "vpn"},
    "api:tag": {"name": "vpn"},
    "api:tag-merge": {"into": "{other_tag}"},
    "api:ticket-links": {"link": "blocks", "ticket_id": "{free}"},
    "technicians:ticket-people": {"email": "ben@example.com"},
    "tickets:ticket-people": {"email": "ben@example.com"},
    "technicians:ticket-split": {"subject": "Another thing"},
    "api:ticket-split": {"entry": "{entry}"},
    "technicians:ticket-merge": {"into": "{target}"},
    "technicians:ticket-unmerge": {"source": "{merged}"},
    "api:ticket-merge": {"into": "{target}"},
    "api:login": {"user_id_or_email": "nobody", "password": "wrong"},
    "api:register": {"name": "New", "email": "new@example.com", "password": NEW_PASSWORD},
    "api:refresh": {"refresh_token": "nonsense"},
    "api:password-change": {"current_password": PASSWORD, "new_password": NEW_PASSWORD},
    "api:password-reset": {"email": "nobody@example.com"},
    "api:password-set": {"token": "nonsense", "password": NEW_PASSWORD},
    "api:me": {"name": "New name"},
    "api:technician-list": {
        "name": "New",
        "phone_number": "1",
        "email": "new@example.com",
        "category": "Matrix",
        "user_id": "new",
        "password": NEW_PASSWORD,
    },
    "technicians:canned-insert": {"body": "Hello", "canned": "{canned}"},
    "technicians:canned-text": {},
    "api:canned-list": {"title": "New", "body": "Hello"},
    "api:canned": {"folder": "New"},
    "api:macro-list": {"title": "New", "priority": "High"},
    "api:macro": {"folder": "New"},
    "api:rule-list": {"team": "Matrix team", "is_on": True},
    "api:rule": {"is_on": True},
    "api:technician-work": {"most_open": 5},
    "technicians:absence-change": {**LATER, "note": "Skiing"},
    "api:absence-list": LATER,
    "api:absence": {"note": "Skiing"},
    "api:absence-handover": {"owners": {}},
    "api:team-list": {"name": "Newcomers"},
    "api:team": {"name": "New name"},
    "api:technician": {"name": "New name"},
    "technicians:bulk": {"do": "tag", "tag": "y", "ticket": "{open}", "confirm": "1"},
    "api:bulk": {"do": "tag", "tag": "y", "tickets": ["{open}"]},
    "technicians:export": {"query": "view=all", "format": "csv"},
    "api:export-list": {"query": "view=all", "format": "csv"},
    "technicians:view-list": {"name": "Mine too", "query": "view=all"},
    "api:view-list": {"name": "Mine too", "query": "view=all"},
    "api:view": {"name": "Still mine"},
    "api:view-move": {"up": True},
    "api:list-preference": {"columns": ["status"]},
    "api:tickets-own": {"issue_category": "Matrix", "issue_description": "It hums"},
    "api:ticket-detail": {"status": "On Hold"},
    "api:ticket-reply": {"body": "Hello"},
    "api:ticket-note": {"body": "Hello"},
    "tickets:ticket-rate": {"score": 4},
    "tickets:rate": {"score": 4},
    "api:ticket-rating": {"score": 4},
    "api:ticket-reopen": {"reason": "It is back"},
    "api:ticket-draft": {"body": "Hello"},
    "api:participants": {"email": "ben@example.com"},
}
# What else stands in the address of a ticket's route.
BESIDE: dict[str, dict[str, Any]] = {
    "technicians:ticket-set": {"field": "priority"},
    "technicians:ticket-people": {"what": "add"},
    "technicians:ticket-keep": {"what": "item"},
    "tickets:ticket-people": {"what": "add"},
    "tickets:guest-verb": {"what": "account"},
    "api:participant": {"participant_id": 1},
    "tickets:ticket-preview": {"kind": "reply"},
    "technicians:ticket-preview": {"kind": "note"},
    "technicians:draft-save": {"kind": "note"},
    "technicians:draft-discard": {"kind": "note"},
    "technicians:draft-restore": {"kind": "note"},
    "api:ticket-draft": {"kind": "note"},
    "api:draft-restore": {"kind": "note"},
}
SENDS_FILES = {
    "tickets:file-upload": "files",
    "tickets:ticket-file-upload": "files",
    "api:file-list": "file",
}
FILES = ("file", "notefile", "fresh")
# Files below a ticket's address: the ticket and the file.
FILES_OF = {
    "ofopen": ("open", "file"),
    "noteofopen": ("open", "notefile"),
    "freshofopen": ("open", "fresh"),
    "wrongticket": ("done", "file"),
}
# What the address of such an object is called, and one that does not exist.
ABSENT = {
    "apiabsence": ("absence_id", 999999),
    "apiunsent": ("reply_id", 999999),
    "reminder": ("reminder_id", 999999),
    "note": ("note_id", 999999),
    **dict.fromkeys(("open", "done", "free", "gone", "merged"), ("ticket_id", "TKT9999")),
    "customer": ("customer_id", "CUS9999"),
    "technician": ("technician_id", "TEC9999"),
    "device": ("pk", "00000000-0000-4000-8000-000000000000"),
    **dict.fromkeys(
        [f"api{kind}" for kind in FILES], ("file_id", "00000000-0000-4000-8000-000000000000")
    ),
    **dict.fromkeys((*FILES, *FILES_OF), ("pk", "00000000-0000-4000-8000-000000000000")),
}


def on_ticket(row: Row, world: World) -> dict[str, Any]:
    """Return what stands in the address beside the ticket's number."""
    values = world.values
    beside = dict(BESIDE.get(row.route, {}))
    named: dict[str, dict[str, Any]] = {
        "technicians:canned-insert": {"kind": "reply"},
        "technicians:canned-text": {"pk": values["canned"]},
        "technicians:macro-use": {"pk": values["macro"]},
        "technicians:ticket-split": {"message": values["message"]},
        "tickets:ticket-export": {"kind": "text"},
        "api:ticket-canned": {"answer_id": values["canned"]},
        "api:ticket-macro": {"answer_id": values["macro"]},
        "api:ticket-unlink": {"link_id": values["link_id"]},
        "api:ticket-item": {"item_id": values["item"]},
        "api:ticket-minutes": {"time_id": values["time"]},
        "api:ticket-untag": {"tag_id": values["tag"]},
    }
    beside |= named.get(row.route, {})
    beside |= {"pk": 1} if ":unsent-" in row.route else {}
    if "message" in row.route:
        beside["message_id"] = values[f"message:{row.object}"]
    return {"ticket_id": world.tickets[row.object].ticket_id, **beside}


def of_file(row: Row, world: World) -> dict[str, Any]:
    """Return what stands in the address of a file."""
    if row.route.startswith("api:"):
        return {"file_id": world.values[row.object.removeprefix("api")]}
    ticket, file = FILES_OF.get(row.object, ("", row.object))
    number = {"ticket_id": world.tickets[ticket].ticket_id} if ticket else {}
    size = {"size": "thumbnail"} if row.route.endswith("file-shown") else {}
    return {"pk": uuid.UUID(world.values[file]), **number, **size}


def arguments(row: Row, world: World) -> dict[str, Any]:
    """Return what stands in the address of the row."""
    if row.route in LINKS:
        return {"token": world.values[f"link:{LINKS[row.route]}"]}
    if row.object in world.tickets:
        return on_ticket(row, world)
    if row.object in FILES_OF or row.object.removeprefix("api") in FILES:
        return of_file(row, world)
    named = {
        "customer": {"customer_id": world.values["customer_id"]},
        "technician": {"technician_id": world.values["technician_id"]},
        "device": {"pk": world.values["device"]},
        "kind": {"kind": "macros"},
        "canned": {"kind": "canned", "pk": world.values["canned"]},
        "answer": {"answer_id": world.values["canned"]},
        "macro": {"answer_id": world.values["macro"]},
        "rule": {"rule_id": world.values["rule"]},
        "team": {"team_id": world.values["team"]},
        "absence": {"pk": int(world.values["absence"])},
        "apiabsence": {"absence_id": world.values["absence"]},
        "apiunsent": {"reply_id": world.values["unsent"]},
        "firm": {"pk": int(world.values["firm"])},
        "apifirm": {"organization_id": world.values["firm"]},
        "firmnote": {"organization_id": world.values["firm"], "note_id": "999999"},
        "tag": {"tag_id": world.values["tag"]},
        "reminder": {"reminder_id": world.values["reminder"]},
        "note": {"customer_id": world.values["customer_id"], "note_id": world.values["note"]},
        "token": {"token": "nonsense"},
        "face": {"token": world.values["face"]},
        "original": {"key": world.values["original"]},
        "waitingmail": {"mail_id": int(world.values["waitingmail"])},
        "listfile": {"pk": uuid.UUID(world.values["listfile"])},
        "apilistfile": {"export_id": uuid.UUID(world.values["listfile"])},
        "bulk": {"pk": uuid.UUID(world.values["bulk"])},
        "apibulk": {"action_id": uuid.UUID(world.values["bulk"])},
        "view": {"pk": int(world.values["view"])},
        "apiview": {"view_id": int(world.values["view"])},
        "mail": {"file": "nothing.log", "number": 1},
        "any": {"rest": "nothing"},
    }
    return named.get(row.object, {})


# What the address of a GET has to carry.
QUERIES = {"api:search": "?q=matrix", "api:customer-search": "?q=matrix"}


def filled(value: Any, world: World) -> Any:
    if isinstance(value, list):
        return [filled(part, world) for part in value]
    return value.format(**world.values) if isinstance(value, str) else value


# What stays of a refused request: that it was refused, how often somebody asked, who is signed in.
TRACES = {
    "accounts_accountevent",
    "accounts_accounteventdetail",
    "accounts_device",
    "accounts_ratelimit",
    "django_session",
}
WRITES = re.compile(r'\s*(?:INSERT(?: OR \w+)? INTO|UPDATE|DELETE FROM)\s+"?(\w+)')
REFUSALS = (401, 403, 404, 405, 410)


@dataclass
class Written:
    """The tables that are written to while this stands around the database."""

    tables: set[str] = field(default_factory=set)

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if found := WRITES.match(sql):
            self.tables.add(found[1])
        return execute(sql, params, many, context)


def ask(row: Row, role: str, world: World, **instead: Any) -> Any:
    """Send the row's request as `role`; whatever it changes is taken back, and its tables are in
    `changed` of the answer.
    """
    url = reverse(row.route, kwargs={**arguments(row, world), **instead})
    url += QUERIES.get(row.route, "")
    body = {key: filled(value, world) for key, value in BODIES.get(row.route, {}).items()}
    with rolled_back():
        client, person = Client(raise_request_exception=False), world.people[role]
        extra: dict[str, Any] = {}
        if row.route.startswith("api:"):
            extra["content_type"] = "application/json"
            if person is not None:
                token = open_device(person, address=None, user_agent="")["token"]
                extra["headers"] = {"authorization": f"Bearer {token}"}
        elif person is not None:
            client.force_login(person)
        if row.route in SENDS_FILES:
            body[SENDS_FILES[row.route]] = named("a.txt")
            extra.pop("content_type", None)
        send, written = getattr(client, row.method.lower()), Written()
        with connection.execute_wrapper(written):
            answer = send(url, **extra) if row.method == "GET" else send(url, body, **extra)
            if answer.streaming:
                b"".join(answer)
        answer.changed = written.tables - TRACES
        return answer


def is_refused(answer: Any) -> bool:
    """Whether the answer says no, or asks to sign in first."""
    sign_in = f"{reverse('accounts:sign-in')}?next="
    leads = answer.headers.get("Location", "")
    return answer.status_code in REFUSALS or leads.startswith(sign_in)


# The tests --------------------------------------------------------------------------------------


@pytest.mark.parametrize("table", [PAGES, API], ids=["pages", "api"])
def test_each_role_gets_the_answer_of_the_table_and_a_refusal_changes_nothing(
    table: str, world: World
) -> None:
    wrong, changed = {}, {}
    for row in read(table):
        answers = {role: ask(row, role, world) for role in ROLES}
        found = tuple(answer.status_code for answer in answers.values())
        if found != row.statuses:
            wrong[str(row)] = {"table": row.statuses, "found": found}
        for role, answer in answers.items():
            if answer.changed and is_refused(answer):
                changed[str(row), role] = answer.changed
    assert not wrong
    assert not changed


def test_every_route_and_method_has_a_row() -> None:
    described = {(row.route, row.method) for row in ROWS}
    routes_described = {route for route, _ in described}
    missing = []
    for name, view in routes():
        if name.startswith("admin:"):
            continue
        known = methods(view)
        missing += [(name, method) for method in known if (name, method) not in described]
        missing += [(name, "")] if not known and name not in routes_described else []
    assert not missing, "Say in the table who gets what."


def test_every_row_has_its_route() -> None:
    assert {row.route for row in ROWS} <= {name for name, _ in routes()}


def test_what_is_not_ones_own_is_as_if_it_did_not_exist(world: World) -> None:
    """Same status, same body: an answer doesn't tell a number that exists from one that doesn't."""
    told = []
    for row in ROWS:
        name, absent = ABSENT.get(row.object, ("", ""))
        for role in row.refused() if name else []:
            real, unreal = ask(row, role, world), ask(row, role, world, **{name: absent})
            number = arguments(row, world)[name]
            if seen(real, number) != seen(unreal, absent):
                told.append((str(row), role))
    assert not told


def seen(answer: Any, number: str) -> tuple[Any, ...]:
    """Return what a reader sees, without the number that they asked for and random values."""
    body = answer.content.decode().replace(str(number), "NUMBER")
    body = re.sub(r"[A-Za-z0-9]{64}|[0-9a-f]{32}|[0-9a-f]{16}", "RANDOM", body)
    return answer.status_code, sorted(answer.headers), body


# Django's admin ---------------------------------------------------------------------------------

# Without a name: Django's old addresses, which only lead on to the named ones.
ADMIN_ROUTES = sorted({name for name, _ in routes() if name.startswith("admin:")} - {"admin:?"})
ADMIN_ARGUMENTS = [
    {},
    {"object_id": "1"},
    {"pk": 1},
    {"app_label": "tickets"},
    {"content_type_id": "1", "object_id": "1"},
]


def test_the_admin_site_is_for_admins_only(world: World) -> None:
    wrong = []
    for route in ADMIN_ROUTES:
        url = admin_url(route)
        nobody = admin_answer("GET", url, None)
        if (nobody.status_code, nobody["Location"][:18]) != (302, "/accounts/sign-in/"):
            wrong.append((route, "anon"))
        for role in ("owner", "assigned"):
            codes = {admin_answer(m, url, world.people[role]).status_code for m in ("GET", "POST")}
            wrong += [(route, role)] if codes != {404} else []
        allowed = admin_answer("GET", url, world.people["admin"])
        if allowed.status_code >= 500 or "/accounts/sign-in/" in allowed.get("Location", ""):
            wrong.append((route, "admin"))
    assert not wrong


def admin_url(route: str) -> str:
    for given in ADMIN_ARGUMENTS:
        with contextlib.suppress(NoReverseMatch):
            return reverse(route, kwargs=given)
    raise AssertionError(f"Say in ADMIN_ARGUMENTS what {route} needs.")


def admin_answer(method: str, url: str, person: User | None) -> Any:
    with rolled_back():
        client = Client(raise_request_exception=False)
        if person is not None:
            client.force_login(person)
        return client.get(url) if method == "GET" else client.post(url)
