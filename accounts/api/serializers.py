"""Shapes of requests (checked) and answers (described) about people."""

from rest_framework import serializers

from accounts.api.fields import TextField
from accounts.choices import Role
from accounts.models import EMAIL_LENGTH, NAME_LENGTH, PHONE_LENGTH, TIME_ZONE_LENGTH
from accounts.services import PASSWORD_LENGTH

TOKEN_LENGTH = 4096


class SignIn(serializers.Serializer):
    user_id_or_email = TextField(max_length=EMAIL_LENGTH)
    password = TextField(max_length=PASSWORD_LENGTH)


class Registration(serializers.Serializer):
    name = TextField(max_length=NAME_LENGTH)
    email = TextField(max_length=EMAIL_LENGTH)
    password = TextField(max_length=PASSWORD_LENGTH)


class RefreshRequest(serializers.Serializer):
    refresh_token = TextField(max_length=TOKEN_LENGTH)


class PasswordChangeRequest(serializers.Serializer):
    current_password = TextField(max_length=PASSWORD_LENGTH)
    new_password = TextField(max_length=PASSWORD_LENGTH)


class PasswordResetRequest(serializers.Serializer):
    email = TextField(max_length=EMAIL_LENGTH)


class PasswordSetRequest(serializers.Serializer):
    token = TextField(max_length=TOKEN_LENGTH, help_text="From the link in the mail.")
    password = TextField(max_length=PASSWORD_LENGTH)


class ProfileChange(serializers.Serializer):
    name = TextField(max_length=NAME_LENGTH, required=False)
    phone = TextField(max_length=PHONE_LENGTH, required=False, allow_blank=True)
    time_zone = TextField(
        max_length=TIME_ZONE_LENGTH,
        required=False,
        allow_blank=True,
        help_text="An IANA name; empty: the desk's.",
    )


# Answers -------------------------------------------------------------------------------------


class Tokens(serializers.Serializer):
    token = serializers.CharField(help_text="Access token (JWT) for Authorization: Bearer.")
    refresh_token = serializers.CharField(help_text="For POST /api/auth/refresh, once.")
    expires_in = serializers.IntegerField(help_text="Seconds that the access token lives.")
    role = serializers.ChoiceField(Role.choices)
    id = serializers.CharField(help_text="CUS0001, TEC0001, or an admin's user id.")
    name = serializers.CharField()


class SignedOut(serializers.Serializer):
    signed_out = serializers.BooleanField()


class Accepted(serializers.Serializer):
    message = serializers.CharField()


class CustomerRow(serializers.Serializer):
    customer_id = serializers.RegexField(r"^CUS[0-9]{4,18}$")
    name = serializers.CharField()
    email = serializers.EmailField()


class Profile(serializers.Serializer):
    id = serializers.CharField()
    role = serializers.ChoiceField(Role.choices)
    name = serializers.CharField()
    email = serializers.EmailField()
    phone = serializers.CharField(allow_blank=True)
    time_zone = serializers.CharField(allow_blank=True)
    organization = serializers.CharField(allow_null=True)
    email_verified = serializers.BooleanField()
