"""The response object of OpenAI Responses, its items, and their parts.

Follows `openai.types.responses` of openai 3.52.0. A class without a fixed `type` takes what no
other class of its union knows, or knows in another form. Every key may be missing.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

from onechunk import UNSET, Json, Unset
from onechunk.wire import Wire, rare, wire

__all__ = [
    "Annotation",
    "AnnotationContainerFileCitation",
    "AnnotationFileCitation",
    "AnnotationFilePath",
    "AnnotationURLCitation",
    "ContentPart",
    "IncompleteDetails",
    "InputTokensDetails",
    "Logprob",
    "LogprobTopLogprob",
    "OutputTokensDetails",
    "PartReasoningText",
    "Response",
    "ResponseAnnotation",
    "ResponseContentPart",
    "ResponseCustomToolCall",
    "ResponseError",
    "ResponseFunctionToolCall",
    "ResponseItem",
    "ResponseOutputItem",
    "ResponseOutputMessage",
    "ResponseOutputRefusal",
    "ResponseOutputText",
    "ResponseReasoningItem",
    "ResponseUsage",
    "Summary",
]


@wire
class LogprobTopLogprob(Wire):
    """One alternative."""

    token: str | None | Unset = UNSET
    logprob: float | int | None | Unset = UNSET
    bytes: Json | Unset = UNSET


@wire
class Logprob(LogprobTopLogprob):
    """One token with its alternatives."""

    top_logprobs: list[LogprobTopLogprob] | None | Unset = UNSET


@wire
class AnnotationURLCitation(Wire):
    """A page that a stretch of the text rests on; some vendors send only its address."""

    type: Literal["url_citation"] | Unset = UNSET
    url: str | None | Unset = UNSET
    title: str | None | Unset = UNSET
    start_index: int | None | Unset = UNSET
    end_index: int | None | Unset = UNSET


@wire
class AnnotationFileCitation(Wire):
    """A file that the text rests on at one place."""

    type: Literal["file_citation"] | Unset = UNSET
    file_id: str | None | Unset = UNSET
    filename: str | None | Unset = UNSET
    index: int | None | Unset = UNSET


@wire
class AnnotationContainerFileCitation(Wire):
    """A file that code wrote in its container."""

    type: Literal["container_file_citation"] | Unset = UNSET
    container_id: str | None | Unset = UNSET
    file_id: str | None | Unset = UNSET
    filename: str | None | Unset = UNSET
    start_index: int | None | Unset = UNSET
    end_index: int | None | Unset = UNSET


@wire
class AnnotationFilePath(Wire):
    """A file that the text names."""

    type: Literal["file_path"] | Unset = UNSET
    file_id: str | None | Unset = UNSET
    index: int | None | Unset = UNSET


@wire
class Annotation(Wire):
    """An annotation of another type."""

    type: str | None | Unset = UNSET


ResponseAnnotation: TypeAlias = (
    AnnotationURLCitation
    | AnnotationFileCitation
    | AnnotationContainerFileCitation
    | AnnotationFilePath
    | Annotation
)


@wire
class ResponseOutputText(Wire):
    """Text of the answer."""

    type: Literal["output_text"] | Unset = UNSET
    text: str | None | Unset = UNSET
    annotations: list[ResponseAnnotation] | None | Unset = UNSET
    logprobs: list[Logprob] | None | Unset = UNSET


@wire
class ResponseOutputRefusal(Wire):
    """Text of a refusal."""

    type: Literal["refusal"] | Unset = UNSET
    refusal: str | None | Unset = UNSET


@wire
class PartReasoningText(Wire):
    """Reasoning as the model wrote it."""

    type: Literal["reasoning_text"] | Unset = UNSET
    text: str | None | Unset = UNSET


@wire
class Summary(Wire):
    """A paragraph that sums up reasoning."""

    type: Literal["summary_text"] | Unset = UNSET
    text: str | None | Unset = UNSET


@wire
class ContentPart(Wire):
    """A part of another type."""

    type: str | None | Unset = UNSET


ResponseContentPart: TypeAlias = (
    ResponseOutputText | ResponseOutputRefusal | PartReasoningText | Summary | ContentPart
)


@wire
class ResponseOutputMessage(Wire):
    """A message; `phase` tells commentary from the final answer."""

    type: Literal["message"] | Unset = UNSET
    id: str | None | Unset = UNSET
    role: str | None | Unset = UNSET
    status: str | None | Unset = UNSET
    phase: str | None | Unset = rare()
    content: list[ResponseContentPart] | None | Unset = UNSET


@wire
class ResponseReasoningItem(Wire):
    """Reasoning; what is encrypted is final only when the item is done."""

    type: Literal["reasoning"] | Unset = UNSET
    id: str | None | Unset = UNSET
    summary: list[ResponseContentPart] | None | Unset = UNSET
    content: list[ResponseContentPart] | None | Unset = rare()
    encrypted_content: str | None | Unset = rare()
    status: str | None | Unset = rare()


@wire
class ResponseFunctionToolCall(Wire):
    """A call; `call_id` is what a result refers to, `id` only names the item.

    `async`, which cannot name an attribute, stays in `extra`.
    """

    type: Literal["function_call"] | Unset = UNSET
    id: str | None | Unset = UNSET
    call_id: str | None | Unset = UNSET
    name: str | None | Unset = UNSET
    arguments: str | dict[str, Json] | None | Unset = UNSET
    status: str | None | Unset = UNSET
    namespace: str | None | Unset = rare()
    caller: Json | Unset = rare()


@wire
class ResponseCustomToolCall(Wire):
    """A call whose input is free text."""

    type: Literal["custom_tool_call"] | Unset = UNSET
    id: str | None | Unset = UNSET
    call_id: str | None | Unset = UNSET
    name: str | None | Unset = UNSET
    input: str | None | Unset = UNSET
    status: str | None | Unset = UNSET
    namespace: str | None | Unset = rare()
    caller: Json | Unset = rare()


@wire
class ResponseItem(Wire):
    """An item of another type, such as a call of a tool that the server runs."""

    type: str | None | Unset = UNSET
    id: str | None | Unset = UNSET
    status: str | None | Unset = UNSET


ResponseOutputItem: TypeAlias = (
    ResponseOutputMessage
    | ResponseReasoningItem
    | ResponseFunctionToolCall
    | ResponseCustomToolCall
    | ResponseItem
)


@wire
class ResponseError(Wire):
    """What went wrong."""

    type: str | None | Unset = rare()
    code: str | int | None | Unset = UNSET
    message: str | None | Unset = UNSET
    param: str | None | Unset = rare()


@wire
class IncompleteDetails(Wire):
    """Why the answer is not whole."""

    reason: str | None | Unset = UNSET


@wire
class InputTokensDetails(Wire):
    """Of the input tokens, those read from a cache and those written to one."""

    cached_tokens: int | None | Unset = UNSET
    cache_write_tokens: int | None | Unset = rare()
    cache_write_tokens_details: Json | Unset = rare()


@wire
class OutputTokensDetails(Wire):
    """Of the output tokens, those spent on reasoning."""

    reasoning_tokens: int | None | Unset = UNSET


@wire
class ResponseUsage(Wire):
    """Totals of the whole answer; cached tokens and reasoning are included."""

    input_tokens: int | None | Unset = UNSET
    input_tokens_details: InputTokensDetails | None | Unset = UNSET
    output_tokens: int | None | Unset = UNSET
    output_tokens_details: OutputTokensDetails | None | Unset = UNSET
    total_tokens: int | None | Unset = UNSET


@wire
class Response(Wire):
    """The answer as far as it has come; from `instructions` on, an echo of the request."""

    id: str | None | Unset = UNSET
    object: str | None | Unset = UNSET
    created_at: int | float | None | Unset = UNSET
    completed_at: int | float | None | Unset = UNSET
    status: str | None | Unset = UNSET
    model: str | None | Unset = UNSET
    output: list[ResponseOutputItem] | None | Unset = UNSET
    error: ResponseError | None | Unset = UNSET
    incomplete_details: IncompleteDetails | None | Unset = UNSET
    usage: ResponseUsage | None | Unset = UNSET
    service_tier: str | None | Unset = UNSET
    moderation: Json | Unset = rare()
    tool_usage: Json | Unset = rare()
    prompt_cache_diagnostics: Json | Unset = rare()
    instructions: Json | Unset = UNSET
    metadata: Json | Unset = UNSET
    temperature: float | int | None | Unset = UNSET
    top_p: float | int | None | Unset = UNSET
    frequency_penalty: float | int | None | Unset = UNSET
    presence_penalty: float | int | None | Unset = UNSET
    top_logprobs: int | None | Unset = UNSET
    tools: Json | Unset = UNSET
    tool_choice: Json | Unset = UNSET
    parallel_tool_calls: bool | None | Unset = UNSET
    max_output_tokens: int | None | Unset = UNSET
    max_tool_calls: int | None | Unset = UNSET
    reasoning: Json | Unset = UNSET
    text: Json | Unset = UNSET
    truncation: str | None | Unset = UNSET
    background: bool | None | Unset = UNSET
    store: bool | None | Unset = UNSET
    user: str | None | Unset = UNSET
    safety_identifier: str | None | Unset = UNSET
    previous_response_id: str | None | Unset = UNSET
    conversation: Json | Unset = rare()
    prompt: Json | Unset = rare()
    prompt_cache_key: str | None | Unset = UNSET
    prompt_cache_options: Json | Unset = rare()
    prompt_cache_retention: str | None | Unset = UNSET
    access_programs: Json | Unset = rare()
    input_transformations: Json | Unset = rare()
    image: Json | Unset = rare()
