"""Every failure a caller may branch on, under one root.

The command line prints the message of a `CostfloorError` and exits with its `exit_code`; anything else is a defect
and shows a traceback.
"""

from collections.abc import Mapping
from pathlib import Path

from analysis.text import printable


class CostfloorError(Exception):
    """Root of all errors raised on purpose."""

    exit_code = 2


class InputError(CostfloorError):
    """The user's input is wrong; the message says where and what to do.

    Parameters
    ----------
    problem
        What is wrong, in one clause.
    file, row, column, value
        Where it is. `row` counts data rows from 1, the header not included.
    remedy
        What the user can do about it.
    """

    def __init__(
        self,
        problem: str,
        *,
        file: Path | str | None = None,
        row: int | None = None,
        column: str | None = None,
        value: object = None,
        remedy: str | None = None,
    ) -> None:
        self.file, self.row, self.column, self.value, self.remedy = file, row, column, value, remedy
        where = [
            part
            for part in (
                str(file) if file is not None else "",
                f"row {row}" if row is not None else "",
                f"column '{column}'" if column is not None else "",
                f"value {_shortened(value)}" if value is not None else "",
            )
            if part
        ]
        message = f"{', '.join(where)}: {problem}" if where else problem
        message = f"{message}. {remedy}" if remedy else message
        # A file's name or a cell may hold line breaks, or bytes that are no text.
        super().__init__(printable(message, len(message)))


class IntegrityError(CostfloorError):
    """A stored file is not what its receipt or hash says it is."""


class LockedError(CostfloorError):
    """Another process holds the data lock."""

    exit_code = 3


class MissingResultError(CostfloorError):
    """A result was asked for that has not been computed yet."""


class SamplingError(CostfloorError):
    """The sampler gave other draws than it was asked for, or none."""


class UnlikeModelsError(CostfloorError):
    """Two models differ in more than their data, so that one compiled density cannot serve both."""


class FanoutError(CostfloorError):
    """Jobs of a fan-out failed, or nothing is left that could run them; what finished is stored.

    Parameters
    ----------
    message
        What happened and where to look.
    failed
        The message of each job that failed, by its key.
    """

    def __init__(self, message: str, failed: Mapping[str, str] | None = None) -> None:
        self.failed = dict(failed or {})
        super().__init__(message)


def _shortened(value: object, limit: int = 80) -> str:
    text = repr(value)
    return text if len(text) <= limit else f"{text[:limit]}... ({len(text)} characters)"
