"""Numbers recorded with OpenTelemetry; needs the extra `otel`, and an SDK to hear of them."""

from onechunk.otel._recorder import Recorder

__all__ = ["Recorder"]
