"""The chapters that studies fill: which studies stand in each, and what of the other results they are given."""

from costfloor.laws import LAWS
from costfloor.report.limits import unpriced
from costfloor.report.sentences import quantiles
from costfloor.report.study import Study
from costfloor.studies.catalogue import part
from costfloor.studies.domains.chapter import training_and_inference
from costfloor.studies.events.chapter import innovations
from costfloor.studies.graphs.chapter import graphs
from costfloor.studies.graphs_recovery.chapter import graphs_recovery
from costfloor.studies.heldout.chapter import heldout
from costfloor.studies.hindcast.chapter import hindcast
from costfloor.studies.influence.chapter import influence
from costfloor.studies.levers.chapter import TREND, levers
from costfloor.studies.measures.chapter import measures
from costfloor.studies.power.chapter import power_of_checks
from costfloor.studies.reference_class.chapter import reference_class
from costfloor.studies.technologies.chapter import technologies
from costfloor.studies.witnesses.chapter import fixed_graph_witnesses
from costfloor.typeset.blocks import Block, heading


def robustness(study: Study) -> list[Block]:
    """What would have been said earlier, which models and prices decide, and what other measures say."""
    stored, verdict = study.calibration, study.comparison.verdict
    return [
        heading("How much rests on what", name="robustness"),
        heading("What would have been said", 2),
        *part("hindcast", stored.get("hindcast"), lambda result, notice: hindcast(result, notice, verdict)),
        heading("Which models and prices decide", 2),
        *part("influence", stored.get("influence"), influence),
        heading("Other measures, other prices", 2),
        *part("measures", stored.get("measures"), measures),
    ]


def technologies_of_known_fate(study: Study) -> list[Block]:
    """The laws on technologies whose later costs are known, and their reference class as another prior."""
    stored, age = study.calibration, study.obs.mean_age_at_last
    as_prior = [
        heading("The reference class as a prior", 2),
        *part("reference_class", stored.get("reference_class"), reference_class),
    ]
    return [
        heading("Technologies of known fate"),
        *part(
            "technologies",
            stored.get("technologies"),
            lambda result, notice: technologies(result, notice, age, as_prior),
        ),
        *([] if "technologies" in stored else as_prior),
    ]


def mechanisms(study: Study) -> list[Block]:
    """Dated innovations on the price paths and whether prices react to them; the decline by channel, and witnesses of one of them."""
    stored = study.calibration
    titles = {name: law.title for name, law in LAWS.items()}
    panel = {name: quantiles(fit, "rate_12m") for name, fit in study.fits.items() if fit.passed}
    aside = study.comparison.questions.set_aside
    return [
        heading("Where the decline comes from", name="mechanisms"),
        *innovations(study.events, unpriced(study.panel, study.panel["capability"])),
        heading("Fixed graph, changed graph", 2, name="graphs"),
        *part("graphs", stored.get("graphs"), lambda result, notice: graphs(result, notice, titles, panel, aside)),
        *part(
            "graphs_recovery",
            stored.get("graphs_recovery"),
            lambda result, notice: graphs_recovery(result, notice, titles),
        ),
        heading("Witnesses of a fixed graph", 2, name="witnesses"),
        *part("witnesses", stored.get("witnesses"), fixed_graph_witnesses),
    ]


def training_against_inference(study: Study) -> list[Block]:
    """Gains at a fixed task in both domains, and trends of hardware beside them."""
    return [
        heading("Training and inference"),
        *part("domains", study.calibration.get("domains"), training_and_inference),
    ]


def levers_of_cost(study: Study) -> list[Block]:
    """What discounts and sparse models take off a bill, held against the law of today's rate."""
    _, rate_now, _ = quantiles(study.fits[TREND], "rate_now")
    return levers(study.levers, study.economics.scenarios, rate_now)


def held_out_months(study: Study) -> list[Block]:
    """Targeted checks on months that the fits had not seen."""
    return [
        heading("Months that the fits had not seen", 2),
        *part("heldout", study.calibration.get("heldout"), heldout),
    ]


def worth_of_checks(study: Study) -> list[Block]:
    """How often each check tells which law holds."""
    outcomes = {
        check.name: {
            str(law): _judged(passed) for law, passed in zip(check.table["law"], check.table["passed"], strict=True)
        }
        for check in study.checks
    }
    return [
        heading("What the checks can tell", 2),
        *part(
            "power", study.calibration.get("power"), lambda result, notice: power_of_checks(result, outcomes, notice)
        ),
    ]


def _judged(passed: object) -> bool | None:
    return None if passed is None else bool(passed)
