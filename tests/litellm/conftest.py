"""LiteLLM is heavy, and caps the versions of SDKs: where it is not installed nothing is run."""

from importlib.util import find_spec

collect_ignore_glob = [] if find_spec("litellm") else ["test_*.py"]
