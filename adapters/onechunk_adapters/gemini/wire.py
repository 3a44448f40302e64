"""Gemini's answer, as its Python SDK names it, with the camelCase keys of the wire.

Follows `google.genai.types` of google-genai 3.4.0 and, for what these leave out, recorded streams
of the Gemini API and of Vertex AI. Every key may be missing. Each record is a whole object that
holds only the new parts; its usage is the total so far. Enums are words, at some clients numbers.
"""

from __future__ import annotations

from onechunk import UNSET, Json, Unset
from onechunk.wire import Wire, rare, wire

__all__ = [
    "Blob",
    "Candidate",
    "Citation",
    "CitationMetadata",
    "CodeExecutionResult",
    "Content",
    "ExecutableCode",
    "FileData",
    "FunctionCall",
    "FunctionResponse",
    "GenerateContentResponse",
    "GenerateContentResponsePromptFeedback",
    "GenerateContentResponseUsageMetadata",
    "LogprobsResult",
    "LogprobsResultCandidate",
    "LogprobsResultTopCandidates",
    "ModalityTokenCount",
    "Part",
    "PartialArg",
    "SafetyRating",
    "ToolCall",
    "ToolResponse",
]


@wire
class PartialArg(Wire):
    """A piece of an argument: where it belongs, and one value."""

    jsonPath: str | None | Unset = UNSET
    stringValue: str | None | Unset = UNSET
    numberValue: float | int | None | Unset = rare()
    boolValue: bool | None | Unset = rare()
    nullValue: str | int | None | Unset = rare()
    willContinue: bool | None | Unset = UNSET


@wire
class FunctionCall(Wire):
    """A call, mostly whole; where arguments are streamed, an empty object may end it."""

    id: str | None | Unset = rare()
    name: str | None | Unset = UNSET
    args: dict[str, Json] | None | Unset = UNSET
    partialArgs: list[PartialArg] | None | Unset = rare()
    willContinue: bool | None | Unset = rare()


@wire
class FunctionResponse(Wire):
    """What a function of the client gave back."""

    id: str | None | Unset = UNSET
    name: str | None | Unset = UNSET
    response: dict[str, Json] | None | Unset = UNSET
    parts: list[Json] | None | Unset = rare()
    scheduling: str | int | None | Unset = rare()
    willContinue: bool | None | Unset = rare()


@wire
class ToolCall(Wire):
    """A call of a tool that the server runs."""

    id: str | None | Unset = UNSET
    toolType: str | int | None | Unset = UNSET
    args: dict[str, Json] | None | Unset = UNSET


@wire
class ToolResponse(Wire):
    """What a tool of the server gave back."""

    id: str | None | Unset = UNSET
    toolType: str | int | None | Unset = UNSET
    response: dict[str, Json] | None | Unset = UNSET


@wire
class ExecutableCode(Wire):
    """Code that the server is going to run."""

    id: str | None | Unset = rare()
    language: str | int | None | Unset = UNSET
    code: str | None | Unset = UNSET


@wire
class CodeExecutionResult(Wire):
    """What the code printed."""

    id: str | None | Unset = rare()
    outcome: str | int | None | Unset = UNSET
    output: str | None | Unset = UNSET


@wire
class Blob(Wire):
    """An image or a piece of audio, in base64."""

    mimeType: str | None | Unset = UNSET
    data: str | None | Unset = UNSET
    displayName: str | None | Unset = rare()


@wire
class FileData(Wire):
    """A file that lies elsewhere."""

    mimeType: str | None | Unset = UNSET
    fileUri: str | None | Unset = UNSET
    displayName: str | None | Unset = rare()


@wire
class Part(Wire):
    """A piece of content; one key says which, others stand beside it.

    `thoughtSignature` may stand beside any of them, an empty text included.
    """

    text: str | None | Unset = UNSET
    thought: bool | None | Unset = rare()
    thoughtSignature: str | None | Unset = rare()
    functionCall: FunctionCall | None | Unset = rare()
    functionResponse: FunctionResponse | None | Unset = rare()
    inlineData: Blob | None | Unset = rare()
    fileData: FileData | None | Unset = rare()
    executableCode: ExecutableCode | None | Unset = rare()
    codeExecutionResult: CodeExecutionResult | None | Unset = rare()
    toolCall: ToolCall | None | Unset = rare()
    toolResponse: ToolResponse | None | Unset = rare()
    partMetadata: Json | Unset = rare()
    videoMetadata: Json | Unset = rare()
    mediaResolution: Json | Unset = rare()
    mediaProcessing: Json | Unset = rare()
    audioTranscription: Json | Unset = rare()
    audioMetadata: Json | Unset = rare()
    speechMetadata: Json | Unset = rare()
    documentMetadata: Json | Unset = rare()
    spreadsheetMetadata: Json | Unset = rare()


@wire
class Content(Wire):
    """The new parts; the object may be empty."""

    parts: list[Part] | None | Unset = UNSET
    role: str | None | Unset = UNSET


@wire
class SafetyRating(Wire):
    """How harmful the content is in one category; scores only at Vertex AI."""

    category: str | int | None | Unset = UNSET
    probability: str | int | None | Unset = UNSET
    blocked: bool | None | Unset = rare()
    probabilityScore: float | int | None | Unset = rare()
    severity: str | int | None | Unset = rare()
    severityScore: float | int | None | Unset = rare()
    overwrittenThreshold: str | int | None | Unset = rare()


@wire
class Citation(Wire):
    """A source of a stretch of the text."""

    startIndex: int | None | Unset = UNSET
    endIndex: int | None | Unset = UNSET
    uri: str | None | Unset = UNSET
    title: str | None | Unset = rare()
    license: str | None | Unset = rare()
    publicationDate: Json | Unset = rare()


@wire
class CitationMetadata(Wire):
    """Sources; Vertex AI calls them `citations`, the Gemini API `citationSources`."""

    citations: list[Citation] | None | Unset = UNSET
    citationSources: list[Citation] | None | Unset = UNSET


@wire
class LogprobsResultCandidate(Wire):
    """One token."""

    token: str | None | Unset = UNSET
    tokenId: int | None | Unset = UNSET
    logProbability: float | int | None | Unset = UNSET


@wire
class LogprobsResultTopCandidates(Wire):
    """The likeliest tokens at one place, the likeliest first."""

    candidates: list[LogprobsResultCandidate] | None | Unset = UNSET


@wire
class LogprobsResult(Wire):
    """Logprobs of the tokens chosen, and of those that were not."""

    chosenCandidates: list[LogprobsResultCandidate] | None | Unset = UNSET
    topCandidates: list[LogprobsResultTopCandidates] | None | Unset = UNSET
    logProbabilitySum: float | int | None | Unset = rare()


@wire
class Candidate(Wire):
    """One candidate; several come interleaved, told apart by `index`, which is 0 if missing."""

    content: Content | None | Unset = UNSET
    index: int | None | Unset = UNSET
    finishReason: str | int | None | Unset = rare()
    finishMessage: str | None | Unset = rare()
    safetyRatings: list[SafetyRating] | None | Unset = rare()
    citationMetadata: CitationMetadata | None | Unset = rare()
    groundingMetadata: Json | Unset = rare()
    urlContextMetadata: Json | Unset = rare()
    logprobsResult: LogprobsResult | None | Unset = rare()
    avgLogprobs: float | int | None | Unset = rare()
    tokenCount: int | None | Unset = rare()
    continuationToken: str | None | Unset = rare()


@wire
class GenerateContentResponsePromptFeedback(Wire):
    """What the filter says of the prompt; a blocked one has no candidates."""

    blockReason: str | int | None | Unset = UNSET
    blockReasonMessage: str | None | Unset = rare()
    safetyRatings: list[SafetyRating] | None | Unset = UNSET


@wire
class ModalityTokenCount(Wire):
    """Tokens of one kind of content."""

    modality: str | int | None | Unset = UNSET
    tokenCount: int | None | Unset = UNSET


@wire
class GenerateContentResponseUsageMetadata(Wire):
    """Totals so far; cached tokens are in the prompt count, thoughts in none but the total."""

    promptTokenCount: int | None | Unset = UNSET
    candidatesTokenCount: int | None | Unset = UNSET
    thoughtsTokenCount: int | None | Unset = UNSET
    totalTokenCount: int | None | Unset = UNSET
    cachedContentTokenCount: int | None | Unset = rare()
    toolUsePromptTokenCount: int | None | Unset = rare()
    promptTokensDetails: list[ModalityTokenCount] | None | Unset = UNSET
    candidatesTokensDetails: list[ModalityTokenCount] | None | Unset = rare()
    cacheTokensDetails: list[ModalityTokenCount] | None | Unset = rare()
    toolUsePromptTokensDetails: list[ModalityTokenCount] | None | Unset = rare()
    trafficType: str | int | None | Unset = rare()
    serviceTier: str | None | Unset = rare()


@wire
class GenerateContentResponse(Wire):
    """One record of the stream; an error is a record of its own."""

    candidates: list[Candidate] | None | Unset = UNSET
    usageMetadata: GenerateContentResponseUsageMetadata | None | Unset = UNSET
    modelVersion: str | None | Unset = UNSET
    responseId: str | None | Unset = UNSET
    createTime: str | None | Unset = rare()
    promptFeedback: GenerateContentResponsePromptFeedback | None | Unset = rare()
    modelStatus: Json | Unset = rare()
    error: Json | Unset = rare()
