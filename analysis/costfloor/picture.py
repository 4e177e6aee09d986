"""A picture that was drawn, with the numbers in it."""

from io import BytesIO
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

if TYPE_CHECKING:
    from matplotlib.axes import Axes


class Picture(NamedTuple):
    """Axes and the data behind them: ``axes, data = picture``. A notebook shows the picture itself.

    Attributes
    ----------
    axes
        Matplotlib's axes, all of one figure (`axes[0].figure`), to change or to save.
    data
        What is drawn, one row per point.
    """

    axes: "tuple[Axes, ...]"
    data: pd.DataFrame

    def to_frame(self) -> pd.DataFrame:
        """The data behind the picture."""
        return self.data

    def __repr__(self) -> str:
        titles = ", ".join(title for ax in self.axes if (title := ax.get_title(loc="left") or ax.get_title()))
        return f"<Picture of {titles or 'one panel'}: {len(self.data)} rows of data>"

    def _repr_svg_(self) -> str:
        buffer = BytesIO()
        self.axes[0].figure.savefig(buffer, format="svg")
        return buffer.getvalue().decode()
