"""Django's door to `check_credentials`, for the admin site and whatever else asks Django."""

from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from accounts.http import client_address
from accounts.models import User
from accounts.services import InvalidCredentials, TooManyTries, check_credentials


class SignInBackend(BaseBackend):
    """Signs in by user id or e-mail address, with the limits that every door has."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **kwargs: Any,
    ) -> User | None:
        username = username if username is not None else kwargs.get("email")
        if not username or password is None:
            return None
        address = client_address(request) if request else None
        try:
            return check_credentials(username, password, address=address)
        except InvalidCredentials:
            return None
        except TooManyTries as error:
            raise PermissionDenied from error

    def get_user(self, user_id: int) -> User | None:
        return User.objects.active().filter(pk=user_id).first()
