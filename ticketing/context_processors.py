"""What every template knows about the desk."""

from django.conf import settings
from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, object]:
    """Return the desk's name, its address and whether it runs in development mode."""
    return {
        "site_name": settings.SITE_NAME,
        "site_url": settings.SITE_URL,
        "development": settings.DEVELOPMENT,
    }
