"""Who made a model: one creator over the many spellings of sources, by the reviewed table `raw/creators.csv`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from costfloor.data.fields import table, text

CREATORS = table(
    "creators",
    "Creators of models",
    {
        "spelling": text("Creator as a source spells it, in lower case", pattern=r"^[^A-Z]*$"),
        "kind": text(
            "name: an organisation; owner: the part of an id before the slash; host: a host in models.dev whose own models it is",
            one_of=("name", "owner", "host"),
        ),
        "creator": text("The creator's one name"),
        "key_prefix": text("What the keys of its models begin with", pattern=r"^[^/\s]+$"),
        "evidence": text("What the row rests on"),
    },
    key=["spelling", "kind"],
    evidence="evidence",
)

OWNER = re.compile(r"^(?:hf:)?~?([^/]+)/[^/]+$")
"""An id as OpenRouter and Hugging Face write it: its maker, a slash, its name."""


@dataclass(frozen=True)
class Creators:
    """Lookup tables from spelling to the prefix of keys, by kind of spelling, and from prefix to the creator's name."""

    prefixes: Mapping[str, Mapping[str, str]]
    names: Mapping[str, str]

    def of(self, source: str, provider: str, model_id: str, creator: str) -> tuple[str, bool]:
        """Prefix of the keys of who made a model, empty when unknown, and whether the maker itself states the facts.

        Parameters
        ----------
        source, provider, model_id
            Whose entry it is.
        creator
            As the source states it; empty when it does not.
        """
        if source == "models_table":
            return model_id.split("/", maxsplit=1)[0], True
        owner = OWNER.match(model_id.lower())
        stated = self.prefixes["owner"].get(owner.group(1), "") if owner else ""
        if source == "models_dev":
            host = self.prefixes["host"].get(provider.lower(), "")
            return (stated, stated == host) if owner else (host, bool(host))
        if source == "openrouter":
            return stated, False
        return self.prefixes["name"].get(creator.strip().lower(), ""), False


def creators_of(reviewed: pd.DataFrame) -> Creators:
    """Lookup tables from a table in the schema `CREATORS`."""
    prefixes = {
        str(kind): dict(zip(rows["spelling"], rows["key_prefix"], strict=True))
        for kind, rows in reviewed.groupby("kind")
    }
    return Creators(
        {kind: prefixes.get(kind, {}) for kind in ("name", "owner", "host")},
        dict(zip(reviewed["key_prefix"], reviewed["creator"], strict=True)),
    )
