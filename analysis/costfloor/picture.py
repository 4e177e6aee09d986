"""A picture that was drawn, with the numbers in it."""

import re
from collections.abc import Iterator
from io import BytesIO
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.dates import num2date
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle, StepPatch

SHOWN_SCALE: Final = 1.4
"""Figures are as wide as the text of a printed page; a notebook on a screen has room for more."""

_SIZE: Final = re.compile(r'\b(width|height)="([0-9.]+)pt"')


class Picture(NamedTuple):
    """Axes and the data behind them: ``axes, data = picture``. A notebook shows the picture itself.

    Attributes
    ----------
    axes
        Matplotlib's axes, all of one figure: ``picture.figure.savefig(path)`` saves it.
    data
        What is drawn.
    """

    axes: tuple[Axes, ...]
    data: pd.DataFrame

    def to_frame(self) -> pd.DataFrame:
        """The data behind the picture."""
        return self.data

    @property
    def figure(self) -> Figure:
        """Matplotlib's figure."""
        figure = self.axes[0].get_figure(root=True)
        if figure is None:
            raise ValueError("the axes were taken out of their figure")
        return figure

    def __repr__(self) -> str:
        titles = [title for ax in self.axes if (title := ax.get_title(loc="left") or ax.get_title())]
        return f"<Picture of {', '.join(titles) or 'one panel'}: {len(self.data)} rows of data>"

    def _repr_svg_(self) -> str:
        buffer = BytesIO()
        self.figure.savefig(buffer, format="svg")
        # The first two are those of the whole.
        return _SIZE.sub(
            lambda size: f'{size[1]}="{SHOWN_SCALE * float(size[2]):g}pt"', buffer.getvalue().decode(), count=2
        )


def picture_of(figure: Figure) -> Picture:
    """A picture with the data read from its axes: `panel, series, mark, x, y`, one row per point, or per corner of a band."""
    panels = [
        pd.DataFrame({"series": series, "mark": mark, "x": _values(ax.xaxis, x), "y": _values(ax.yaxis, y)}).assign(
            panel=ax.get_title(loc="left") or ax.get_title() or str(number)
        )
        for number, ax in enumerate(figure.axes)
        for series, mark, x, y in _marks(ax)
    ]
    data = (
        pd.concat(panels, ignore_index=True) if panels else pd.DataFrame(columns=["series", "mark", "x", "y", "panel"])
    )
    return Picture(tuple(figure.axes), data[["panel", "series", "mark", "x", "y"]])


def _marks(ax: Axes) -> Iterator[tuple[str, str, Any, Any]]:
    """Label, kind and coordinates of everything drawn in the axes, but for rules and strips across them; no label is ""."""
    for line in ax.lines:
        points = np.asarray(line.get_xydata(), float)
        if len(points) and line.get_transform() == ax.transData:
            yield _label(line), "line", points[:, 0], points[:, 1]
    for collection in ax.collections:
        points, mark = np.array(collection.get_offsets(), float), "points"
        if len(points) < 2:
            corners = [np.asarray(path.vertices, float).reshape(-1, 2) for path in collection.get_paths()]
            points, mark = np.concatenate([*corners, np.empty((0, 2))]), "band"
        if len(points):
            yield _label(collection), mark, points[:, 0], points[:, 1]
    for patch in ax.patches:
        if isinstance(patch, Rectangle) and patch.get_data_transform() == ax.transData:
            yield _label(patch), "bar", [patch.get_x() + patch.get_width() / 2], [patch.get_y() + patch.get_height()]
        elif isinstance(patch, StepPatch):
            heights, edges, _ = patch.get_data()
            yield _label(patch), "bar", (edges[:-1] + edges[1:]) / 2, heights


def _label(artist: Any) -> str:
    label = str(artist.get_label())
    return "" if label.startswith("_") else label


def _values(axis: Axis, numbers: Any) -> Any:
    """Numbers, or the days that they stand for on an axis of dates."""
    if "Date" not in type(axis.get_converter()).__name__:
        return np.asarray(numbers, float)
    return pd.to_datetime([day.replace(tzinfo=None) for day in num2date(numbers)])  # type: ignore[no-untyped-call]  # matplotlib's has no annotations
