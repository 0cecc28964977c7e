"""Runs the sink: `python -m sink`, settings from the environment."""

from runtime import lifecycle

from sink.wiring import wire

if __name__ == "__main__":
    lifecycle.main("sink", wire, stop_deadline_s=20.0)
