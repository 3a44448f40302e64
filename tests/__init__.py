"""The tests, run by plain `pytest` from the project's root."""
