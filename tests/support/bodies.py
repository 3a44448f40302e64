"""The project's own bodies of answers that came whole: a file is a case."""

from tests.support.paths import BODIES_FOLDER
from tests.support.recordings import Recording, find_recordings

__all__ = ["BODIES", "body_id"]

BODIES = find_recordings(BODIES_FOLDER)
"""`tests/bodies/<dialect or profile>/<case>.json`, ordered."""


def body_id(body: Recording) -> str:
    """Return the name of the case in test ids and in `snapshots/`."""
    return f"{body.dialect}/whole-{body.case}"
