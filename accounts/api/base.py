"""What every endpoint has in common."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.http import HttpResponse, HttpResponseBase
from rest_framework.exceptions import (
    MethodNotAllowed,
    NotAuthenticated,
    PermissionDenied,
    ValidationError,
)
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from accounts.api.errors import Conflict, KeyReused
from accounts.api.json_format import MEDIA_TYPE, write_json
from accounts.api.throttling import wait_for_address, wait_for_user
from accounts.http import client_address
from accounts.idempotency import (
    KEY_LENGTH,
    Answer,
    Attempt,
    OtherRequest,
    StillRunning,
    first_answer,
    keep,
    request_hash,
)
from accounts.models import User

if TYPE_CHECKING:

    class DeskRequest(Request):
        """A request that passed the checks of its view: a person, a token, a JSON object."""

        user: User
        auth: dict[str, Any]
        data: dict[str, Any]
else:
    DeskRequest = Request

TOO_MANY_REQUESTS = 429
SERVER_ERROR = 500


@dataclass(frozen=True)
class Operation:
    """What a view does for one method: who may ask at all, what goes in, what comes out.

    `DeskView` obeys it and the OpenAPI schema is written from it.
    """

    id: str
    summary: str
    answer: type[Serializer]
    status: int = 200
    body: type[Serializer] | None = None
    roles: Collection[str] | None = None  # None: everyone signed in
    is_list: bool = False
    filters: Collection[str] = ()
    gives_etag: bool = False
    takes_if_match: bool = False
    is_file: bool = False  # the answer is not JSON
    may_be_partial: bool = False  # X-Partial-Result says so
    names_others: bool = False  # its body names tickets that may not be there


class DeskView(APIView):
    """An endpoint: its `operations`, by method."""

    http_method_names = ["get", "post", "put", "patch", "delete", "head"]
    permission_classes: list[Any] = []
    throttle_classes: list[Any] = []
    operations: dict[str, Operation] = {}
    format_kwarg = None
    # Usable without a token; `authentication_classes` is then empty.
    is_public = False

    @property
    def default_response_headers(self) -> dict[str, str]:
        return {}

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method == "POST" and "HTTP_IDEMPOTENCY_KEY" in request.META:
            handler = getattr(self, "post", None)
            if handler:
                self.post = lambda *a, **k: self._answer_once(handler, *a, **k)
        return super().dispatch(request, *args, **kwargs)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        method = str(request.method).lower()
        if method not in self.http_method_names or not hasattr(self, method):
            raise MethodNotAllowed(str(request.method))
        request.accepted_renderer, request.accepted_media_type = self.perform_content_negotiation(
            request
        )
        self.check_permissions(request)
        self.check_throttles(request)

    def check_permissions(self, request: Any) -> None:
        if self.is_public:
            return
        if request.user is None:
            raise NotAuthenticated
        method = "GET" if request.method == "HEAD" else str(request.method)
        roles = self.operations[method].roles
        if roles is not None and request.user.role not in roles:
            raise PermissionDenied

    def check_throttles(self, request: Any) -> None:
        if request.user is not None:
            wait = wait_for_user(request.user)
        else:
            wait = wait_for_address(request) if request.method == "POST" else 0
        if wait:
            self.throttled(request, wait)

    def checked(self, request: Request) -> Any:
        """Return the body of the request as its operation's serializer understands it, or 400."""
        serializer = self.operations[str(request.method)].body
        assert serializer is not None
        checker = serializer(data=request.data)
        checker.is_valid(raise_exception=True)
        return checker.validated_data

    def _answer_once(
        self, handler: Callable[..., Response], request: Request, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        """Do what `handler` does, or repeat the answer it gave to the same request before."""
        attempt = self._attempt(request)
        with transaction.atomic():
            try:
                first = first_answer(attempt)
            except StillRunning:
                raise Conflict from None
            except OtherRequest:
                raise KeyReused from None
            if first is not None:
                return HttpResponse(first.body, MEDIA_TYPE, first.status, headers=first.headers)
            try:
                response = handler(request, *args, **kwargs)
            except Exception as error:
                response = self.handle_exception(error)
            if response.status_code >= SERVER_ERROR:
                transaction.set_rollback(True)
            elif response.status_code != TOO_MANY_REQUESTS:
                headers = dict(response.headers)
                headers.pop("Content-Type", None)
                keep(attempt, Answer(response.status_code, headers, write_json(response.data)))
        return response

    def _attempt(self, request: Request) -> Attempt:
        key = request.META["HTTP_IDEMPOTENCY_KEY"]
        if not key.strip() or len(key) > KEY_LENGTH:
            sentence = f"Use 1 to {KEY_LENGTH} characters."
            raise ValidationError({"Idempotency-Key": [sentence]})
        scope = f"user {request.user.pk}" if request.user else f"from {client_address(request)}"
        what = request_hash(str(request.method), request.path_info, self.body_of(request))
        return Attempt(scope, key, what)

    def body_of(self, request: Request) -> bytes:
        """Return what makes another request of it, for its key."""
        return request.body
