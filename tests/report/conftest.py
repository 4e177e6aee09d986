"""One fake study for all tests of the report."""

from pathlib import Path

import pytest
from fake_study import make_study

from analysis.report.study import Study


@pytest.fixture
def study(tmp_path: Path) -> Study:
    return make_study(tmp_path / "processed")
