"""Fields of request bodies."""

from typing import Any

from rest_framework import serializers


class TextField(serializers.CharField):
    """A text, kept as it came: no trimming, no number taken for one."""

    default_error_messages = {
        "invalid": "This field must be a text.",
        "blank": "This field may not be blank.",
        "max_length": "Use at most {max_length} characters.",
    }

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"trim_whitespace": False, **options})

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)
