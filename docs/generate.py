"""Write the generated tables into the pages: `python -m docs.generate`.

A table stands between `<!-- generated: NAME -->` and `<!-- end -->`. `tests/test_docs.py` checks
that what is committed is what this writes.
"""

from __future__ import annotations

import re
from pathlib import Path

from docs._tables import TABLES

__all__ = ["PAGES", "generated"]

_HERE = Path(__file__).resolve().parent
PAGES = (_HERE.parent / "README.md", *sorted(_HERE.glob("*.md")))

_MARKED = re.compile(r"(<!-- generated: (.+?) -->\n).*?(<!-- end -->)", re.DOTALL)


def generated(page: str) -> str:
    """Return the text of a page with its tables made anew."""
    return _MARKED.sub(lambda found: f"{found[1]}\n{TABLES[found[2]]()}\n\n{found[3]}", page)


def main() -> None:
    """Rewrite every page."""
    for path in PAGES:
        path.write_text(generated(path.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
