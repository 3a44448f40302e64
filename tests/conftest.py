"""Fixtures and settings that hold for every test."""

from collections.abc import Generator

import pytest
from hypothesis import settings
from syrupy.assertion import SnapshotAssertion

from tests.support.snapshots import CaseSnapshotExtension
from tests.support.upstream import Upstream, serve

# A deadline measures the machine, not the code.
settings.register_profile("onechunk", deadline=None)
settings.load_profile("onechunk")


@pytest.fixture
def snapshot(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    """The stored `snapshots/<dialect>/<case>.json` of the recording under test."""
    return snapshot.use_extension(CaseSnapshotExtension)


@pytest.fixture(scope="module")
def upstream() -> Generator[Upstream]:
    """A running server that plays answers."""
    with serve() as upstream:
        yield upstream
