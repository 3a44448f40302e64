"""Events of OpenAI Responses about what the server does: its tools, images, audio and steering.

Named as in `openai.types.responses` of openai 3.52.0, which lacks those of patches. Most tell only
how far a tool is; what it did stands in its item.
"""

from __future__ import annotations

from typing import Literal

from onechunk import UNSET, Json, Unset
from onechunk.wire import rare, wire
from onechunk_adapters.responses.events import Addressed, Sequenced

__all__ = [
    "ResponseApplyPatchCallOperationDiffDeltaEvent",
    "ResponseApplyPatchCallOperationDiffDoneEvent",
    "ResponseAudioDeltaEvent",
    "ResponseAudioDoneEvent",
    "ResponseAudioTranscriptDeltaEvent",
    "ResponseAudioTranscriptDoneEvent",
    "ResponseCodeInterpreterCallCodeDeltaEvent",
    "ResponseCodeInterpreterCallCodeDoneEvent",
    "ResponseCodeInterpreterCallCompletedEvent",
    "ResponseCodeInterpreterCallInProgressEvent",
    "ResponseCodeInterpreterCallInterpretingEvent",
    "ResponseCompactionCompactingEvent",
    "ResponseFileSearchCallCompletedEvent",
    "ResponseFileSearchCallInProgressEvent",
    "ResponseFileSearchCallSearchingEvent",
    "ResponseImageGenCallCompletedEvent",
    "ResponseImageGenCallGeneratingEvent",
    "ResponseImageGenCallInProgressEvent",
    "ResponseImageGenCallPartialImageEvent",
    "ResponseMcpCallArgumentsDeltaEvent",
    "ResponseMcpCallArgumentsDoneEvent",
    "ResponseMcpCallCompletedEvent",
    "ResponseMcpCallFailedEvent",
    "ResponseMcpCallInProgressEvent",
    "ResponseMcpListToolsCompletedEvent",
    "ResponseMcpListToolsFailedEvent",
    "ResponseMcpListToolsInProgressEvent",
    "ResponseShellCallCommandAddedEvent",
    "ResponseShellCallCommandDeltaEvent",
    "ResponseShellCallCommandDoneEvent",
    "ResponseShellCallOutputContentDeltaEvent",
    "ResponseShellCallOutputContentDoneEvent",
    "ResponseSteerAcceptedEvent",
    "ResponseSteerFailedEvent",
    "ResponseSteerPendingEvent",
    "ResponseWebSearchCallCompletedEvent",
    "ResponseWebSearchCallInProgressEvent",
    "ResponseWebSearchCallSearchingEvent",
]


@wire
class ResponseMcpCallArgumentsDeltaEvent(Addressed):
    """A piece of the arguments, JSON text."""

    type: Literal["response.mcp_call_arguments.delta"] | Unset = UNSET
    delta: str | None | Unset = UNSET
    obfuscation: str | None | Unset = UNSET


@wire
class ResponseMcpCallArgumentsDoneEvent(Addressed):
    """The arguments, whole."""

    type: Literal["response.mcp_call_arguments.done"] | Unset = UNSET
    arguments: str | None | Unset = UNSET


@wire
class ResponseMcpCallInProgressEvent(Addressed):
    """The call has begun."""

    type: Literal["response.mcp_call.in_progress"] | Unset = UNSET


@wire
class ResponseMcpCallCompletedEvent(Addressed):
    """The call is done."""

    type: Literal["response.mcp_call.completed"] | Unset = UNSET


@wire
class ResponseMcpCallFailedEvent(Addressed):
    """The call failed."""

    type: Literal["response.mcp_call.failed"] | Unset = UNSET


@wire
class ResponseMcpListToolsInProgressEvent(Addressed):
    """The list of tools has begun."""

    type: Literal["response.mcp_list_tools.in_progress"] | Unset = UNSET


@wire
class ResponseMcpListToolsCompletedEvent(Addressed):
    """The list of tools is done."""

    type: Literal["response.mcp_list_tools.completed"] | Unset = UNSET


@wire
class ResponseMcpListToolsFailedEvent(Addressed):
    """The list of tools failed."""

    type: Literal["response.mcp_list_tools.failed"] | Unset = UNSET


@wire
class ResponseWebSearchCallInProgressEvent(Addressed):
    """The search has begun."""

    type: Literal["response.web_search_call.in_progress"] | Unset = UNSET


@wire
class ResponseWebSearchCallSearchingEvent(Addressed):
    """The search is searching."""

    type: Literal["response.web_search_call.searching"] | Unset = UNSET


@wire
class ResponseWebSearchCallCompletedEvent(Addressed):
    """The search is done."""

    type: Literal["response.web_search_call.completed"] | Unset = UNSET


@wire
class ResponseFileSearchCallInProgressEvent(Addressed):
    """The search in files has begun."""

    type: Literal["response.file_search_call.in_progress"] | Unset = UNSET


@wire
class ResponseFileSearchCallSearchingEvent(Addressed):
    """The search in files is searching."""

    type: Literal["response.file_search_call.searching"] | Unset = UNSET


@wire
class ResponseFileSearchCallCompletedEvent(Addressed):
    """The search in files is done."""

    type: Literal["response.file_search_call.completed"] | Unset = UNSET


@wire
class ResponseCodeInterpreterCallInProgressEvent(Addressed):
    """The code has begun."""

    type: Literal["response.code_interpreter_call.in_progress"] | Unset = UNSET


@wire
class ResponseCodeInterpreterCallInterpretingEvent(Addressed):
    """The code is running."""

    type: Literal["response.code_interpreter_call.interpreting"] | Unset = UNSET


@wire
class ResponseCodeInterpreterCallCompletedEvent(Addressed):
    """The code is done."""

    type: Literal["response.code_interpreter_call.completed"] | Unset = UNSET


@wire
class ResponseCodeInterpreterCallCodeDeltaEvent(Addressed):
    """A piece of the code."""

    type: Literal["response.code_interpreter_call_code.delta"] | Unset = UNSET
    delta: str | None | Unset = UNSET
    obfuscation: str | None | Unset = UNSET


@wire
class ResponseCodeInterpreterCallCodeDoneEvent(Addressed):
    """The code, whole."""

    type: Literal["response.code_interpreter_call_code.done"] | Unset = UNSET
    code: str | None | Unset = UNSET


@wire
class ResponseImageGenCallInProgressEvent(Addressed):
    """The image has begun."""

    type: Literal["response.image_generation_call.in_progress"] | Unset = UNSET


@wire
class ResponseImageGenCallGeneratingEvent(Addressed):
    """The image is drawing."""

    type: Literal["response.image_generation_call.generating"] | Unset = UNSET


@wire
class ResponseImageGenCallCompletedEvent(Addressed):
    """The image is done."""

    type: Literal["response.image_generation_call.completed"] | Unset = UNSET


@wire
class ResponseImageGenCallPartialImageEvent(Addressed):
    """The image so far, whole."""

    type: Literal["response.image_generation_call.partial_image"] | Unset = UNSET
    partial_image_index: int | None | Unset = UNSET
    partial_image_b64: str | None | Unset = UNSET
    size: str | None | Unset = UNSET
    quality: str | None | Unset = UNSET
    background: str | None | Unset = UNSET
    output_format: str | None | Unset = UNSET


@wire
class ResponseAudioDeltaEvent(Sequenced):
    """A piece of audio in base64."""

    type: Literal["response.audio.delta"] | Unset = UNSET
    delta: str | None | Unset = UNSET
    obfuscation: str | None | Unset = UNSET


@wire
class ResponseAudioDoneEvent(Sequenced):
    """The audio is done."""

    type: Literal["response.audio.done"] | Unset = UNSET


@wire
class ResponseAudioTranscriptDeltaEvent(Sequenced):
    """A piece of what the audio says."""

    type: Literal["response.audio.transcript.delta"] | Unset = UNSET
    delta: str | None | Unset = UNSET
    obfuscation: str | None | Unset = UNSET


@wire
class ResponseAudioTranscriptDoneEvent(Sequenced):
    """The transcript is done."""

    type: Literal["response.audio.transcript.done"] | Unset = UNSET


@wire
class ResponseShellCallCommandAddedEvent(Sequenced):
    """A command begins."""

    type: Literal["response.shell_call_command.added"] | Unset = UNSET
    output_index: int | None | Unset = UNSET
    command_index: int | None | Unset = UNSET
    command: str | None | Unset = UNSET


@wire
class ResponseShellCallCommandDeltaEvent(Sequenced):
    """A piece of a command."""

    type: Literal["response.shell_call_command.delta"] | Unset = UNSET
    output_index: int | None | Unset = UNSET
    command_index: int | None | Unset = UNSET
    delta: str | None | Unset = UNSET
    obfuscation: str | None | Unset = UNSET


@wire
class ResponseShellCallCommandDoneEvent(Sequenced):
    """A command, whole."""

    type: Literal["response.shell_call_command.done"] | Unset = UNSET
    output_index: int | None | Unset = UNSET
    command_index: int | None | Unset = UNSET
    command: str | None | Unset = UNSET


@wire
class ResponseShellCallOutputContentDeltaEvent(Addressed):
    """A piece of what a command printed, in an object."""

    type: Literal["response.shell_call_output_content.delta"] | Unset = UNSET
    command_index: int | None | Unset = UNSET
    delta: Json | Unset = UNSET
    obfuscation: str | None | Unset = UNSET


@wire
class ResponseShellCallOutputContentDoneEvent(Addressed):
    """All that a command printed."""

    type: Literal["response.shell_call_output_content.done"] | Unset = UNSET
    command_index: int | None | Unset = UNSET
    output: Json | Unset = UNSET


@wire
class ResponseApplyPatchCallOperationDiffDeltaEvent(Addressed):
    """A piece of a patch, unknown to the SDK."""

    type: Literal["response.apply_patch_call_operation_diff.delta"] | Unset = UNSET
    delta: str | None | Unset = UNSET
    obfuscation: str | None | Unset = UNSET


@wire
class ResponseApplyPatchCallOperationDiffDoneEvent(Addressed):
    """A patch, whole; unknown to the SDK."""

    type: Literal["response.apply_patch_call_operation_diff.done"] | Unset = UNSET
    diff: str | None | Unset = UNSET


@wire
class ResponseCompactionCompactingEvent(Addressed):
    """The context is being made shorter."""

    type: Literal["response.compaction.compacting"] | Unset = UNSET


@wire
class ResponseSteerAcceptedEvent(Sequenced):
    """A steering message was taken."""

    type: Literal["response.steer.accepted"] | Unset = UNSET
    steer: Json | Unset = UNSET
    stream_id: str | None | Unset = rare()


@wire
class ResponseSteerPendingEvent(Sequenced):
    """A steering message waits."""

    type: Literal["response.steer.pending"] | Unset = UNSET
    steer: Json | Unset = UNSET
    stream_id: str | None | Unset = rare()
    reason: str | None | Unset = UNSET
    required_input: Json | Unset = UNSET


@wire
class ResponseSteerFailedEvent(Sequenced):
    """A steering message was not taken."""

    type: Literal["response.steer.failed"] | Unset = UNSET
    steer: Json | Unset = UNSET
    stream_id: str | None | Unset = rare()
    error: Json | Unset = UNSET
