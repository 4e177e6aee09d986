"""`python -m analysis` is `costfloor`."""

from analysis.cli import main

main()
