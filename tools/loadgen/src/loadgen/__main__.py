"""`python -m loadgen`: people, replay, history."""

from loadgen.commands import cli

if __name__ == "__main__":
    cli()
