"""Closed sets of words about targets."""

from django.db import models


class ClockKind(models.TextChoices):
    """What a clock counts towards."""

    FIRST_RESPONSE = "first_response", "First reply"
    NEXT_RESPONSE = "next_response", "Next reply"
    RESOLUTION = "resolution", "Resolution"
    UPDATE = "update", "Keep informed"
    PROMISE = "promise", "Promised update"


# Which a policy sets; a promise is made by a person.
POLICY_KINDS = (
    ClockKind.FIRST_RESPONSE,
    ClockKind.NEXT_RESPONSE,
    ClockKind.RESOLUTION,
    ClockKind.UPDATE,
)
# Which a public reply of the desk ends.
ANSWER_KINDS = (
    ClockKind.FIRST_RESPONSE,
    ClockKind.NEXT_RESPONSE,
    ClockKind.UPDATE,
    ClockKind.PROMISE,
)
# How a chip begins: "Reply in 18 m".
VERBS = {
    ClockKind.FIRST_RESPONSE: "Reply",
    ClockKind.NEXT_RESPONSE: "Reply",
    ClockKind.RESOLUTION: "Resolve",
    ClockKind.UPDATE: "Update",
    ClockKind.PROMISE: "Promised update",
}


class SegmentState(models.TextChoices):
    RUNNING = "running", "Running"
    PAUSED = "paused", "Paused"


class LevelUnit(models.TextChoices):
    PERCENT = "percent", "percent of the target"
    MINUTES = "minutes", "working minutes from the due time (before it: below zero)"
