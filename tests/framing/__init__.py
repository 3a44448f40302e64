"""Splitters and writers, without a vendor in sight."""
