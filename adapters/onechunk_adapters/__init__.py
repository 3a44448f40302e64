"""The adapters that come with onechunk, one room per dialect."""
