"""Who may do what with technicians."""

from accounts.models import Team, User
from technicians.models import Technician


def can_plan_absence(technician: Technician, user: User) -> bool:
    """Whether `user` may plan when the technician is away: they, their teams' leads, admins."""
    if not user.is_active or user.is_customer:
        return False
    if user.is_admin or user.pk == technician.pk:
        return True
    return Team.objects.filter(lead=user, members=technician.pk).exists()
