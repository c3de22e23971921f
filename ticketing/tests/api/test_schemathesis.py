"""Made-up requests, good and bad, by every role: no 5xx, nothing that the schema does not say.

`API_EXAMPLES` says how many per operation and role; the default keeps the suite quick.
"""

import contextlib
import json
import os

import hypothesis
import hypothesis.errors
import hypothesis.strategies as st
import pytest
import schemathesis
from django.db import transaction
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS, load_all_checks

from accounts.tests.api.clients import tokens_of
from accounts.tests.factories import AdminFactory, CustomerFactory
from technicians.tests.factories import TechnicianFactory
from ticketing.api.documents import openapi
from tickets.services import assign_ticket
from tickets.tests.factories import CategoryFactory, TicketFactory

EXAMPLES = int(os.environ.get("API_EXAMPLES", "6"))
ROLES = ["anonymous", "customer", "technician", "admin"]
KNOWN = {
    "ticket_id": "TKT0001",
    "customer_id": "CUS0001",
    "technician_id": "TEC0001",
    "link_id": "1",
    "message_id": "1",
    "kind": "reply",
}
ANY_FILE = "0b7ff0c2-6f5a-4f0c-9f4b-0d6a1f9f5d11"
load_all_checks()
# Left out: rules that a schema can't say (a category that exists, two texts that differ, the
# present password) make good data bad; ids are given out, not found by their shape.
LEFT_OUT = [
    check
    for name in ("positive_data_acceptance", "use_after_free", "ensure_resource_availability")
    for check in CHECKS.get_by_names([name])
]
pytestmark = pytest.mark.slow


@pytest.fixture
def operations(live_server, transactional_db):
    # Who asks is ours to say here: without `security` no made-up token is sent.
    description = json.loads(json.dumps(openapi()))
    for methods in description["paths"].values():
        for operation in methods.values():
            operation.pop("security", None)
    schema = schemathesis.openapi.from_dict(description)
    schema.config.update(base_url=live_server.url)
    return [result.ok() for result in schema.get_all_operations()]


@pytest.fixture
def people(transactional_db):
    """A desk where somebody of each role has something."""
    with transaction.atomic():
        category = CategoryFactory()
        ticket = TicketFactory(category=category)
        technician = TechnicianFactory(categories=[category]).user
        admin = AdminFactory()
        assign_ticket(ticket, technician=technician, actor=admin)
        TicketFactory(category=category, customer=ticket.customer)
        CustomerFactory()
    return {"customer": ticket.customer, "technician": technician, "admin": admin}


@pytest.mark.parametrize("role", ROLES)
def test_the_api_does_what_it_says(operations, people, role):
    asker = people.get(role)
    wrong = []
    for operation in operations:
        for mode in GenerationMode:
            try:
                check(operation.as_strategy(generation_mode=mode), asker, mode)
            except* Exception as found:
                wrong += [f"{operation.label} ({mode.value}): {e}" for e in found.exceptions]
    assert not wrong, "\n\n".join(wrong)


def known(name):
    """Return an id that may be there; what is not named above is a number or a UUID."""
    uuids = ("file_id", "action_id", "export_id")
    return KNOWN.get(name, ANY_FILE if name in uuids else "1")


def check(cases, asker, mode):
    """Send made-up requests; half of the ids in them are there."""

    @hypothesis.settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize="API_EXAMPLES" not in os.environ,
        database=None,
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    @hypothesis.given(case=cases, is_known=st.booleans())
    def run(case, is_known):
        if is_known and mode is GenerationMode.POSITIVE:
            for name in case.path_parameters or {}:
                case.path_parameters[name] = known(name)
        headers = {"Authorization": f"Bearer {tokens_of(asker)['token']}"} if asker else {}
        case.call_and_validate(headers=headers, excluded_checks=LEFT_OUT)

    # Where there is nothing to send, nothing can be sent wrong.
    with contextlib.suppress(hypothesis.errors.Unsatisfiable):
        run()
