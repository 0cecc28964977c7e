"""A steady clock whose seconds pass when they are told to."""


class Clock:
    """Called like `time.monotonic`."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s
