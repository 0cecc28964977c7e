"""Which sites and write keys are known: a registry in, answers by domain and by key out. No I/O."""

import hashlib

from contract.registry import Registry, Site

from collector.steps.domains import canonical_domain


class SiteRegister:
    """One registry, indexed; a collector replaces it whole."""

    def __init__(self, registry: Registry) -> None:
        self._sites = {canonical_domain(site.domain): site for site in registry.sites}
        self._write_keys = {key.sha256: key.site_id for key in registry.write_keys}

    def site(self, domain: str) -> Site | None:
        """The site of a canonical domain."""
        return self._sites.get(domain)

    def __len__(self) -> int:
        return len(self._sites)

    def knows_key(self, key: str) -> bool:
        """Whether this is the text of a write key."""
        return _digest(key) in self._write_keys

    def may_write(self, key: str, site_id: int) -> bool:
        """Whether this write key is for all sites, or for this one."""
        return self._write_keys.get(_digest(key), -1) in (None, site_id)


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
