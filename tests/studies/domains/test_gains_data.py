"""Rows become series of gains: new timings, undated records, changed units, repeated results, many submitters."""

from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from costfloor.studies.domains.gains import (
    INFERENCE,
    SOURCES,
    SPEEDRUN,
    TRAINING,
    Rules,
    best_of,
    counted,
    gain_series,
    inference_series,
    speedrun_series,
    training_series,
)
from store import project_store

DATA = Path(__file__).parents[3] / "data"
ROUNDS = ("2022-06-30", "2022-12-31", "2023-06-30", "2023-12-31")


def records(*rows: tuple[int, str | None, float, bool], track: str = "track_1") -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["record_number", "date", "minutes", "is_record"])
    return frame.assign(track=track, date=pd.to_datetime(frame["date"]), hardware="8xH100")


def trained(minutes: dict[str, float], submitter: str = "A", **changes: Any) -> pd.DataFrame:
    same: dict[str, Any] = {
        "benchmark_canonical": "bert", "submitter": submitter, "accelerator_class": "H100", "n_accelerators": 8.0,
        "availability": "onprem",
    }  # fmt: skip
    frame = pd.DataFrame({"round_date": pd.to_datetime(list(minutes)), "minutes": list(minutes.values())})
    return frame.assign(**same | changes)


def served(results: dict[str, float], **changes: Any) -> pd.DataFrame:
    same: dict[str, Any] = {
        "benchmark": "bert-99.9", "scenario": "Offline", "submitter": "A", "system": "8x H100", "accelerator": "H100",
        "accelerator_class": "H100", "unit": "Samples/s", "availability": "available",
    }  # fmt: skip
    frame = pd.DataFrame(
        {"round_date": pd.to_datetime(list(results)), "result_per_accelerator": list(results.values())}
    )
    return frame.assign(**same | changes)


def by_round(*values: float) -> dict[str, float]:
    return dict(zip(ROUNDS, values, strict=False))


def test_a_speedrun_starts_tuned_and_has_months_without_gain() -> None:
    (one,) = speedrun_series(
        records(
            (1, "2024-01-01", 80.0, True), (2, "2024-01-11", 40.0, True), (3, "2024-03-05", 20.0, True),
            (4, "2024-03-09", 10.0, True),
        ),
        Rules(),
    )  # fmt: skip
    assert one.source == SPEEDRUN
    assert one.domain == "training"
    assert one.start == pd.Timestamp("2024-01-11")
    assert one.age == pytest.approx(np.array([0, 20, 49, 80]) / 365.25)
    assert one.gain == pytest.approx([0.0, 0.0, 0.0, np.log(4.0)])


def test_a_new_timing_is_neither_gain_nor_loss() -> None:
    rows = records(
        (2, "2024-01-11", 40.0, True), (2, "2024-02-11", 44.0, False), (2, "2024-03-11", 30.0, False),
        (3, "2024-03-20", 15.0, True),
    )  # fmt: skip
    (one,) = speedrun_series(rows, Rules())
    assert one.gain == pytest.approx([0.0, 0.0, 0.0, np.log(2.0)])


def test_an_undated_record_gains_with_the_next_dated_one() -> None:
    rows = records((2, "2024-01-11", 40.0, True), (3, None, 20.0, True), (4, "2024-03-20", 10.0, True))
    (one,) = speedrun_series(rows, Rules())
    assert one.gain == pytest.approx([0.0, 0.0, 0.0, np.log(4.0)])
    (last,) = speedrun_series(records((2, "2024-01-11", 40.0, True), (3, None, 20.0, True)), Rules())
    assert last.gain == (0.0, 0.0)


def test_the_bulk_port_can_be_left_out() -> None:
    rows = records((17, "2025-01-11", 40.0, True), (18, "2025-02-11", 20.0, True), track="track_2")
    (one,), (other,) = speedrun_series(rows, Rules()), speedrun_series(rows, Rules(bulk_port=False))
    assert one.gain[-1] == pytest.approx(np.log(2.0))
    assert other.gain[-1] == 0.0


def test_small_gains_wait_until_they_count() -> None:
    assert counted([0.0, 0.003, 0.006, 0.009, 0.012], 0.005) == [0.0, 0.0, 0.006, 0.006, 0.012]


def test_best_of_a_number_is_the_mean_over_all_choices() -> None:
    values = np.array([3.0, 1.0, 7.0, 4.0, 4.5])
    for number in range(1, 6):
        expected = np.mean([max(chosen) for chosen in combinations(values, number)])
        assert best_of(values, number) == pytest.approx(expected)


def test_a_round_counts_as_many_submitters_as_the_smallest_one() -> None:
    rows = pd.concat([trained(by_round(8.0, 8.0, 8.0), "A"), trained({ROUNDS[1]: 4.0}, "B")])
    changed = rows.assign(minutes=rows["minutes"] + np.arange(len(rows)) * 1e-4)
    (matched,) = training_series(changed, Rules())
    assert matched.gain[1] == pytest.approx(0.5 * np.log(2.0), abs=1e-3)
    (best,) = training_series(changed, Rules(submitters="all"))
    assert best.gain[1] == pytest.approx(np.log(2.0), abs=1e-3)
    (alone,) = training_series(changed, Rules(submitters="one"))
    assert alone.gain == (0.0, 0.0, 0.0)
    assert alone.name.endswith(", A")


def test_a_result_repeated_to_the_digit_says_nothing_unless_told() -> None:
    rows = trained(by_round(8.0, 6.0, 6.0, 5.0))
    (one,) = training_series(rows, Rules())
    assert one.age == pytest.approx([0.0, 184 / 365.25, 549 / 365.25])
    (flat,) = training_series(rows, Rules(repeats_flat=True))
    assert flat.gain == pytest.approx([0.0, np.log(8 / 6), np.log(8 / 6), np.log(8 / 5)])


def test_two_rounds_are_no_series_and_what_is_not_sold_no_round() -> None:
    assert training_series(trained(by_round(8.0, 6.0)), Rules()) == []
    preview = trained({ROUNDS[2]: 5.0}, availability="Preview")
    assert training_series(pd.concat([trained(by_round(8.0, 6.0)), preview]), Rules()) == []


def test_one_size_of_system_per_accelerator() -> None:
    rows = pd.concat([trained(by_round(8.0, 6.0, 5.0)), trained(by_round(4.0, 3.0, 2.0, 1.0), n_accelerators=64.0)])
    (one,) = training_series(rows, Rules())
    assert one.name == "bert, H100, 64 accelerators"


def test_a_change_of_unit_starts_another_series() -> None:
    rows = pd.concat(
        [served(by_round(10.0, 11.0, 12.0)), served({ROUNDS[3]: 900.0}, unit="Tokens/s")], ignore_index=True
    )
    (one,) = inference_series(rows, Rules())
    assert one.source == INFERENCE
    assert one.domain == "inference"
    assert one.gain[-1] == pytest.approx(np.log(1.2))


def test_only_the_strictest_target_offline_on_whole_devices() -> None:
    rows = pd.concat(
        [
            served(by_round(10.0, 11.0, 12.0)), served(by_round(20.0, 30.0, 40.0), benchmark="bert-99"),
            served(by_round(20.0, 30.0, 40.0), scenario="Server"),
            served(by_round(1.0, 2.0, 3.0), accelerator_class="H100 (MIG)"),
            served(by_round(1.0, 2.0, 3.0), accelerator="Virtualized H100", accelerator_class="H100-80C"),
        ],
        ignore_index=True,
    )  # fmt: skip
    (one,) = inference_series(rows, Rules())
    assert one.gain[-1] == pytest.approx(np.log(1.2))


def test_sizes_of_memory_are_told_apart() -> None:
    rows = pd.concat(
        [
            served(by_round(10.0, 11.0, 12.0), system="1x GH200-96GB", accelerator="GH200", accelerator_class="GH200"),
            served({ROUNDS[2]: 99.0}, accelerator="GH200 144GB", accelerator_class="GH200"),
        ],
        ignore_index=True,
    )
    (one,) = inference_series(rows, Rules())
    assert one.accelerator == "GH200 96 GB"
    assert one.gain[-1] == pytest.approx(np.log(1.2))


def test_rules_that_thin_out_series() -> None:
    later = {f"{int(day[:4]) + 1}{day[4:]}": 10.0 + place for place, day in enumerate(ROUNDS)}
    rows = pd.concat([served(by_round(10.0, 11.0, 12.0)), served(later, accelerator_class="B200")], ignore_index=True)
    assert [one.accelerator for one in inference_series(rows, Rules())] == ["B200", "H100"]
    assert [one.accelerator for one in inference_series(rows, Rules(new_accelerators=True))] == ["B200"]
    assert [one.accelerator for one in inference_series(rows, Rules(one_per_benchmark=True))] == ["B200"]


def test_rounds_can_be_shifted_back_and_forth() -> None:
    rows = served(by_round(10.0, 11.0, 12.0))
    (one,), (other,) = inference_series(rows, Rules()), inference_series(rows, Rules(shift_months=1.0))
    assert np.array(other.age) - np.array(one.age) == pytest.approx([0.0, 2 / 12, 0.0], abs=0.01)
    assert other.gain == one.gain


def test_series_of_the_project() -> None:
    series = gain_series(project_store())
    assert {one.source for one in series} == set(SOURCES)
    assert len({one.name for one in series}) == len(series)
    for one in series:
        assert one.age[0] == one.gain[0] == 0.0
        assert np.all(np.diff(one.age) > 0.0)
        assert np.all(np.diff(one.gain) >= 0.0)
        # A jump by a factor of five within a round is a change of unit, not progress.
        assert one.source == SPEEDRUN or np.diff(one.gain).max() < np.log(5.0)
    track = next(one for one in series if one.name == "speedrun track 1")
    # 31.4 minutes to 2.933, then from a new timing of 3.014 to 1.894.
    assert track.gain[-1] == pytest.approx(np.log(31.4 / 2.933) + np.log(3.014 / 1.894), abs=0.005)
    gpt_j = [one for one in series if one.task == "gptj"]
    assert not gpt_j, "its unit changed after two rounds"
    assert sum(one.source == TRAINING for one in gain_series(project_store(), Rules(speedrun=False))) == sum(
        one.source == TRAINING for one in series
    )
