"""The command line, run within the test or as a process of its own."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import attrs
from click.testing import CliRunner

from onechunk.cli._commands import onechunk
from tests.support.families import CHOICES, EVENTS

FAMILIES = tuple(sorted((*CHOICES, *EVENTS)))
MODULE = (sys.executable, "-m", "onechunk.cli")


@attrs.frozen
class Result:
    """What a command wrote, and its exit code."""

    code: int
    out: bytes
    error: str

    @property
    def text(self) -> str:
        """Standard output as text."""
        return self.out.decode()

    @property
    def lines(self) -> list[bytes]:
        """Standard output by the line, without the ends."""
        return self.out.split(b"\n")[:-1]


def run(*arguments: str | Path, data: bytes = b"") -> Result:
    """Run a command within this process, *data* being its standard input."""
    result = CliRunner().invoke(onechunk, [str(each) for each in arguments], input=data)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Result(result.exit_code, result.stdout_bytes, result.stderr)


def run_process(
    *arguments: str | Path,
    data: bytes = b"",
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> Result:
    """Run a command as a process, *data* being its standard input."""
    done = subprocess.run(
        [*MODULE, *map(str, arguments)],
        input=data,
        capture_output=True,
        check=False,
        env={**os.environ, **(environment or {})},
        cwd=folder,
    )
    return Result(done.returncode, done.stdout, done.stderr.decode())


def install_adapter(folder: Path, name: str, code: str) -> None:
    """Put a distribution with the adapter `<name>:ADAPTER` into *folder*, as pip would."""
    information = folder / f"{name}-1.0.dist-info"
    information.mkdir()
    (information / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (information / "entry_points.txt").write_text(f"[onechunk.adapters]\n{name} = {name}:ADAPTER\n")
    (folder / f"{name}.py").write_text(code)
