"""pyarrow, as `pa`, without pandas: where that is installed the first array imports it, for 1.5 s and 30 MB of nothing.

pyarrow looks for pandas once in a process and goes on without where it does not find it; so it is hidden for that look.
"""

import sys
from importlib.abc import MetaPathFinder

import pyarrow as pa

__all__ = ["pa"]


class _Hidden(MetaPathFinder):
    """Finds nothing, and says of pandas that nobody else will."""

    def find_spec(self, fullname: str, _path: object = None, _target: object = None) -> None:
        if fullname == "pandas":
            raise ModuleNotFoundError(fullname)


_hidden = _Hidden()
sys.meta_path.insert(0, _hidden)
pa.array([])
sys.meta_path.remove(_hidden)
