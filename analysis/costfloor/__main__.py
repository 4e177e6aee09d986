"""`python -m costfloor` is `costfloor`."""

from costfloor.compiler_cache import prepare_compilers
from costfloor.stopping import stop_on_signals


def main() -> None:
    """Run the program; to be stopped from here on, since the imports of a command take seconds."""
    stop_on_signals()
    prepare_compilers()
    from costfloor.cli import main as run  # noqa: PLC0415  after the compilers are told where to write

    run()


if __name__ == "__main__":
    main()
