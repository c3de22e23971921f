"""Shapes of requests (checked) and answers (described) about technicians."""

from rest_framework import serializers

from accounts.api.fields import TextField
from accounts.models import EMAIL_LENGTH, NAME_LENGTH, PHONE_LENGTH, USER_ID_LENGTH
from accounts.services import PASSWORD_LENGTH
from tickets.models.category import CATEGORY_LENGTH


class NewTechnician(serializers.Serializer):
    name = TextField(max_length=NAME_LENGTH)
    phone_number = TextField(max_length=PHONE_LENGTH, required=False, allow_blank=True)
    email = TextField(max_length=EMAIL_LENGTH)
    category = TextField(max_length=CATEGORY_LENGTH)
    user_id = TextField(max_length=USER_ID_LENGTH)
    password = TextField(max_length=PASSWORD_LENGTH)


class TechnicianChange(serializers.Serializer):
    name = TextField(max_length=NAME_LENGTH, required=False)
    phone_number = TextField(max_length=PHONE_LENGTH, required=False, allow_blank=True)
    email = TextField(max_length=EMAIL_LENGTH, required=False)
    category = TextField(max_length=CATEGORY_LENGTH, required=False)


class TechnicianRow(serializers.Serializer):
    technician_id = serializers.RegexField(r"^TEC[0-9]{4,18}$")
    name = serializers.CharField()
    phone_number = serializers.CharField(allow_blank=True)
    email = serializers.EmailField()
    category = serializers.CharField(allow_null=True)
    user_id = serializers.CharField(allow_null=True)


class TechnicianCreated(serializers.Serializer):
    technician_id = serializers.RegexField(r"^TEC[0-9]{4,18}$")
