"""The description of the API: OpenAPI 3.1 for programs, a page for people."""

from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import Operation
from accounts.api.views import PublicView

METHODS = ("get", "post", "put", "patch", "delete")


@cache
def openapi() -> dict[str, Any]:
    """Return the OpenAPI description of everything below /api/."""
    return dict(SchemaGenerator().get_schema(request=None, public=True))


class Document(serializers.Serializer):
    openapi = serializers.CharField()
    paths = serializers.DictField()


class Schema(PublicView):
    """OpenAPI 3.1."""

    operations = {"GET": Operation("getSchema", "This description", Document)}

    def get(self, request: Request) -> Response:
        return Response(openapi())


@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """Show the description as a page, by groups."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for path, methods in openapi()["paths"].items():
        for method in METHODS:
            if method in methods:
                entry = describe(path, method, methods[method])
                groups.setdefault(entry["group"], []).append(entry)
    return render(request, "api/docs.html", {"groups": groups, "version": openapi()["openapi"]})


def describe(path: str, method: str, operation: dict[str, Any]) -> dict[str, Any]:
    """Return what the page shows of one operation."""
    good = next(status for status in operation["responses"] if status < "400")
    answer = _content(operation["responses"][good])
    return {
        "group": operation["tags"][0],
        "id": operation["operationId"],
        "method": method.upper(),
        "path": path,
        "summary": operation["summary"],
        "words": operation.get("description", ""),
        "is_public": not operation.get("security"),
        "parameters": [found for found in operation.get("parameters", []) if found["in"] != "path"],
        "body": _fields(_content(operation.get("requestBody", {}))),
        "status": good,
        "answer": _fields(answer.get("items", answer)),
        "is_list": "items" in answer,
        "errors": [status for status in operation["responses"] if status >= "400"],
    }


def _content(part: dict[str, Any]) -> dict[str, Any]:
    content: dict[str, Any] = next(iter(part.get("content", {}).values()), {})
    return content.get("schema", {})


def _fields(schema: dict[str, Any]) -> list[dict[str, Any]]:
    name = schema.get("$ref", "").rpartition("/")[2]
    found = openapi()["components"]["schemas"].get(name, schema)
    return [
        {
            "name": field,
            "type": _type(about),
            "is_required": field in found.get("required", ()),
            "words": about.get("description", ""),
        }
        for field, about in found.get("properties", {}).items()
    ]


def _type(about: dict[str, Any]) -> str:
    if "enum" in about:
        return ", ".join("null" if value is None else str(value) for value in about["enum"])
    kinds = about.get("type", "object")
    text = " or ".join(kinds) if isinstance(kinds, list) else str(kinds)
    return f"{text} ({about['format']})" if "format" in about else text
