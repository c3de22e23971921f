"""WSGI entry point: `granian --interface wsgi ticketing.wsgi:application`."""

import os

from django.core.wsgi import get_wsgi_application

from ticketing.bodies import PatientServer

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ticketing.settings")

application = PatientServer(get_wsgi_application())
