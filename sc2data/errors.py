"""The one exception that every command knows: something the user asked for, or gave, cannot be."""

from __future__ import annotations


class UserError(Exception):
    """Base of errors that the person at the keyboard can put right: the message says what, the value, and what to do.

    Commands print it as one message without a traceback and exit with 2. Derive from a built-in exception too, so that
    callers of the library can catch what they know: `class ManifestError(UserError, ValueError)`.
    """
