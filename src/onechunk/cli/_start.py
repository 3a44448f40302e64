"""The way in, which must work, or say why not, without click."""

from __future__ import annotations

import sys
from typing import NoReturn

from onechunk.cli._exits import INTERRUPTED, USAGE

__all__ = ["main"]


def main() -> NoReturn:
    """Run the command line and exit."""
    try:
        from onechunk.cli._commands import onechunk  # click is an extra
    except ModuleNotFoundError as exc:
        if exc.name != "click":
            raise
        print("onechunk: the command line needs: pip install 'onechunk[cli]'", file=sys.stderr)  # noqa: T201
        sys.exit(USAGE)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    onechunk.main()
