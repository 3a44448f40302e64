"""Which dialects look alike, for tests that write payloads by hand."""

from onechunk import load_adapters

CHOICES = ("mistral", "mistral-ts", "openai", "llama", "completions")
"""Dialects whose chunks are a list of choices with deltas."""

EVENTS = (
    *("anthropic", "bedrock", "cohere", "cohere-v1", "gemini", "llama-api", "ollama", "responses"),
)
"""Dialects that speak in events or whole objects."""


def of_choices() -> list[str]:
    """Return the dialects of choices and their profiles."""
    adapters = load_adapters()
    return sorted(name for name, adapter in adapters.items() if adapter.dialect in CHOICES)
