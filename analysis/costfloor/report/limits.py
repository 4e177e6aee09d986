"""What the data cannot say, as far as it can be counted."""

from collections.abc import Callable

import numpy as np
import pandas as pd

from costfloor.laws.observations import DAYS_PER_YEAR
from costfloor.report import scale
from costfloor.report.study import Study
from costfloor.typeset.phrases import listing, plural

EARLY = pd.Timestamp(2023, 1, 1)

SAME_CLOCK_YEARS = 0.1
"""Births that lie closer together do not tell age from calendar time."""


def limits(study: Study) -> list[str]:
    """Sentences on coverage, dates, identity and censoring of the data."""
    return [sentence(study) for sentence in LIMITS]


def early_rows(study: Study) -> str:
    """How little is known of the first years."""
    early = int((study.panel["date"] < EARLY).sum())
    share = 100 * early / len(study.panel)
    return (
        f"{plural(early, 'row')} of {len(study.panel):,} ({share:.1f} %) {'is' if early == 1 else 'are'} dated before "
        f"{EARLY.year}: the early life of the oldest capabilities {'is hardly observed' if share < 5 else 'is observed'}."
    )


def unpriced(panel: pd.DataFrame, capability: "pd.Series[float]") -> str:
    """Which bands of the panel have no priced model at or above their centre, and so no line in a figure; empty without any."""
    centres = panel.groupby("band")["band_centre"].first().sort_values()
    bare = [str(band) for band, centre in centres.items() if not (capability >= centre).any()]
    return f"No model at or above the centre of {listing(bare)} has a price yet." if bare else ""


def clocks(study: Study) -> str:
    """Whether age and calendar time can be told apart."""
    births = study.obs.unit_birth
    low, high = np.quantile(births, (0.05, 0.95))
    if high - low < SAME_CLOCK_YEARS:
        return "All capabilities were first reached at about the same time: age and calendar time are one clock."
    return (
        f"Age and calendar time are told apart by capabilities that were first reached at different times, 90 % of the models' within "
        f"{high - low:.1f} years, and by nothing else: the closer these lie, the more a slowdown with age and one with calendar time look "
        "alike."
    )


def dates(study: Study) -> str:
    """How well the days of price changes are known."""
    known = study.panel.dropna(subset=["changed_after"])
    if known.empty:
        return "No row says after which day its price began, so that a price may be much older than its date."
    width = (known["recorded_on"] - known["changed_after"]).dt.days
    share = 100 * len(known) / len(study.panel)
    return (
        f"A date says when somebody recorded a price. For the {share:.0f} % of rows with a known interval, the change lies in a window of "
        f"{plural(round(width.median()), 'day')} at the median and {plural(round(width.quantile(0.9)), 'day')} at the 90th percentile."
    )


def left_censored(study: Study) -> str:
    """How many series were there before their source began."""
    rows = study.quotes[study.quotes["quote_id"].isin(study.panel["quote_id"])]
    share = 100 * rows["left_censored"].astype(bool).mean()
    return f"{share:.0f} % of rows are the first sight of a series that was on sale before its source began: they are no launch prices."


def unresolved(study: Study) -> str:
    """How many quotes name no known model."""
    count, total = study.build.statuses.get("unresolved", 0), len(study.quotes)
    named = study.quotes.loc[study.quotes["status"] == "unresolved", "model_id"].nunique()
    return (
        f"{plural(count, 'quote')} of {total:,} ({100 * count / total:.0f} %), under {plural(named, 'name')}, match no known model and "
        "are left out."
    )


def unreviewed(study: Study) -> str:
    """How many rows rest on an alias nobody reviewed."""
    rows = study.quotes[study.quotes["quote_id"].isin(study.panel["quote_id"])]
    share = 100 * rows["match_basis"].str.startswith("suggested").fillna(False).mean()
    return f"{share:.1f} % of rows rest on aliases that were matched by name and not reviewed."


def disagreements(study: Study) -> str:
    """How often sources disagree."""
    count = study.build.disagreements
    return (
        f"Two sources give different prices for the same model, host and days in {plural(count, 'case')}; the more trusted "
        "source is followed, and both values are kept."
    )


def measured(study: Study) -> str:
    """How sharply capability is measured, and what that is worth in time."""
    models = study.panel.drop_duplicates("model")
    sd = float(models["capability_sd"].median())
    words = f"Capability is measured to within {sd:.1f} index units (median standard deviation)"
    spread = models["capability"].quantile((0.25, 0.75))
    between = models[models["capability"].between(*spread)].sort_values("capability")
    if np.ptp(between["capability"]) == 0.0:
        return f"{words}."
    slope, _ = np.polyfit(between["capability"], (between["birth"] - EARLY) / pd.Timedelta(days=DAYS_PER_YEAR), 1)
    return (
        f"{words}; among the middle half of the models that is {sd * slope:.2f} years on the clock of capabilities, by which the birth of "
        "each is in doubt."
    )


def price_measure(study: Study) -> str:
    """What the price leaves out."""
    reasoning = study.panel["reasoning"].fillna(False).astype(bool).mean()
    return (
        "Prices are list prices per token, blended 3:1 from input and output. Discounts are not seen, and a price per token is not "
        f"one per task: {100 * reasoning:.0f} % of rows are models that reason, which use more tokens."
    )


LIMITS: tuple[Callable[[Study], str], ...] = (
    early_rows,
    clocks,
    dates,
    left_censored,
    unresolved,
    unreviewed,
    disagreements,
    measured,
    scale.known,
    scale.drift,
    scale.left_out,
    price_measure,
)
