"""Endpoints about people: signing in and out, secrets, profile, customers."""

from typing import Any

from django.core.exceptions import ValidationError as Refused
from django.db.models import Q
from django.http import Http404
from rest_framework.exceptions import Throttled, ValidationError
from rest_framework.response import Response

from accounts.api.base import DeskRequest, DeskView, Operation
from accounts.api.errors import InvalidSignIn, InvalidToken
from accounts.api.lists import check_parameters, list_response
from accounts.api.serializers import (
    Accepted,
    CustomerRow,
    PasswordChangeRequest,
    PasswordResetRequest,
    PasswordSetRequest,
    Profile,
    ProfileChange,
    RefreshRequest,
    Registration,
    SignedOut,
    SignIn,
    Tokens,
)
from accounts.api.tokens import device_of, open_device, renew, rotate
from accounts.choices import LinkPurpose, Role
from accounts.http import client_address
from accounts.links import find_link
from accounts.models import Device, User
from accounts.numbers import number_of
from accounts.services import (
    InvalidCredentials,
    LinkUsed,
    TooManyTries,
    change_password,
    change_profile,
    check_credentials,
    end_device,
    register_customer,
    request_password_reset,
    set_password_by_link,
)

# How a request calls what the services call `password`.
NEW_NAMES = {"password": "new_password"}


class PublicView(DeskView):
    """Usable without a token; POSTs are counted per address."""

    authentication_classes: list[Any] = []
    is_public = True


def tokens_for(user: User, request: DeskRequest) -> dict[str, Any]:
    """Return the tokens of a new sign-in of `user`."""
    agent = request.META.get("HTTP_USER_AGENT", "")
    return open_device(user, address=client_address(request), user_agent=agent)


def this_device(request: DeskRequest) -> Device:
    """Return the sign-in that the request's token belongs to; 401 where it ended just now."""
    device = device_of(request.auth)
    if device is None:
        raise InvalidToken
    return device


class Login(PublicView):
    """Unknown, wrong and disabled get the same answer; too many tries are refused for a while."""

    operations = {
        "POST": Operation("login", "Sign in by user id or e-mail address", Tokens, body=SignIn),
    }

    def post(self, request: DeskRequest) -> Response:
        given = self.checked(request)
        try:
            user = check_credentials(
                given["user_id_or_email"], given["password"], address=client_address(request)
            )
        except InvalidCredentials:
            raise InvalidSignIn from None
        except TooManyTries as refusal:
            raise Throttled(refusal.retry_after) from None
        return Response(tokens_for(user, request))


class Register(PublicView):
    """The new account is a customer's; a mail asks to confirm the address."""

    operations = {
        "POST": Operation(
            "register", "Make a customer account and sign in", Tokens, 201, Registration
        ),
    }

    def post(self, request: DeskRequest) -> Response:
        given = self.checked(request)
        user = register_customer(**given, address=client_address(request))
        return Response(tokens_for(user, request), status=201)


class Refresh(PublicView):
    """Each refresh token works once; using one again ends the whole sign-in."""

    operations = {
        "POST": Operation(
            "refresh", "Swap a refresh token for new tokens", Tokens, body=RefreshRequest
        ),
    }

    def post(self, request: DeskRequest) -> Response:
        given = self.checked(request)
        return Response(rotate(given["refresh_token"], address=client_address(request)))


class Logout(DeskView):
    """Access and refresh tokens of this sign-in are void at once."""

    operations = {
        "POST": Operation("logout", "Sign out", SignedOut),
    }

    def post(self, request: DeskRequest) -> Response:
        end_device(this_device(request), request.user, address=client_address(request))
        return Response({"signed_out": True})


class PasswordChange(DeskView):
    """Every other sign-in ends; this one goes on with the new tokens of the answer."""

    operations = {
        "POST": Operation(
            "changePassword", "Change the own password", Tokens, body=PasswordChangeRequest
        ),
    }

    def post(self, request: DeskRequest) -> Response:
        given = self.checked(request)
        device = this_device(request)
        try:
            user = change_password(
                request.user, **given, address=client_address(request), keep=device
            )
        except TooManyTries as refusal:
            raise Throttled(refusal.retry_after) from None
        except Refused as refusal:
            named = refusal.message_dict
            raise ValidationError(
                {NEW_NAMES.get(name, name): named[name] for name in named}
            ) from None
        return Response(renew(device, user))


class PasswordReset(PublicView):
    """The answer is always the same, whether or not there is an account with this address."""

    operations = {
        "POST": Operation(
            "requestPasswordReset",
            "Ask for a mail to choose a new password",
            Accepted,
            202,
            PasswordResetRequest,
        ),
    }

    def post(self, request: DeskRequest) -> Response:
        given = self.checked(request)
        request_password_reset(given["email"], address=client_address(request))
        sentence = "If there is an account with this address, a mail with a link is on its way."
        return Response({"message": sentence}, status=202)


class PasswordSet(PublicView):
    """Works once; whatever was signed in with the old password is out."""

    operations = {
        "POST": Operation(
            "setPassword",
            "Choose a password by the link of a mail",
            Tokens,
            body=PasswordSetRequest,
        ),
    }

    def post(self, request: DeskRequest) -> Response:
        given = self.checked(request)
        link = find_link(given["token"], LinkPurpose.RESET_PASSWORD, LinkPurpose.INVITATION)
        address = client_address(request)
        try:
            if link is None:
                raise LinkUsed
            user = set_password_by_link(link, given["password"], address=address)
        except LinkUsed:
            sentence = "This link was used, replaced or is too old; ask for a new one."
            raise ValidationError({"token": [sentence]}) from None
        return Response(tokens_for(user, request))


class Me(DeskView):
    """Name, phone and time zone can be changed here."""

    operations = {
        "GET": Operation("getMe", "The own profile", Profile),
        "PATCH": Operation("changeMe", "Change the own profile", Profile, body=ProfileChange),
    }

    def get(self, request: DeskRequest) -> Response:
        return Response(profile_row(request.user))

    def patch(self, request: DeskRequest) -> Response:
        given = self.checked(request)
        if not given:
            raise ValidationError({"request": ["Nothing to change."]})
        address = client_address(request)
        user = change_profile(request.user, actor=request.user, address=address, **given)
        return Response(profile_row(user))


def profile_row(user: User) -> dict[str, Any]:
    return {
        "id": user.desk_id,
        "role": user.role,
        "name": user.name,
        "email": user.email,
        "phone": user.phone,
        "time_zone": user.time_zone,
        "organization": user.organization.name if user.organization else None,
        "email_verified": user.is_email_verified,
    }


class Customers(DeskView):
    """All customers, newest first."""

    operations = {
        "GET": Operation(
            "listCustomers", "All customers", CustomerRow, roles=[Role.ADMIN], is_list=True
        ),
    }

    def get(self, request: DeskRequest) -> Response:
        parameters = check_parameters(request)
        customers = User.objects.visible_to(request.user).customers().unmerged()
        return list_response(
            request,
            customers.values("id", "public_id", "name", "email"),
            order=("-id",),
            row=customer_row,
            parameters=parameters,
        )


class Customer(DeskView):
    """Customers see their own record only."""

    operations = {
        "GET": Operation(
            "getCustomer", "One customer", CustomerRow, roles=[Role.CUSTOMER, Role.ADMIN]
        ),
    }

    def get(self, request: DeskRequest, customer_id: str) -> Response:
        if number_of("CUS", customer_id) is None:
            raise Http404
        customers = User.objects.visible_to(request.user).customers()
        same = Q(public_id=customer_id) | Q(merged_accounts__public_id=customer_id)
        found = customers.unmerged().filter(same).values("public_id", "name", "email")
        for customer in found[:1]:
            return Response(customer_row(customer))
        raise Http404


def customer_row(values: dict[str, Any]) -> dict[str, Any]:
    return {
        "customer_id": values["public_id"],
        "name": values["name"],
        "email": values["email"],
    }
