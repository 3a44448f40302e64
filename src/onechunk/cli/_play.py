"""One recorded stream converted frame by frame, with what each frame brought about."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import define, field

from onechunk._adapter import Adapter
from onechunk._framing import Frame, make_splitter
from onechunk._json import loads_exact
from onechunk._loss import Loss
from onechunk._translator import Translator
from onechunk.cli._flow import Span, brief, flow

__all__ = ["Play", "Step"]

Spans = list[Span]


@define
class Step:
    """A frame of the source, and the frames that it brought about; often one, sometimes none."""

    before: list[Spans] = field(factory=list[Spans])
    after: list[Spans] = field(factory=list[Spans])


class Play:
    """Converts a recorded stream and tells it in steps.

    Attributes:
        losses: What was lost; complete when all steps were taken.
    """

    def __init__(self, source: Adapter, target: Adapter) -> None:
        self.losses: list[Loss] = []
        self._source = source
        self._target = target

    def steps(self, data: bytes) -> Iterator[Step]:
        """Yield a step for each frame of *data*, and one for what only the end brings about."""
        translator = Translator(self._source.name, self._target.name)
        before, after = _Teller(self._source), _Teller(self._target)
        for frame, piece in _cut(data):
            yield Step([before.tell(frame)], self._told(after, translator.feed(piece)))
        out = translator.close()
        self.losses = translator.losses
        if out:
            yield Step([], self._told(after, out))

    def _told(self, teller: _Teller, out: bytes) -> list[Spans]:
        return [teller.tell(frame) for frame in _frames(out, self._target.framing)]


class _Teller:
    """Puts the frames of one stream into words, knowing the frame before."""

    def __init__(self, adapter: Adapter) -> None:
        self._padding = frozenset(path.rpartition(".")[2] for path in adapter.padding)
        self._before: object = None

    def tell(self, frame: Frame) -> Spans:
        """Return what is new in *frame*."""
        spans = [Span(f":{comment}  ", "mark") for comment in frame.comments]
        if frame.data is None:
            return spans
        if frame.event is not None:
            spans.append(Span(f"event: {frame.event}  ", "mark"))
        try:
            payload = loads_exact(frame.data)
        except ValueError:
            return [*spans, Span(frame.data.decode("utf-8", "replace"), "mark")]
        known, self._before = self._before, payload
        return [*spans, *flow(brief(payload, known, self._padding))]


def _cut(data: bytes) -> Iterator[tuple[Frame, bytes]]:
    """Yield each frame with the bytes that it was cut from."""
    splitter = make_splitter(None)
    piece = b""
    for line in data.splitlines(keepends=True):
        piece += line
        for item in splitter.feed(line):
            yield _frame(item), piece
            piece = b""
    for item in splitter.close():
        yield _frame(item), piece


def _frames(data: bytes, framing: str) -> Iterator[Frame]:
    splitter = make_splitter(framing)
    for item in (*splitter.feed(data), *splitter.close()):
        yield _frame(item)


def _frame(item: bytes | Frame) -> Frame:
    return item if isinstance(item, Frame) else Frame(item)
