"""What a result rests on: its data, its settings, versions of packages and the code that it imports; and whether that has changed."""

from costfloor.keys.closure import code_hash, import_closure
from costfloor.keys.equivalences import Change
from costfloor.keys.key import DRAWING, PACKAGES, Key, fingerprint, result_key

__all__ = ["DRAWING", "PACKAGES", "Change", "Key", "code_hash", "fingerprint", "import_closure", "result_key"]
