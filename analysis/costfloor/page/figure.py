"""What a figure of the page is made of: tables, charts over them, the series in them, and what a reader can set."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd


@dataclass(frozen=True)
class DataTable:
    """A table under a figure: what is drawn, what is listed and what is downloaded are these rows.

    Attributes
    ----------
    name
        Of its CSV file, without the suffix, and of the data set in the charts.
    caption
        What it holds, with units.
    frame
        The rows; text, numbers, and ISO dates as text.
    headings
        Heading of each column on the page; in the CSV the names of the columns stand.
    dates
        Columns that hold dates.
    """

    name: str
    caption: str
    frame: pd.DataFrame = field(repr=False)
    headings: Mapping[str, str]
    dates: tuple[str, ...] = ()

    def csv(self) -> str:
        """The rows with all digits."""
        return self.frame.to_csv(index=False, lineterminator="\n")

    @property
    def numbers(self) -> tuple[str, ...]:
        """Columns that hold numbers."""
        return tuple(str(name) for name in self.frame if pd.api.types.is_numeric_dtype(self.frame[name].dtype))


@dataclass(frozen=True)
class Series:
    """A series of a figure: how it is drawn in every chart, and the entry of it in the legend.

    Colours come with dashes or shapes, so that a figure can be read in grey.

    Attributes
    ----------
    value
        As in the column that tells series apart.
    label
        For a reader.
    colour
        Of the light page, as `#rrggbb`; the style sheet has that of the dark page.
    dash
        Lengths of dash and gap; empty for a line without gaps.
    shape
        Of points, as Vega names it; None for a series of lines.
    shown
        Whether it is drawn before anybody chooses.
    """

    value: str
    label: str
    colour: str
    dash: tuple[int, ...] = ()
    shape: str | None = None
    shown: bool = True


@dataclass(frozen=True)
class Choice:
    """A list from which a reader takes one value of a parameter of the charts.

    Attributes
    ----------
    parameter
        Its name in the charts.
    label
        Of the list.
    options
        Label by value.
    value
        The first one.
    """

    parameter: str
    label: str
    options: Mapping[str, str]
    value: str


@dataclass(frozen=True)
class Search:
    """A field for text that a parameter of the charts takes."""

    parameter: str
    label: str


@dataclass(frozen=True)
class Figure:
    """A section of the page.

    Attributes
    ----------
    name
        Its anchor.
    title
        Heading.
    paragraphs
        What is seen and how to read it.
    answers
        Questions with their answers, above the chart.
    describes
        What the chart shows, for who does not see it.
    charts
        Compiled Vega specifications by the name of the variant; the first is shown, the others can be chosen.
    tables
        The data of the charts.
    series
        Entries of the legend; `shown` of the charts holds the values that are drawn.
    controls
        What else can be set.
    """

    name: str
    title: str
    paragraphs: tuple[str, ...]
    answers: tuple[tuple[str, str], ...] = ()
    describes: str = ""
    charts: Mapping[str, object] = field(default_factory=dict, repr=False)
    tables: tuple[DataTable, ...] = ()
    series: tuple[Series, ...] = ()
    controls: tuple[Choice | Search, ...] = ()
