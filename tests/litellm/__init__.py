"""What is checked with LiteLLM, which has an environment of its own: see `.ci/run`."""
