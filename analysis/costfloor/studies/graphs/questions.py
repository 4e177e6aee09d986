"""Questions 3 and 4 among the six of docs/questions.md, as the joint model of price and size answers them."""

from dataclasses import replace

from costfloor.forecast.questions import Answer, Answered, Questions, law_answer
from costfloor.studies.graphs.claims import heard
from costfloor.studies.graphs.result import GraphStudy


def with_sizes(questions: Questions, study: GraphStudy) -> Questions:
    """The six questions with those answered that need sizes of models.

    A law has a say in them when its fit to prices and sizes kept its gates and nothing has set it aside.

    Parameters
    ----------
    questions
        From `costfloor.forecast.questions.answer_questions`.
    study
        The joint model on the same prices.
    """
    answers = study.answers(questions.set_aside)
    return replace(
        questions,
        answers=tuple(
            _answered(answered, study, answers[answered.id]) if answered.id in answers else answered
            for answered in questions.answers
        ),
    )


def _answered(answered: Answered, study: GraphStudy, answer: Answer) -> Answered:
    assert answered.threshold is not None
    by_law = {law.law: law.questions[str(answered.id)] for law in heard(study)}
    held = {law: law_answer(answered.threshold, asked.posterior, asked.prior) for law, asked in by_law.items()}
    return replace(
        answered,
        answer=answer,
        probability_by_law={law: asked.posterior.value for law, asked in by_law.items()},
        mcse_by_law={law: asked.posterior.mcse for law, asked in by_law.items()},
        prior={law: asked.prior.value for law, asked in by_law.items()},
        answer_by_law={law: asked.answer for law, asked in by_law.items()},
        within_error=tuple(law for law, decided in held.items() if decided.within_error),
    )
