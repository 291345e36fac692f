"""The sample timelines of others, unpacked once."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.plugin.interchange import samples


@pytest.fixture(scope="session")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in which the samples lie under their names."""
    folder = tmp_path_factory.mktemp("samples")
    samples.extract(folder)
    return folder
