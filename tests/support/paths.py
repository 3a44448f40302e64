"""Where things are, seen from the project's root."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RECORDINGS_FOLDER = ROOT / "tests" / "recordings"
BODIES_FOLDER = ROOT / "tests" / "bodies"
SNAPSHOTS_FOLDER = ROOT / "snapshots"
