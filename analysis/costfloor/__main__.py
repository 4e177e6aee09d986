"""`python -m costfloor` is `costfloor`."""

from costfloor.compiler_cache import prepare_compilers
from costfloor.stopping import stop_on_signals


def main() -> None:
    """Run the program; to be stopped from here on, since its imports alone take a second."""
    stop_on_signals()
    prepare_compilers()
    from costfloor.cli import main as run  # noqa: PLC0415  a signal must stop its second of imports, which look for compilers

    run()


if __name__ == "__main__":
    main()
