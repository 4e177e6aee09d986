"""What is said of the two channels turns with the result, and says what is missing, open or not to be relied on."""

from dataclasses import asdict, replace

import matplotlib as mpl
import pytest
from costfloor.records import typed
from costfloor.report.answer import sources_page
from costfloor.sampling.probability import Probability
from costfloor.studies.graphs.answers import Asked
from costfloor.studies.graphs.channel_laws import GRAPH_LAWS
from costfloor.studies.graphs.chapter import answer, graphs, introduction, shares
from costfloor.studies.graphs.claims import beside_band, flattening, identity, sizes_help, worth
from costfloor.studies.graphs.figure import PANELS, RATE, draw, frame
from costfloor.studies.graphs.first_look import Coefficient
from costfloor.studies.graphs.result import GraphStudy
from costfloor.studies.graphs.sizes import Disagreement
from costfloor.typeset.style import STYLE
from graph_results import MISSED, TITLES, ahead, law, study

HALF = "slowed to less than half"


@pytest.mark.parametrize(
    ("slowed", "said"),
    [
        ((0.99, 0.01), "The fixed graph has slowed to less than half, and the changed graph has not."),
        ((0.01, 0.99), "The changed graph has slowed to less than half, and the fixed graph has not."),
        ((0.99, 0.99), "Both have slowed to less than half."),
        ((0.01, 0.01), "Neither has slowed to less than half."),
        ((0.99, 0.50), f"The fixed graph has {HALF}; whether the changed graph has {HALF} is left open."),
        ((0.50, 0.01), f"The changed graph has not {HALF}; whether the fixed graph has {HALF} is left open."),
        ((0.50, 0.902), "Whether the fixed and the changed graph has slowed to less than half is left open."),
    ],
)  # fmt: skip
def test_which_channel_flattens(slowed: tuple[float, float], said: str) -> None:
    assert flattening(study(*(law(name, slowed=slowed) for name in GRAPH_LAWS))).endswith(said)


def test_laws_that_part_leave_it_open() -> None:
    parted = study(law("exponential", slowed=(0.99, 0.01)), law("plateau", slowed=(0.01, 0.01)))
    assert "whether the fixed graph has slowed to less than half is left open" in flattening(parted)


@pytest.mark.parametrize(
    ("fixed", "said"),
    [
        (0.0, "slower than 15 to 20 % a year under every law."),
        (0.5, "faster than 15 to 20 % a year under every law."),
        (0.2, "and the 90 % interval of every law meets 15 to 20 % a year or holds it."),
    ],
)
def test_the_rate_stands_beside_15_to_20_percent(fixed: float, said: str) -> None:
    assert beside_band(study(*(law(name, fixed=fixed) for name in GRAPH_LAWS)), "fixed").endswith(said)


def test_laws_part_beside_15_to_20_percent() -> None:
    assert "the laws part" in beside_band(study(law("exponential", fixed=0.0), law("plateau", fixed=0.5)), "fixed")


def test_an_answer_names_the_laws_that_part() -> None:
    assert ": 20" not in answer(study(), 3, TITLES)
    assert "last 12 months? Yes, with a probability of 99 % by law, 30 % before any price." in answer(
        study(), 3, TITLES
    )
    assert "24 months before? No, with" in answer(study(), 4, TITLES)
    open_ = Asked(Probability(0.9, 0.01), Probability(0.3, 0.003), "not decided")
    parted = law("plateau", questions={"3": open_, "4": open_})
    words = answer(study(law("exponential"), parted), 3, TITLES)
    assert "Not decided (constant rate: yes; plateau: not decided), with a probability of 90 % to 99 %" in words
    assert "Not decided, with a probability of 90 % by law" in answer(study(parted), 3, TITLES)


def test_a_law_that_missed_a_gate_has_no_say() -> None:
    missed = law("plateau", diagnostics=MISSED, slowed=(0.01, 0.99), fixed=2.0)
    result = study(law("exponential"), missed)
    assert not result.passed
    assert result.answers() == {3: "yes", 4: "no"}
    assert "The fixed graph has slowed" in flattening(result)
    (first, *_) = graphs(result, "", TITLES, {})
    assert "FAILED gates: plateau" in first["text"]
    nothing = study(missed)
    assert "has no answer" in answer(nothing, 3, TITLES)
    assert (flattening(nothing), beside_band(nothing, "fixed"), identity(nothing, {})) == ("", "", "")


def test_the_sum_is_held_against_what_no_size_enters() -> None:
    assert identity(study(direct=0.9), {}).endswith("the intervals of every law meet it.")
    assert "not every law's interval meets it" in identity(study(direct=2.0), {})
    assert identity(study(), {"plateau": (1.0, 1.1, 1.2)}).endswith("closed models included, it is 1.10.")


@pytest.mark.parametrize(
    ("premiums", "technical", "plain"),
    [
        (((0.1, 0.2, 0.3), (0.05, 0.15, 0.25)), "above zero under every law: price follows what a model is worth as well as its size",
         "were 16 to 22 % dearer (with all doubt 5 to 35 % dearer), under every description: price follows what a model can do as well as"),
        (((-0.3, -0.2, -0.1), (-0.25, -0.15, -0.05)), "below zero under every law: price follows size, and not what a model is worth",
         "were 14 to 18 % cheaper (with all doubt 5 to 26 % cheaper), under every description: price follows the size of a model, and not"),
        (((-0.1, 0.0, 0.1), (-0.1, 0.0, 0.1)), "not to be told from zero under any law: nothing shows",
         "were unchanged (with all doubt 10 % cheaper to 11 % dearer), which may be chance under every description: nothing shows"),
        (((0.1, 0.2, 0.3), (-0.1, 0.0, 0.1)), "the laws part on whether price follows worth", "and the descriptions part on whether price"),
        (((0.002, 0.1, 0.2), (0.002, 0.1, 0.2)), "not to be told from zero under any law", "which may be chance under every description"),
    ],
)  # fmt: skip
def test_whether_price_follows_worth_beside_size(
    premiums: tuple[tuple[float, float, float], ...], technical: str, plain: str
) -> None:
    laws = [law(name, premium=premium) for name, premium in zip(("exponential", "plateau"), premiums, strict=True)]
    assert technical in worth(study(*laws))
    assert worth(study(*laws)).endswith("it is in neither, and their sum has none of it.")
    assert plain in sources_page.worth(study(*laws))
    assert sources_page.worth(study(*laws)).endswith("make up the whole fall with it or without.")
    assert "ten points abler" in sources_page._sources(study(*laws), "")[0]["text"]
    assert "ten points of capability" in graphs(study(*laws), "", TITLES, {})[5]["text"]
    assert worth(study(law("plateau", diagnostics=MISSED))) == ""


@pytest.mark.parametrize(
    ("gain", "se", "said"),
    [(0.1, 0.02, "sizes are better"), (-0.1, 0.02, "sizes are worse"), (0.1, 0.09, "not to be told"), (0.1, None, "not to be told")],
)  # fmt: skip
def test_whether_sizes_help_needs_a_clear_difference(gain: float, se: float | None, said: str) -> None:
    assert said in sizes_help((ahead(gain, se),))


def test_shares_need_a_fall() -> None:
    assert "has 35 % (medians by law; 90 % intervals from 20 to 50 %)" in shares(study())
    assert "is open" in shares(study(law("plateau", fixed_share=None)))


def test_disagreements_and_names_are_told() -> None:
    coverage = study().coverage
    assert (
        "201 of 222 open models, with 1,296 of 1,342 prices. The sizes of 32 models are those that a name states."
        in introduction(coverage)
    )
    other = replace(coverage, disagreements=(Disagreement("maker/x-7b", 70.0, 7.0),))
    assert "of 1 more a name states another total than the table, which counts." in introduction(other)


def test_the_part_has_its_tables_its_figure_and_its_notice() -> None:
    blocks = graphs(study(), "OUT OF DATE: prices changed.", TITLES, {})
    assert [block["name"] for block in blocks if block["kind"] == "table"] == [
        "graph_rates",
        "graph_first_look",
    ]
    assert [block["file"] for block in blocks if block["kind"] == "figure"] == ["graph_rates.svg"]
    assert "OUT OF DATE" in blocks[0]["text"]
    assert "Of closed models no size is known" in blocks[-1]["text"]


def test_a_result_is_read_as_it_was_written() -> None:
    assert typed(GraphStudy, asdict(study())) == study()


def test_the_figure_has_a_panel_for_each_channel() -> None:
    with mpl.rc_context(STYLE):
        figure = draw(study())
        assert [ax.get_title(loc="left") for ax in figure.axes] == [
            "Price of a unit of size at a host",
            "Size needed at fixed capability",
        ]
        assert draw(None).axes


@pytest.mark.parametrize(
    ("premium", "least_squares", "technical", "plain"),
    [
        ((0.1, 0.2, 0.3), 0.2, "give +0.20, standard error 0.08, with the same sign.", "Simple least squares of the same prices say so,"),
        ((-0.3, -0.2, -0.1), -0.2, "standard error 0.08, with the same sign.", "say so, too."),
        ((0.1, 0.2, 0.3), 0.1, "error 0.08: that it is not zero rests on the joint model.", "do not show it: it rests on the account"),
        ((0.1, 0.2, 0.3), -0.3, "give \u22120.30, standard error 0.08: that it is not zero rests on the joint model.", "do not show it"),
        ((-0.1, 0.0, 0.1), 0.3, "give +0.30, standard error 0.08. Both", "beside its size. Both sources"),
    ],
)  # fmt: skip
def test_least_squares_beside_the_joint_model(
    premium: tuple[float, float, float], least_squares: float, technical: str, plain: str
) -> None:
    look = replace(study().looks[-1], capability_given_size=Coefficient(least_squares, 0.08))
    result = study(law("plateau", premium=premium), looks=(look,))
    assert technical in worth(result)
    assert plain in sources_page.worth(result)


def test_no_number_of_the_figure_is_in_the_table_beside_it() -> None:
    parted = study(law("exponential", fixed=0.31, changed=0.47), law("plateau", fixed=0.13, changed=0.71))
    (table,) = (
        block
        for block in graphs(parted, "", TITLES, {})
        if (block["kind"], block.get("name")) == ("table", "graph_rates")
    )
    assert table["columns"] == ("Law", "Period", "Active parameters", "Sum of both channels")
    drawn = frame(parted)
    assert set(drawn["channel"]) == set(PANELS)
    # Every window of the table is in the figure, for both channels: what the table left out is in the figure's file.
    assert {row[1] for row in table["rows"]} <= set(drawn["period"])
    whole = drawn[(drawn["channel"] == "fixed") & (drawn["period"] == "whole record")]
    assert whole[f"{RATE}_q50"].tolist() == [each.whole.fixed[1] for each in parted.laws]
