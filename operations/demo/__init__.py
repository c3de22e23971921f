"""The demo desk: invented people with invented trouble."""

from operations.demo.people import SIGN_INS, SignIn

__all__ = ["SIGN_INS", "SignIn"]
