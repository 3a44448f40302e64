"""What stands in an Anthropic message: content blocks and the citations in them.

Follows the types of anthropic 2.11.0, those of its beta messages without `Beta`.
"""

from __future__ import annotations

from typing import Literal

from onechunk import UNSET, Json, Unset
from onechunk.wire import Wire, rare, wire

__all__ = [
    "AdvisorToolResultBlock",
    "BashCodeExecutionToolResultBlock",
    "CitationCharLocation",
    "CitationContentBlockLocation",
    "CitationPageLocation",
    "CitationsSearchResultLocation",
    "CitationsWebSearchResultLocation",
    "CodeExecutionToolResultBlock",
    "CompactionBlock",
    "ContainerUploadBlock",
    "ContentBlock",
    "FallbackBlock",
    "MCPToolListingBlock",
    "MCPToolResultBlock",
    "MCPToolUseBlock",
    "OtherBlock",
    "OtherCitation",
    "RedactedThinkingBlock",
    "ServerToolUseBlock",
    "TextBlock",
    "TextCitation",
    "TextEditorCodeExecutionToolResultBlock",
    "ThinkingBlock",
    "ToolSearchToolResultBlock",
    "ToolUseBlock",
    "WebFetchToolResultBlock",
    "WebSearchToolResultBlock",
]


@wire
class _DocumentCitation(Wire):
    cited_text: str | None | Unset = UNSET
    document_index: int | None | Unset = UNSET
    document_title: str | None | Unset = UNSET
    file_id: str | None | Unset = rare()


@wire
class CitationCharLocation(_DocumentCitation):
    """A passage of a plain text, by characters."""

    type: Literal["char_location"] | Unset = UNSET
    start_char_index: int | None | Unset = UNSET
    end_char_index: int | None | Unset = UNSET


@wire
class CitationPageLocation(_DocumentCitation):
    """A passage of a PDF, by pages."""

    type: Literal["page_location"] | Unset = UNSET
    start_page_number: int | None | Unset = UNSET
    end_page_number: int | None | Unset = UNSET


@wire
class CitationContentBlockLocation(_DocumentCitation):
    """A passage of a document that the request cut into blocks."""

    type: Literal["content_block_location"] | Unset = UNSET
    start_block_index: int | None | Unset = UNSET
    end_block_index: int | None | Unset = UNSET


@wire
class CitationsWebSearchResultLocation(Wire):
    """A page that the server's web search found; the index must go back as it came."""

    type: Literal["web_search_result_location"] | Unset = UNSET
    cited_text: str | None | Unset = UNSET
    encrypted_index: str | None | Unset = UNSET
    title: str | None | Unset = UNSET
    url: str | None | Unset = UNSET


@wire
class CitationsSearchResultLocation(Wire):
    """A passage of a search result that the request brought along."""

    type: Literal["search_result_location"] | Unset = UNSET
    cited_text: str | None | Unset = UNSET
    search_result_index: int | None | Unset = UNSET
    source: str | None | Unset = UNSET
    title: str | None | Unset = UNSET
    start_block_index: int | None | Unset = UNSET
    end_block_index: int | None | Unset = UNSET


@wire
class OtherCitation(Wire):
    """A citation of any other type."""

    type: str | None | Unset = UNSET


TextCitation = (
    CitationCharLocation
    | CitationPageLocation
    | CitationContentBlockLocation
    | CitationsWebSearchResultLocation
    | CitationsSearchResultLocation
    | OtherCitation
)


@wire
class TextBlock(Wire):
    """A block of text; empty at its start."""

    type: Literal["text"] | Unset = UNSET
    text: str | None | Unset = UNSET
    citations: list[TextCitation] | None | Unset = rare()


@wire
class ThinkingBlock(Wire):
    """A block of reasoning; some servers send no `signature` at its start."""

    type: Literal["thinking"] | Unset = UNSET
    thinking: str | None | Unset = UNSET
    signature: str | None | Unset = UNSET


@wire
class RedactedThinkingBlock(Wire):
    """Reasoning that only the server can read, whole."""

    type: Literal["redacted_thinking"] | Unset = UNSET
    data: str | None | Unset = UNSET


@wire
class _ToolUse(Wire):
    id: str | None | Unset = UNSET
    name: str | None | Unset = UNSET
    input: Json | Unset = UNSET
    caller: Json | Unset = rare()


@wire
class ToolUseBlock(_ToolUse):
    """A call that the client is to run; `input` is empty where deltas follow."""

    type: Literal["tool_use"] | Unset = UNSET
    toolset_name: str | None | Unset = rare()


@wire
class ServerToolUseBlock(_ToolUse):
    """A call that the server runs itself; whole at once where code made it."""

    type: Literal["server_tool_use"] | Unset = UNSET


@wire
class MCPToolUseBlock(_ToolUse):
    """A call that an MCP server runs."""

    type: Literal["mcp_tool_use"] | Unset = UNSET
    server_name: str | None | Unset = UNSET


@wire
class _ToolResult(Wire):
    tool_use_id: str | None | Unset = UNSET
    content: Json | Unset = UNSET
    caller: Json | Unset = rare()


@wire
class WebSearchToolResultBlock(_ToolResult):
    """What the web search found, a list, or its error."""

    type: Literal["web_search_tool_result"] | Unset = UNSET


@wire
class WebFetchToolResultBlock(_ToolResult):
    """A fetched page."""

    type: Literal["web_fetch_tool_result"] | Unset = UNSET


@wire
class CodeExecutionToolResultBlock(_ToolResult):
    """What running code gave."""

    type: Literal["code_execution_tool_result"] | Unset = UNSET


@wire
class BashCodeExecutionToolResultBlock(_ToolResult):
    """What a shell command gave."""

    type: Literal["bash_code_execution_tool_result"] | Unset = UNSET


@wire
class TextEditorCodeExecutionToolResultBlock(_ToolResult):
    """What editing a file gave."""

    type: Literal["text_editor_code_execution_tool_result"] | Unset = UNSET


@wire
class ToolSearchToolResultBlock(_ToolResult):
    """Tools that a search for tools found."""

    type: Literal["tool_search_tool_result"] | Unset = UNSET


@wire
class AdvisorToolResultBlock(_ToolResult):
    """What another model advised."""

    type: Literal["advisor_tool_result"] | Unset = UNSET


@wire
class MCPToolResultBlock(_ToolResult):
    """What an MCP server gave back; text, or a list of text blocks."""

    type: Literal["mcp_tool_result"] | Unset = UNSET
    is_error: bool | None | Unset = UNSET


@wire
class MCPToolListingBlock(Wire):
    """Tools that an MCP server has."""

    type: Literal["mcp_tool_listing"] | Unset = UNSET
    mcp_server_name: str | None | Unset = UNSET
    tools: Json | Unset = UNSET


@wire
class ContainerUploadBlock(Wire):
    """A file that was put into the container."""

    type: Literal["container_upload"] | Unset = UNSET
    file_id: str | None | Unset = UNSET


@wire
class CompactionBlock(Wire):
    """A summary in place of what came before; it must go back as it came."""

    type: Literal["compaction"] | Unset = UNSET
    content: str | None | Unset = UNSET
    encrypted_content: str | None | Unset = rare()
    signature: str | None | Unset = rare()
    tool_changes: Json | Unset = rare()


@wire
class FallbackBlock(Wire):
    """From here on another model writes; the key `from`, no name in Python, stays in `extra`."""

    type: Literal["fallback"] | Unset = UNSET
    to: Json | Unset = UNSET
    trigger: Json | Unset = UNSET


@wire
class OtherBlock(Wire):
    """A block of any other type."""

    type: str | None | Unset = UNSET


ContentBlock = (
    TextBlock
    | ThinkingBlock
    | RedactedThinkingBlock
    | ToolUseBlock
    | ServerToolUseBlock
    | WebSearchToolResultBlock
    | WebFetchToolResultBlock
    | CodeExecutionToolResultBlock
    | BashCodeExecutionToolResultBlock
    | TextEditorCodeExecutionToolResultBlock
    | ToolSearchToolResultBlock
    | AdvisorToolResultBlock
    | MCPToolUseBlock
    | MCPToolResultBlock
    | MCPToolListingBlock
    | ContainerUploadBlock
    | CompactionBlock
    | FallbackBlock
    | OtherBlock
)
