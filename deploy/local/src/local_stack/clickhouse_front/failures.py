"""What goes wrong, as ClickHouse tells it: an engine's message in, code and HTTP status out."""

import re

AUTHENTICATION_FAILED = 516
NOT_IMPLEMENTED = 48
TOO_MANY_QUERIES = 202
ALREADY_RUNNING = 216
UNKNOWN_FORMAT = 73
CANNOT_DECOMPRESS = 271
UNKNOWN_COMPRESSION = 89
TOO_LARGE = 307
UNKNOWN = 1002

_CODE = re.compile(r"Code: (\d+)\.")
_HTTP_STATUS = {
    **dict.fromkeys((6, 27, 33, 36, 38, 41, 43, 44, 49, 53, 57, 62, 69, 70, 72, 117, 131, 271, 386, 456, 457), 400),
    **dict.fromkeys((16, 46, 47, 60, 73, 81, 82, 115), 404),
    **dict.fromkeys((NOT_IMPLEMENTED, UNKNOWN_COMPRESSION), 501),
    AUTHENTICATION_FAILED: 403,
    164: 403,
    TOO_MANY_QUERIES: 503,
    TOO_LARGE: 413,
}
"""As ClickHouse's own HTTP handler answers; whatever is not here is a 500."""


class EngineError(Exception):
    """A statement failed; `code` is ClickHouse's, the text is the engine's."""

    def __init__(self, text: str, code: int | None = None) -> None:
        found = _CODE.search(text)
        self.code = code or (int(found[1]) if found else UNKNOWN)
        self.text = text[found.start() :] if found else f"Code: {self.code}. DB::Exception: {text}"
        super().__init__(self.text)

    @property
    def http_status(self) -> int:
        """400 for bad statements, 404 for unknown names, 403, 413, 501, 503 as ClickHouse has them, else 500."""
        return _HTTP_STATUS.get(self.code, 500)
