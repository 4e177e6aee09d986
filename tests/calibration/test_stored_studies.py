"""What a stored study says of its own gates."""

from typing import Any

import pytest
from costfloor.studies.stored import misses_a_gate


@pytest.mark.parametrize(
    ("result", "missed"),
    [
        ({"passed": True, "failures": [], "rows": [{"passed": True}]}, False),
        ({"passed": None, "rows": [1.0, "text", None]}, False),
        ({"passed": False}, True),
        ({"failures": [["discovery", "2024-01-31", "3 divergences"]]}, True),
        ({"laws": {"plateau": {"default": {"passed": False}}}}, True),
        ({"fits": ({"passed": True}, {"passed": False})}, True),
    ],
)
def test_a_missed_gate_is_found_wherever_it_stands(result: dict[str, Any], missed: bool) -> None:
    assert misses_a_gate(result) == missed
