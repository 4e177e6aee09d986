"""`costfloor status` names every fit and study as current, stale with the part that changed, or missing, and loads no library for it."""

import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import costfloor.status
import pytest
from costfloor.built import BuildReport
from costfloor.cli.overview import IN_SHORT, next_step, overview
from costfloor.errors import IntegrityError
from costfloor.forecast.questions import QUESTIONS, Questions
from costfloor.keys import Change, Key
from costfloor.laws import LAWS
from costfloor.places import Places
from costfloor.report.page_record import NAME, page_record
from costfloor.sampling.policy import Sampling
from costfloor.status import status
from costfloor.studies.catalogue import STUDIES
from costfloor.studies.stored import EARLIER_FORM, Standing
from costfloor.typeset.tables import Table
from store import bare_store

KEY = Key("fit", data="d", settings={"seed": 1}, versions={"numpy": "2"}, code="c")
BUILT = BuildReport(
    vintage="v", quotes=1, models=1, families=1, hosts=1, first="2024-01-01", last="2024-12-31", path="p",
    launch_priced_models=1, statuses={"quarantined": 2}, disagreements=0, capability={}, fingerprint=KEY.digest,
    source="s", tables={},
)  # fmt: skip


ANSWERS = [
    {"id": 1, "answer": "not decided", "probability": [0.02, 0.98]},
    {"id": 3, "answer": "not yet asked", "probability": None},
]


def receipt(law: str, key: Key) -> dict[str, Any]:
    return {"law": law, "fingerprint": key.digest, "diagnostics": {"passed": True}, "key": key.to_json()}


def looked_at(
    monkeypatch: pytest.MonkeyPatch,
    stands: Mapping[str, Standing],
    *receipts: dict[str, Any],
    report: Callable[..., object] = lambda *_: None,
) -> dict[str, Any]:
    """The status of a made-up panel with these studies and fits."""
    for name, value in {
        "read_report": BUILT,
        "open_store": SimpleNamespace(places=Places()),
        "build_key": KEY,
        "law_keys": dict.fromkeys(LAWS, KEY),
        "receipts": (list(receipts), []),
        "standings": stands,
        "report_key": KEY,
    }.items():
        monkeypatch.setattr(costfloor.status, name, lambda *_, value=value: value)
    monkeypatch.setattr(costfloor.status, "read_report_record", report)
    return status(Places(), Sampling())


def told(state: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What a reader is told of a status, by label."""
    *_, standing = overview(state, "report.pdf")
    assert isinstance(standing, Table)
    return [(label, words) for label, words in standing.rows]


def test_fits_say_which_part_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    other = replace(KEY, data="e", versions={"numpy": "1"})
    found = looked_at(monkeypatch, {}, receipt("plateau", KEY), receipt("plateau", other), receipt("baumol", other))
    assert found["fits"] == [
        {"law": "plateau", "fingerprint": KEY.digest, "stale": False, "passed": True, "because": ""},
        {
            "law": "baumol",
            "fingerprint": other.digest,
            "stale": True,
            "passed": True,
            "because": "data, versions (numpy) changed",
        },
    ]
    assert found["unfitted"] == [law for law in LAWS if law not in {"plateau", "baumol"}]
    assert not found["stale"]
    assert "Missing" in (shown := dict(told(found)))
    assert shown["Missing"].startswith("exponential, random_walk, discovery, encompassing")
    assert shown["Stale"] == "baumol (data, versions (numpy) changed)"


def test_studies_are_current_stale_or_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    change = Change.__new__(Change)
    monkeypatch.setattr(Change, "__str__", lambda _: "a loop became an array expression (Ada)")
    stands = {
        "sbc": Standing(),
        "evidence": Standing(stale=("data (panel)", "code")),
        "domains": Standing(stale=(EARLIER_FORM,)),
        "graphs": Standing(unchanged_by=(change,)),
    }
    found = {study.pop("name"): study for study in looked_at(monkeypatch, stands)["studies"]}
    assert list(found) == list(STUDIES)
    assert found["sbc"] == {"state": "current", "because": ""}
    assert found["evidence"] == {"state": "stale", "because": "data (panel), code changed"}
    assert found["domains"] == {"state": "stale", "because": f"{EARLIER_FORM} changed"}
    assert found["graphs"] == {
        "state": "current",
        "because": "code taken as unchanged: a loop became an array expression (Ada)",
    }
    assert found["operating"] == {"state": "missing", "because": "it was not run"}


def test_status_and_help_wait_for_no_library_for_tables() -> None:
    code = (
        "import sys, costfloor.cli, costfloor.cli.status\n"
        "slow = {'pandas', 'pandera', 'scipy', 'xarray', 'pymc', 'pytensor', 'distributed', 'matplotlib'}\n"
        "sys.exit(' '.join(sorted(slow & set(sys.modules))) or 0)"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")


@pytest.mark.parametrize(
    ("standing", "state", "because"),
    [
        (Standing(), "current", ""),
        (Standing(stale=("code", "report.pdf")), "stale", "code, report.pdf changed"),
        (
            IntegrityError("report.json: is not as the program wrote it"),
            "stale",
            "report.json: is not as the program wrote it",
        ),
        (None, "missing", "it was not made"),
    ],
)
def test_the_report_is_current_stale_or_missing(
    standing: Standing | IntegrityError | None, state: str, because: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def recorded(*_: object) -> tuple[SimpleNamespace, Standing] | None:
        if isinstance(standing, IntegrityError):
            raise standing
        return None if standing is None else (SimpleNamespace(questions=ANSWERS, vintage="another"), standing)

    found = looked_at(monkeypatch, {}, report=recorded)
    assert found["report"] == {"state": state, "because": because}
    assert dict(told(found))["Report"] == f"report.pdf: {f'{state}: {because}' if because else state}"
    known = isinstance(standing, Standing)
    assert found["questions"] == (ANSWERS if known else [])
    answers = [block for block in overview(found, "report.pdf") if isinstance(block, Table) and len(block.columns) == 4]
    assert [row[2:] for table in answers for row in table.rows] == (
        [("not decided", "2 % to 98 %"), ("not yet asked", "")] if known else []
    )


def test_the_page_is_as_old_as_the_report_and_of_the_same_results(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    places = Places(bare_store(tmp_path).places.data, tmp_path / "reports")
    page = places.reports / NAME
    page.parent.mkdir()

    def stands(vintage: str, *, answers: list[dict[str, Any]] = ANSWERS, stale: tuple[str, ...] = ()) -> dict[str, str]:
        recorded = SimpleNamespace(vintage=vintage, questions=answers), Standing(stale=stale)
        monkeypatch.setattr(costfloor.status, "read_report_record", lambda *_: recorded)
        return dict(status(places, Sampling())["page"])

    assert stands("v") == {"state": "missing", "because": "it was not made"}
    made = cast("Questions", SimpleNamespace(in_short=lambda: ANSWERS))
    page.write_text(f"<head>{page_record(BUILT, made)}\n</head>", encoding="utf-8")
    assert stands("v") == {"state": "current", "because": ""}
    assert stands("v", stale=("code",)) == {"state": "stale", "because": "the report is stale"}
    assert stands("w") == {"state": "stale", "because": "it is of data vintage v, the report of w"}
    other = [{**ANSWERS[0], "probability": [0.03, 0.98]}, *ANSWERS[1:]]
    assert stands("v", answers=other)["because"] == "it was made from other results than the report"
    page.write_text("<head></head>", encoding="utf-8")
    assert stands("v")["because"] == "it does not say what it was made from"


def test_a_clone_has_a_report_and_no_fits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        costfloor.status, "read_report_record", lambda *_: (SimpleNamespace(questions=ANSWERS), Standing())
    )
    found = status(Places(bare_store(tmp_path).places.data, tmp_path / "reports"), Sampling())
    assert (found["panel"], found["fits"], found["unfitted"]) == (None, [], list(LAWS))
    assert found["report"] == {"state": "current", "because": ""}
    assert found["questions"] == ANSWERS


def test_every_question_has_a_short_form() -> None:
    assert list(IN_SHORT) == [question.id for question in QUESTIONS]
    assert max(map(len, IN_SHORT.values())) <= 40


STANDS: dict[str, Any] = {
    "panel": {"quotes": 1},
    "stale": False,
    "unfitted": [],
    "fits": [{"stale": False}],
    "studies": [{"state": "current"}],
    "report": {"state": "current"},
    "page": {"state": "current"},
    "unresolved": 0,
}


@pytest.mark.parametrize(
    ("changed", "command"),
    [
        ({"panel": None}, "costfloor build"),
        ({"panel": None, "report": {"state": "missing"}}, "costfloor report"),
        ({"stale": True}, "costfloor report"),
        ({"unfitted": ["plateau"]}, "costfloor report"),
        ({"fits": [{"stale": True}]}, "costfloor report"),
        ({"report": {"state": "stale"}}, "costfloor report"),
        ({"page": {"state": "stale"}}, "costfloor page"),
        ({"page": {"state": "missing"}}, "costfloor refresh"),
        ({"studies": [{"state": "missing"}]}, "costfloor calibrate"),
        ({"unresolved": 3}, "costfloor models review"),
        ({}, "costfloor refresh"),
    ],
)
def test_the_next_command_is_the_first_that_something_waits_for(changed: dict[str, Any], command: str) -> None:
    assert f"`{command}`" in next_step({**STANDS, **changed})
