"""Every failure a caller may branch on, under one root.

The command line prints the message of a `CostfloorError` and exits with its `exit_code`; a refusal of the system is worded by `refused`;
anything else is a defect of the program, exits with `DEFECT` and shows a traceback.
"""

import errno
from collections.abc import Mapping
from pathlib import Path

from costfloor.text import printable

DEFECT = 70
"""Exit code of a defect of the program: EX_SOFTWARE of sysexits.h."""

REMEDIES = {
    errno.EDQUOT: "Make room on the disk",
    errno.EFBIG: "Raise the limit on the size of files (ulimit -f)",
    errno.EIO: "Check the disk",
    errno.EISDIR: "Move that folder away, or name another place",
    errno.ELOOP: "Remove the links that lead in a circle",
    errno.EMFILE: "Raise the limit on open files (ulimit -n)",
    errno.ENAMETOOLONG: "Name a shorter path",
    errno.ENOMEM: "Free some memory",
    errno.ENOSPC: "Make room on the disk",
}
"""What helps against the system's reasons; against others, a folder that may be written to."""


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
        self.problem = problem
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


class ScaleError(InputError):
    """Too few scores to measure capability on the scale of all views."""


class IntegrityError(CostfloorError):
    """A stored file is not what its receipt or hash says it is."""


class ChangedRawError(IntegrityError):
    """A file of the raw store is not what came in."""


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


def _shortened(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:80]}... ({len(text)} characters)"


def refused(error: OSError, path: Path | str | None = None, *, action: str = "written") -> InputError:
    """A refusal of the system as one line: the path, the reason, what helps.

    Parameters
    ----------
    error
        What the system said.
    path
        What it was about; default: the file that the error names.
    action
        What cannot be done with it, as a participle.
    """
    reason = error.strerror or str(error) or type(error).__name__
    remedy = REMEDIES.get(error.errno or 0, "Name a place that you may read and write")
    name = path if path is not None else error.filename
    return InputError(
        f"cannot be {action} ({reason})", file=name if name is not None else "standard output or a file", remedy=remedy
    )
