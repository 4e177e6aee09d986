"""A result in plain words, with the table behind it."""

import csv
import io
from dataclasses import replace

import costfloor as cf
import pytest
from come_along import stored_results
from costfloor.cli.results import comparison_blocks, fit_blocks
from costfloor.errors import InputError
from costfloor.forecast.compare import Comparison
from costfloor.indexes.price_index import PeriodValue, PriceIndex


def test_a_fit_is_described_as_on_the_command_line_with_words_for_every_quantity() -> None:
    fit = stored_results().fits["plateau"]
    description = cf.describe(fit)
    assert description.sentences[0] == fit_blocks(fit)[-1]
    assert description.sentences[1] == (
        f"Fitted to {fit.receipt['n']:,} prices: plateau (structural: the rate decays to a floor as a capability ages)."
    )
    table = description.to_frame()
    summary = fit.summary()
    assert table[["quantity", "family", "q05", "q50", "q95", "unit"]].equals(
        summary[["quantity", "family", "q05", "q50", "q95", "unit"]]
    )
    assert (table["in_words"] != "").all()
    assert ((table["a_year"] != "") == (table["unit"] == "log-rate per year")).all()


def test_a_fit_that_missed_a_gate_says_so_first() -> None:
    fit = stored_results().fits["plateau"]
    diagnostics = {**fit.receipt["diagnostics"], "passed": False}
    failed = replace(fit, receipt={**fit.receipt, "diagnostics": diagnostics})
    assert str(cf.describe(failed)).split("\n")[0].endswith("but its gates FAILED, so that this cannot be relied on.")


def test_a_comparison_is_described_by_its_verdict_and_the_six_answers() -> None:
    comparison: Comparison = stored_results().comparison
    description = cf.describe(comparison)
    assert description.sentences[0] == comparison_blocks(comparison)[-1]
    numbered = [sentence for sentence in description.sentences if sentence[0].isdigit()]
    assert [sentence[:2] for sentence in numbered] == ["1.", "2.", "3.", "4.", "5.", "6."]
    assert description.to_frame().equals(comparison.to_frame())


@pytest.mark.parametrize(("rate", "clause"), [(0.2, "fall by 18 % a year"), (-0.2, "rise by 22 % a year")])
def test_an_index_is_described_whichever_way_prices_go(rate: float, clause: str) -> None:
    periods = (PeriodValue("2024Q1", 1.0, (1.0, 1.0), 3), PeriodValue("2025Q1", 0.8, (0.7, 0.9), 4))
    index = PriceIndex("hedonic", "quarter", "2024Q1", periods, rate, (rate - 0.1, rate + 0.1), 7, "A note.")
    sentence, note = cf.describe(index).sentences
    assert sentence.startswith(f"From 2024Q1 to 2025Q1 prices {clause}: log-rate {rate:.3g} a year")
    assert note == "A note."


def test_names_are_escaped_and_the_table_goes_to_csv_and_latex() -> None:
    fit = stored_results().fits["plateau"]
    marked = replace(fit, law=replace(fit.law, title="<b>plateau</b>"))
    description = cf.describe(marked)
    assert "<b>" not in description._repr_html_()
    assert "&lt;b&gt;plateau" in description._repr_html_()
    rows = list(csv.DictReader(io.StringIO(description.to_frame().to_csv(index=False))))
    assert [row["quantity"] for row in rows] == fit.summary()["quantity"].to_list()
    latex = description.to_frame().to_latex(index=False, escape=True)
    assert "rate\\_now" in latex
    assert "\\%" in latex


def test_what_is_no_result_is_refused() -> None:
    with pytest.raises(InputError, match="is no result that can be described"):
        cf.describe(stored_results().fits)  # type: ignore[arg-type]
