"""One fake study for all tests of the report."""

from pathlib import Path

import pytest
from costfloor.report.study import Study
from fake_study import make_study


@pytest.fixture
def study(tmp_path: Path) -> Study:
    return make_study(tmp_path / "processed")
