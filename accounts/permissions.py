"""Who may do what with accounts, asked at the moment of the change."""

from django.core.exceptions import PermissionDenied

from accounts.models import User


def require_admin(actor: User) -> None:
    """Raise `PermissionDenied` unless `actor` is an admin now, whatever they signed in as."""
    if not User.objects.active().admins().filter(pk=actor.pk).exists():
        raise PermissionDenied("Only admins may do this.")
