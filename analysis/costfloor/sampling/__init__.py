"""Draws from PyMC models, and the gates they must pass. Knows nothing of prices."""

from costfloor.compiler_cache import prepare_compilers

# Before any module imports PyTensor, which then reads where to keep what it compiles.
prepare_compilers()
