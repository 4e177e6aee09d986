"""The numbers that come with a picture are those that were drawn."""

import numpy as np
import pandas as pd
import pytest
from costfloor.picture import picture_of
from matplotlib.figure import Figure


def test_every_mark_comes_back_with_its_numbers() -> None:
    left, right = Figure().subplots(1, 2)
    days = pd.date_range("2025-01-01", periods=3)
    left.plot(days, [1.0, 2.0, 3.0], label="path")
    left.set_title("dated")
    left.axhline(9.0)
    left.axhspan(0.0, 1.0)
    right.scatter([1.0, 2.0], [3.0, 4.0], label="models")
    right.fill_between([0.0, 1.0], [0.0, 0.0], [1.0, 2.0], label="90 %")
    right.bar([5.0], [7.0])
    right.stairs([2.0, 4.0], [0.0, 1.0, 2.0], label="counts")
    axes, data = picture_of(left.figure)
    assert axes == (left, right)
    dated = data[data["panel"] == "dated"]
    assert list(dated["x"]) == list(days)
    assert dated["y"].tolist() == [1.0, 2.0, 3.0]
    other = data[data["panel"] == "1"].groupby("mark")
    assert other.get_group("points")[["x", "y"]].to_numpy(float) == pytest.approx(np.array([[1.0, 3.0], [2.0, 4.0]]))
    assert other.get_group("band")["y"].max() == 2.0
    assert other.get_group("bar")[["x", "y"]].to_numpy(float).tolist() == [[5.0, 7.0], [0.5, 2.0], [1.5, 4.0]]
    assert data.groupby("mark")["series"].unique()["points"].tolist() == ["models"]


def test_an_empty_picture_has_no_rows() -> None:
    figure = Figure()
    figure.subplots()
    picture = picture_of(figure)
    assert len(picture.to_frame()) == 0
    assert picture.figure is figure
    assert repr(picture) == "<Picture of one panel: 0 rows of data>"
