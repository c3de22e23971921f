"""Targets: who is promised what, and how the time goes. The only place that writes clocks."""

from sla.services.calendars import build_version, draft_calendar, save_calendar
from sla.services.clocks import follow
from sla.services.escalation import escalate
from sla.services.policies import (
    build_policy,
    delete_level,
    draft_policy,
    save_level,
    save_policy,
)
from sla.services.promised import promise_for
from sla.services.recheck import Finding, recheck, recheck_some
from sla.services.replay import begin_with
from sla.services.retargeting import ask, retarget
from sla.services.terms import choose, explain_choice
from sla.services.what_if import WhatIf, what_if_calendar, what_if_policy

__all__ = [
    "Finding",
    "WhatIf",
    "ask",
    "begin_with",
    "build_policy",
    "build_version",
    "choose",
    "delete_level",
    "draft_calendar",
    "draft_policy",
    "escalate",
    "explain_choice",
    "follow",
    "promise_for",
    "recheck",
    "recheck_some",
    "retarget",
    "save_calendar",
    "save_level",
    "save_policy",
    "what_if_calendar",
    "what_if_policy",
]
