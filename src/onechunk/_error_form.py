"""How a dialect words the body of an HTTP error, as data."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import Factory, frozen

from onechunk._chunk import Error
from onechunk._marks import Json

__all__ = ["ErrorForm"]


@frozen
class ErrorForm:
    """Where the parts of an error stand in the body of an HTTP error.

    Attributes:
        at: Key of the object that holds them; None if that is the body itself.
        message: Key of the message.
        type: Key of the word for the kind of error; None if there is no place for one.
        code: Key of the code; None if there is no place for one.
        param: Key of the parameter at fault; None if there is no place for one.
        status: Key that repeats the status of the response as a number; None if none does.
        words: From status to the word for the kind of error, where readers know only these; those
            of 400 and 500 stand for all statuses that have none. Empty if any word will do.
        constants: What the body says of every error.
    """

    at: str | None = "error"
    message: str = "message"
    type: str | None = "type"
    code: str | None = "code"
    param: str | None = "param"
    status: str | None = None
    words: Mapping[int, str] = Factory(dict[int, str])
    constants: Mapping[str, Json] = Factory(dict[str, Json])

    def write(self, error: Error, status: int) -> dict[str, Json]:
        """Return the body that says *error*, under *status*."""
        said: dict[str, Json] = {} if self.status is None else {self.status: status}
        said[self.message] = error.message or ""
        if self.type is not None:
            said[self.type] = self._word(error.type, status)
        if self.param is not None:
            said[self.param] = error.param
        if self.code is not None:
            said[self.code] = error.code
        return {**self.constants, **(said if self.at is None else {self.at: said})}

    def _word(self, word: str | None, status: int) -> str | None:
        """Return the source's own word, if readers know it or any; else that of the status."""
        if not self.words or word in self.words.values():
            return word
        return self.words.get(status) or self.words[500 if status >= 500 else 400]  # noqa: PLR2004
