"""Technicians who share tickets."""

from django.db import models
from django.db.models.functions import Lower

from accounts.models.person import NAME_LENGTH, User
from accounts.querysets import TeamQuerySet


class Team(models.Model):
    """Technicians who share tickets. An inactive team gets none any more, and keeps what it has.

    The lead is one of the members, and hands out the team's tickets.
    """

    name = models.CharField(max_length=NAME_LENGTH)
    lead = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="led_teams"
    )
    members = models.ManyToManyField(User, related_name="teams", blank=True)
    is_active = models.BooleanField("gets tickets", default=True)

    objects = TeamQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(Lower("name"), name="team_name_unique")]

    def __str__(self) -> str:
        return self.name
