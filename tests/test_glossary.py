"""Every term is explained once, in plain words, and whoever misspells one is told the nearest."""

import doctest

import costfloor.glossary
import pytest
from costfloor.errors import InputError
from costfloor.glossary import GLOSSARY, OTHER_NAMES, look_up

ASKED_FOR = """elpd, CRPS, R-hat, ESS, Pareto k, vintage, matched-model, hedonic, GEKS, plateau, Baumol, discovery, encompassing,
capability, birth, age, innovation, frontier, log-rate, at fixed capability, band"""


@pytest.mark.parametrize("term", [term.strip() for term in ASKED_FOR.replace("\n", " ").split(",")])
def test_what_reports_speak_of_is_explained(term: str) -> None:
    assert look_up(term) == (term, GLOSSARY[term])


@pytest.mark.parametrize(("term", "meaning"), GLOSSARY.items())
def test_a_meaning_is_a_sentence_or_a_few_without_markup(term: str, meaning: str) -> None:
    assert meaning[-1] == "."
    assert len(meaning) <= 320
    assert not set(meaning) & set("`*#[]_<>$\n") - ({"_"} if term == "law" else set())


def test_terms_are_in_the_order_of_a_dictionary_and_none_is_there_twice() -> None:
    bare = [term.casefold().replace("-", "").replace("_", "").replace(" ", "") for term in GLOSSARY]
    assert bare == sorted(set(bare))
    assert set(OTHER_NAMES.values()) <= set(GLOSSARY)
    assert not set(OTHER_NAMES) & set(GLOSSARY)


@pytest.mark.parametrize("spelling", ["r hat", "RHAT", "r-hat", " R_hat "])
def test_the_spelling_of_a_term_is_forgiven(spelling: str) -> None:
    assert look_up(spelling)[0] == "R-hat"


def test_another_name_leads_to_its_term() -> None:
    assert look_up("log score")[0] == "elpd"


def test_an_unknown_term_names_the_nearest() -> None:
    with pytest.raises(InputError, match="The nearest: plateau; `costfloor explain` lists all terms"):
        look_up("platau")
    with pytest.raises(InputError, match=r"glossary\. `costfloor explain` lists all terms"):
        look_up("zzz")


def test_the_example_runs() -> None:
    assert doctest.testmod(costfloor.glossary).failed == 0
