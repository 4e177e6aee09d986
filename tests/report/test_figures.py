"""Every figure draws, to the same bytes, with labelled axes and literal names."""

from dataclasses import replace

import matplotlib as mpl
import numpy as np
import pytest
from costfloor.fit.sensitivity import PriorSensitivity
from costfloor.report.drawings import DRAWINGS
from costfloor.report.figures import paths
from costfloor.report.study import Study
from costfloor.studies.reference_class import figure as reference
from costfloor.studies.reference_class.study import Effect, Side
from costfloor.studies.sbc import histograms
from costfloor.studies.sbc.figure import deviation
from costfloor.studies.sbc.study import RANKED_DRAWS, Calibration, calibration_row
from costfloor.studies.stored import Stored
from costfloor.studies.technologies import figure as technologies
from costfloor.typeset.style import STYLE, svg
from fake_study import HOSTILE
from made_up_technologies import EVEN, technology_results
from matplotlib.figure import Figure


def drawn(name: str, study: Study) -> Figure:
    with mpl.rc_context(STYLE):
        figure = DRAWINGS[name].draw(study)
    assert isinstance(figure, Figure)
    return figure


@pytest.mark.parametrize("name", DRAWINGS)
def test_equal_studies_give_equal_bytes(name: str, study: Study) -> None:
    draw = DRAWINGS[name].draw
    first = svg(draw, study)
    assert first == svg(draw, study)
    assert b"<svg" in first
    assert b"<text" not in first, "text is drawn as paths"


@pytest.mark.parametrize("name", ["answer", "prices", "floor", "forest", "channels"])
def test_axes_have_labels(name: str, study: Study) -> None:
    figure = drawn(name, study)
    assert all(ax.get_xlabel() or ax.get_xticklabels() for ax in figure.axes)
    assert figure.axes[0].get_xlabel()


def test_paths_show_every_band_under_its_name(study: Study) -> None:
    titles = {ax.get_title(loc="left") for ax in drawn("paths", study).axes}
    assert {"GPT-4", HOSTILE} <= titles


def test_a_model_that_is_its_law_lies_on_the_path_of_its_capability(study: Study) -> None:
    fit, obs = study.fits["plateau"], study.obs
    apart = paths.distance_from_law(fit, obs)
    level = fit.parameters["unit_level"].mean(axis=0)
    opened = fit.parameters["open_effect"].mean() * obs.unit_open_contrast if "open_effect" in fit.parameters else 0.0
    for unit in (0, 5, 17):
        own = paths.Capability(float(obs.unit_capability[unit]), float(obs.unit_birth[unit]))
        law = own.path(fit, obs, obs.unit_entry_time[[unit]]).mean()
        assert level[unit] == pytest.approx(law + (opened + apart)[unit])


def test_checks_show_only_what_has_an_interval(study: Study) -> None:
    titles = [ax.get_title(loc="left") for ax in drawn("checks", study).axes if ax.axison]
    assert titles == ["recent slope", "curvature", "largest drop"]
    assert drawn("checks", replace(study, checks=())).axes


def test_ranks_show_every_law_and_name_what_is_outside(study: Study) -> None:
    even, low = np.arange(320) % (RANKED_DRAWS + 1), np.arange(320) % 20
    names = [(law, name) for law in ("plateau", "baumol") for name in ("rate_now", "rate_floor")]
    every = dict.fromkeys(names, even) | {("plateau", "rate_floor"): low}
    rows = tuple(calibration_row(*name, every[name], len(names)) for name in names)
    drawing = drawn("ranks", replace(study, calibration={"sbc": Stored("sbc", Calibration(rows, {}), ())}))
    axes = [ax for ax in drawing.axes if ax.axison]
    assert [ax.get_title(loc="left") for ax in axes] == ["plateau", "Baumol's cost disease"]
    legends = [legend for ax in axes if (legend := ax.get_legend())]
    assert [text.get_text() for legend in legends for text in legend.get_texts()] == ["rate floor"]
    points = np.arange(1, RANKED_DRAWS + 1) / (RANKED_DRAWS + 1)
    assert np.abs(deviation(rows[0], points)).max() < 1e-12
    assert deviation(rows[1], points).max() > 0.3
    with mpl.rc_context(STYLE):
        titles = [ax.get_title(loc="left") for ax in histograms.draw(rows).axes if ax.axison]
    assert titles == [row.quantity.replace("_", " ") for row in rows]


def test_technologies_show_who_slowed_and_what_was_claimed() -> None:
    found = technology_results(1.0, 0.9, EVEN, 0.2)
    slowed, standing = replace(found.records[0], early=0.1, late=0.02), replace(found.records[0], early=-0.1, late=0.0)
    with mpl.rc_context(STYLE):
        left, right = technologies.draw(replace(found, records=(*found.records, slowed, standing))).axes
    labels = [text.get_text() for text in left.get_legend().get_texts()]
    assert labels == ["not falling, not judged (1)", "went on (2)", "fell to less than half (1)"]
    assert [text.get_text() for text in right.get_legend().get_texts()] == ["plateau", "encompassing law", "stack"]


def test_the_reference_class_stands_beside_own_priors_and_marks_failures() -> None:
    quantities = dict.fromkeys(reference.VIEWS, (0.1, 0.5, 1.0))
    side = Side(True, "", quantities, 0.5, 0.1, PriorSensitivity("rate_floor", 0.02, 0.2))
    laws = {name: Effect((), side, replace(side, passed=name == "plateau")) for name in ("encompassing", "plateau")}
    with mpl.rc_context(STYLE):
        axes = reference.draw(laws).axes
    labels = [label.get_text() for label in axes[0].get_yticklabels()]
    assert labels == [
        f"{law}, {prior}" for law in ("encompassing law", "plateau") for prior in ("own prior", "reference class")
    ]
    assert sum(line.get_marker() == "X" for line in axes[0].lines) == 1


def test_forest_holds_all_published_rates(study: Study) -> None:
    labels = [label.get_text() for label in drawn("forest", study).axes[0].get_yticklabels()]
    assert sum("(n =" in label for label in labels) >= len(study.epoch)
    assert any(label.startswith("plateau: ") for label in labels)
