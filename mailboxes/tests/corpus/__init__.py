"""Messages of all kinds, built by code, each with what it must give."""

from mailboxes.tests.corpus import charsets, parts, replies, senders

CASES = [*charsets.CASES, *parts.CASES, *replies.CASES, *senders.CASES]
