"""Charts in the look of the page: what Altair declares, vl-convert compiles to Vega, and the browser draws as SVG.

Data sets are named and empty; the page fills them from its tables.
"""

import base64
import gzip
from collections.abc import Iterable, Sequence
from typing import Any, Final

from costfloor.errors import InputError
from costfloor.fit.quantities import FLOOR_CLAIM
from costfloor.laws import LAWS
from costfloor.page.figure import Series
from costfloor.typeset.style import BLACK, CLAIM_COLOUR, LAW_COLOURS

try:
    import altair as alt
    import vl_convert
except ModuleNotFoundError as error:
    raise InputError(
        f"the page needs {error.name}, which is not installed", remedy="pip install 'costfloor[page]', or `make setup`"
    ) from error

VEGA_LITE: Final = "6.4"
"""Version of the grammar that is compiled; altair writes it."""

HEIGHT: Final = 360
INK: Final = "currentColor"
"""The colour of text on the page, light or dark."""

CONFIG: Final[dict[str, Any]] = {
    "aria": False,
    "background": "transparent",
    "font": "system-ui, sans-serif",
    "axis": {
        "labelColor": INK, "titleColor": INK, "gridColor": INK, "gridOpacity": 0.12, "domainColor": INK, "domainOpacity": 0.5,
        "tickColor": INK, "tickOpacity": 0.5, "labelFontSize": 12, "titleFontSize": 12, "titleFontWeight": "normal", "labelLimit": 190,
    },
    "view": {"stroke": None},
    "line": {"strokeWidth": 2},
}  # fmt: skip

LAW_DASHES: Final[dict[str, tuple[int, ...]]] = {
    "exponential": (1, 3),
    "random_walk": (2, 2),
    "plateau": (),
    "baumol": (10, 3),
    "discovery": (6, 3),
    "encompassing": (6, 2, 1, 2),
}
LAW_SHAPES: Final = {
    "exponential": "cross",
    "random_walk": "triangle-up",
    "plateau": "circle",
    "baumol": "diamond",
    "discovery": "square",
    "encompassing": "triangle-down",
}
RIVALS: Final = ("plateau", "discovery")
"""The laws between which the verdict decides; the others are drawn when they are chosen."""


def law_series(laws: Iterable[str], *, shown: Sequence[str] = RIVALS) -> tuple[Series, ...]:
    """A series for each law, under its title."""
    return tuple(
        Series(LAWS[law].title, LAWS[law].title, LAW_COLOURS[law], LAW_DASHES[law], LAW_SHAPES[law], law in shown)
        for law in laws
    )


def compiled(chart: Any, series: Sequence[Series] = (), *, height: int = HEIGHT, **parameters: Any) -> object:
    """The Vega specification of a chart as wide as its place on the page.

    Parameters
    ----------
    chart
        An Altair chart or layers.
    series
        Those that a reader can choose from, in the parameter `shown`.
    height
        In pixels.
    parameters
        Other parameters that filters and encodings name, with their first value.
    """
    known = {"shown": [entry.value for entry in series if entry.shown], **parameters}
    declared = chart.add_params(*(alt.param(name=name, value=value) for name, value in known.items()))
    specification = declared.properties(width="container", height=height).configure(**CONFIG).to_dict()
    return vl_convert.vegalite_to_vega(specification, vl_version=VEGA_LITE)


def library() -> str:
    """Vega and its embedder as a script that sets `window.vegaEmbed`, compressed (gzip in base 64): a third of its size."""
    bundle = str(vl_convert.javascript_bundle("window.vegaEmbed=vegaEmbed;", vl_version=VEGA_LITE))
    return base64.b64encode(gzip.compress(bundle.encode(), mtime=0)).decode("ascii")


def data(name: str) -> Any:
    """A named data set that the page fills, dates as milliseconds."""
    return alt.NamedData(name=name, format={"parse": None})


def colour(field: str, series: Sequence[Series]) -> Any:
    """The colour of a series; the legend is the page's own."""
    domain, colours = [entry.value for entry in series], [entry.colour for entry in series]
    return alt.Color(f"{field}:N", scale=alt.Scale(domain=domain, range=colours), legend=None)


def dash(field: str, series: Sequence[Series]) -> Any:
    """The dash of a series."""
    domain, dashes = [entry.value for entry in series], [list(entry.dash) or [1, 0] for entry in series]
    return alt.StrokeDash(f"{field}:N", scale=alt.Scale(domain=domain, range=dashes), legend=None)


def shape(field: str, series: Sequence[Series]) -> Any:
    """The shape of the points of a series."""
    domain, shapes = [entry.value for entry in series], [entry.shape or "circle" for entry in series]
    return alt.Shape(f"{field}:N", scale=alt.Scale(domain=domain, range=shapes), legend=None)


def day(title: str = "") -> Any:
    """A horizontal axis of days, the same in every time zone."""
    return alt.X("date:T", scale=alt.Scale(type="utc"), axis=alt.Axis(title=title, format="%Y-%m", tickCount=6))


def chosen(field: str) -> str:
    """The filter for series that are shown."""
    return f"indexof(shown, datum.{field}) >= 0"


def claim(across: str = "y") -> Any:
    """The claimed floor of 15 to 20 % a year as a band across a chart of rates."""
    low, high = FLOOR_CLAIM
    ends = {across: alt.datum(low), f"{across}2": alt.datum(high)}
    band: dict[str, Any] = {"color": CLAIM_COLOUR, "opacity": 0.75, "stroke": BLACK, "strokeWidth": 0.5}
    return alt.Chart(alt.InlineData(values=[{}])).mark_rect(**band).encode(**ends)
