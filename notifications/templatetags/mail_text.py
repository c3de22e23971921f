"""What the text parts of mails need beside Django's own filters."""

from django import template
from django.template import Context
from django.utils.safestring import SafeString

from accounts.numbers import number_of
from tickets.markup import render_for_mail
from tickets.models.ticket import TICKET_PREFIX

register = template.Library()


@register.filter
def quoted(text: str) -> str:
    """Somebody's own words, marked as such: each line behind "> "."""
    return "\n".join(f"> {line}".rstrip() for line in text.strip().splitlines())


@register.simple_tag(takes_context=True)
def written(context: Context, text: str) -> SafeString:
    """Somebody's own words as HTML. Of tickets only the mail's own is linked: it may be read."""
    number = number_of(TICKET_PREFIX, str(context.get("ticket_id", "")))
    return render_for_mail(text, {number: context["url"]} if number else {})
