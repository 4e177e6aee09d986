"""What comes with the project, opened once for all tests of a process."""

from functools import cache
from pathlib import Path

from costfloor.report.results import Results
from costfloor.report.stored import open_results


@cache
def stored_results() -> Results:
    """The results beside the notebooks; no test may change what is in them."""
    return open_results(Path(__file__).parents[1] / "notebooks" / "stored")
