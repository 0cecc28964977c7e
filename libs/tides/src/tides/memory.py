"""Secrets in a dictionary: `SecretStore` for unit tests, held to the same contract suite as the one on Redis."""

from collections.abc import Sequence

from tides.almanac import SecretName


class MemorySecrets:
    """`away` makes every call fail as a store that cannot be reached; expiry is left to the caller."""

    def __init__(self) -> None:
        self.kept: dict[SecretName, bytes] = {}
        self.away = False

    async def read(self, names: Sequence[SecretName]) -> dict[SecretName, bytes]:
        """Those of the names that exist. Raises ConnectionError while away."""
        self._answer()
        return {name: self.kept[name] for name in names if name in self.kept}

    async def put(self, name: SecretName, raw: bytes) -> bool:
        """Write it unless the name is taken; False where it is. Raises ConnectionError while away."""
        self._answer()
        return self.kept.setdefault(name, raw) is raw

    async def close(self) -> None:
        """Nothing to let go of."""

    def _answer(self) -> None:
        if self.away:
            raise ConnectionError("the store is away")
