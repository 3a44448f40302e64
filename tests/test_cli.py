"""The command line as a whole: help, exit codes, pipes, interrupts."""

import os
import re
import signal
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from onechunk.cli._commands import onechunk
from onechunk.cli._exits import EXITS
from tests.support.command_line import MODULE, install_adapter, run, run_process
from tests.support.paths import RECORDINGS_FOLDER

RECORDING = RECORDINGS_FOLDER / "openai" / "plain-usage-asked.sse"
REFUSAL = RECORDINGS_FOLDER / "openai" / "refusal.sse"
EVENT = b'data: {"choices":[{"index":0,"delta":{"content":"Hi"}}]}\n\n'


def test_help_lists_every_command_and_every_exit_code() -> None:
    """Help of the whole shows examples, the commands and the table of exit codes."""
    result = run("--help")
    assert result.code == 0
    assert "Examples:" in result.text
    for name in onechunk.commands:
        assert re.search(rf"^  {name} ", result.text, re.MULTILINE)
    for code, meaning in EXITS.items():
        assert f"{code:>3}  {meaning}" in result.text


def test_no_arguments_show_the_help() -> None:
    """Without arguments the help comes, and all is well."""
    assert run() == run("--help")


@pytest.mark.parametrize("name", sorted(onechunk.commands))
def test_help_of_every_command_has_examples(name: str) -> None:
    """Help of a command shows examples that name it, one a line, and is not wide."""
    result = run(name, "-h")
    assert result.code == 0
    _, _, below = result.text.partition("Examples:\n")
    examples = below.split("\n\n")[0].splitlines()
    assert len(examples) > 1
    assert all(f"onechunk {name}" in line for line in examples)
    assert max(map(len, result.text.splitlines())) <= 90


def test_version_is_that_of_the_distribution() -> None:
    """`--version` prints name and version."""
    assert run("--version").text == f"onechunk {version('onechunk')}\n"


EXIT_CASES: dict[int, list[str | Path]] = {
    0: ["convert", "--from", "openai", "--to", "llama", RECORDING],
    1: ["convert", "--from", "openai", "--to", "completions", "--strict", REFUSAL],
    2: ["convert", "--from", "nobody", "--to", "llama", RECORDING],
    3: ["show", "--from", "llama", os.devnull],
}


@pytest.mark.parametrize("code", EXIT_CASES)
def test_exit_codes_are_those_documented(code: int) -> None:
    """A process ends with the documented code, and says why in one line."""
    result = run_process(*EXIT_CASES[code])
    assert result.code == code
    assert len(result.error.splitlines()) == (code != 0)
    assert result.error.startswith("onechunk: " if code else "")


def test_every_exit_code_has_a_test() -> None:
    """The codes tested here, with those of the tests for signals, are all there are."""
    assert {*EXIT_CASES, 130, 141} == set(EXITS)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nothing"], "no such command 'nothing'"),
        (["show"], "missing option '--from'"),
        (["show", "--from", "openai", "--nothing"], "no such option"),
        (["show", "--from", "openai", "nothing.sse"], "'nothing.sse': No such file"),
        (["show", "--from", "openai", "."], "'.': Is a directory"),
        (["show", "--from", "openai", "--framing", "morse"], "'morse' is not one of"),
        (["show", "--from", "nobody"], "unknown dialect 'nobody'; installed are: ai21, "),
        (["convert", "--from", "openai", "--to", "nobody"], "unknown dialect 'nobody'"),
        (["check"], "missing argument 'PATH...'"),
        (["check", "nothing"], "'nothing' does not exist"),
        (["check", "--from", "nobody", "."], "unknown dialect 'nobody'"),
        (["demo", "--to", "nobody"], "unknown dialect 'nobody'"),
    ],
    ids=" ".join,
)
def test_wrong_usage_is_one_line(arguments: list[str], words: str) -> None:
    """Wrong usage ends with 2 and one line on standard error; nothing is written."""
    result = run(*arguments, data=EVENT)
    assert (result.code, result.out) == (2, b"")
    assert result.error.startswith("onechunk: ")
    assert words in result.error
    assert result.error.count("\n") == 1


@pytest.mark.parametrize(
    "arguments", [["show", "--from", "openai"], ["demo"], ["--help"]], ids=" ".join
)
def test_broken_pipe_is_quiet(arguments: list[str]) -> None:
    """Where the reader goes away the process ends with 141 and says nothing."""
    source = RECORDING.read_bytes() * 200
    process = subprocess.Popen(
        [*MODULE, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    process.stdout.close()
    process.stdout = None
    _, error = process.communicate(source if arguments[0] == "show" else b"")
    assert (process.returncode, error) == (141, b"")


def test_interrupt_ends_without_a_traceback() -> None:
    """Ctrl-C ends with 130; what was complete is written."""
    start = (
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler);"
        "from onechunk.cli import main; main()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", start, "show", "--from", "openai"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(EVENT)
    process.stdin.flush()
    assert b'"Hi"' in process.stdout.readline()
    process.send_signal(signal.SIGINT)
    _, error = process.communicate()
    assert (process.returncode, error.strip()) == (130, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_full_disk_is_one_line() -> None:
    """A failure to write ends with 2 and one line."""
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run([*MODULE, "demo"], stdout=full, stderr=subprocess.PIPE, check=False)
    assert done.returncode == 2
    assert done.stderr == b"onechunk: input or output: No space left on device\n"


@pytest.mark.parametrize(
    ("closed", "command", "code", "words"),
    [
        ("<&-", "show --from openai", 3, "the stream is empty"),
        (">&-", "adapters", 2, "standard output is closed"),
        ("2>&-", "check nothing", 2, ""),
    ],
)
def test_closed_standard_streams_are_no_surprise(
    closed: str, command: str, code: int, words: str
) -> None:
    """Each standard stream may be closed from the start."""
    done = subprocess.run(
        ["/bin/sh", "-c", f'exec "$@" {closed}', "sh", *MODULE, *command.split()],
        capture_output=True,
        check=False,
    )
    assert done.returncode == code
    assert words in done.stderr.decode()
    assert b"Traceback" not in done.stderr


def test_without_click_one_line_names_the_extra(tmp_path: Path) -> None:
    """Where click is missing the process says how to get it and ends with 2."""
    blocker = "raise ModuleNotFoundError('no click here', name='click')\n"
    (tmp_path / "click.py").write_text(blocker)
    result = run_process("demo", environment={"PYTHONPATH": str(tmp_path)})
    assert result.code == 2
    assert "pip install 'onechunk[cli]'" in result.error
    assert result.error.count("\n") == 1


def test_a_broken_adapter_is_one_line(tmp_path: Path) -> None:
    """A third party's adapter that cannot be imported is named in one line, with 2."""
    install_adapter(tmp_path, "broken", "raise RuntimeError('first\\nsecond')\n")
    result = run_process("adapters", environment={"PYTHONPATH": str(tmp_path)})
    assert (result.code, result.out) == (2, b"")
    assert "the adapter of broken (broken:ADAPTER) cannot be imported: first second" in result.error
    assert result.error.count("\n") == 1


def test_nothing_from_outside_acts_on_the_terminal(tmp_path: Path) -> None:
    """Control characters in names stand in a message as escapes."""
    path = tmp_path / "\x1b[31m.sse"
    path.write_bytes(EVENT + b"data: {\n\n")
    result = run("check", "--from", "openai", path)
    assert result.code == 3
    assert "\x1b" not in result.text
    assert "\\x1b[31m.sse: openai, event 2: invalid JSON" in result.text
    assert "\\x1b" in run("show", "--from", "\x1b").error
