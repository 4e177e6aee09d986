"""Each law has a page, linked from the common one, with its priors and quantities as they are in the code."""

import re
from pathlib import Path

import pytest
from costfloor.laws import LAWS, Law
from costfloor.laws.innovations import COMMON_SHARE

DOCS = Path(__file__).parents[2] / "docs"
PAGES = {name: DOCS / "laws" / f"{name}.md" for name in LAWS}
NOTATION = {
    "normal": "Normal({}, {})",
    "lognormal": "LogNormal(median {}, sd of log {})",
    "lognormal_above": "{} + LogNormal(median {}, sd of log {})",
    "halfnormal": "HalfNormal({})",
}

every_law = pytest.mark.parametrize("law", LAWS.values(), ids=LAWS)


@every_law
def test_a_page_states_the_priors_of_its_law_and_no_others(law: Law) -> None:
    rows = [line for line in PAGES[law.name].read_text("utf-8").splitlines() if line.startswith("| `")]
    stated = {row.split("`")[1]: row for row in rows}
    assert set(stated) == {prior.name for prior in law.priors}
    for prior in law.priors:
        notation = NOTATION[prior.distribution].format(*(f"{value:g}" for value in prior.constants))
        assert stated[prior.name].endswith(f"| {notation} |")


@every_law
def test_a_page_names_what_its_law_reports(law: Law) -> None:
    text = PAGES[law.name].read_text("utf-8")
    values = {prior.name: 0.5 for prior in law.priors}
    symbols = {"discoveries_per_year": "$\\lambda$", "innovation_sd": "`innovation_sd`"}
    for name in law.reported(values, 1.0):
        assert symbols.get(name, f"`{name}`") in text


def test_the_common_page_links_every_law_and_no_other() -> None:
    text = (DOCS / "laws.md").read_text("utf-8")
    assert set(re.findall(r"\(laws/(\w+)\.md[)#]", text)) == set(LAWS)
    assert {path.stem for path in (DOCS / "laws").glob("*.md")} == set(LAWS)


@pytest.mark.parametrize("page", [DOCS / "laws.md", *PAGES.values()], ids=lambda page: page.stem)
def test_links_lead_to_files_and_headings(page: Path) -> None:
    for target, anchor in re.findall(r"\]\(([^)#:]+)(?:#([^)]+))?\)", page.read_text("utf-8")):
        found = page.parent / target
        assert found.exists(), target
        if anchor:
            headings = re.findall(r"^#+ (.*)$", found.read_text("utf-8"), re.MULTILINE)
            assert anchor in {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}


def test_the_standard_errors_of_the_page_are_its_formula() -> None:
    rate, arrivals, years = 1.2, 24.0, 4.0
    whole = rate * (2 / (arrivals * years)) ** 0.5
    five = whole * (COMMON_SHARE**2 + (1 - COMMON_SHARE) ** 2 / 5) ** 0.5
    common, discovery = (" ".join(page.read_text("utf-8").split()) for page in (DOCS / "laws.md", PAGES["discovery"]))
    assert f"it is {whole:.2f} for one market and {five:.2f} for $F = 5$" in common
    assert f"{whole:.2f} for $r = 1.2$, $\\lambda = 24$, $T = 4$ with one market and {five:.2f} with five" in discovery
