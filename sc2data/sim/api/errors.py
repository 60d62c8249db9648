"""The two ways in which a request fails: it makes no sense now, or it could not be done."""

from __future__ import annotations


class MisuseError(Exception):
    """The request is no request, or not legal in this state: answered by `Response.error` alone."""


class RequestFailedError(Exception):
    """The request was tried and failed: answered with its own sub-message, whose `error` and `error_details` tell."""

    def __init__(self, code: int, details: str = "") -> None:
        super().__init__(details)
        self.code = code
        self.details = details


NOT_STARTED = "A game has not been started yet"
NOT_IN_GAME = "Not in a game"
NOTHING_TO_JOIN = "Must first start a game with CreateGame or specify ports to join another client's game"
ENDED = "Game has already ended"
NOT_AFTER_END = "Not supported if game has already ended"
NOT_IN_REPLAY = "Not supported in a replay"
"""Texts of misuse that clients compare with, or that people search for (sc2-api.md 1.3)."""
