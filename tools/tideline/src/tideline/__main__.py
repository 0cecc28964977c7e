"""`tideline`, also as `python -m tideline`."""

from tideline.commands import cli

if __name__ == "__main__":
    cli()
