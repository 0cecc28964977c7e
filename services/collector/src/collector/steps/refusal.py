"""Why a body cannot be taken: the field and the reason, in the words of the API that was called."""


class RefusedError(Exception):
    """A body that is answered with 400; `errors` maps a field to its reasons and holds nothing that was sent."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.errors = {field: [reason]}
