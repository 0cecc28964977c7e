"""Access: a request's headers in, who asks and about which site out; refused where the key or the site is not right."""

from collections.abc import Callable
from typing import Protocol

from starlette.datastructures import Headers

from query_api.directory import Asker, Directory, RateLimit, Site
from query_api.problems import invalid

_HOUR_S = 3_600


class RefusedError(Exception):
    """The asker may not ask this, or not now; `status` is the answer's."""

    def __init__(self, status: int, text: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(text)
        self.status = status
        self.headers = headers or {}


class DirectorySource(Protocol):
    """What knows keys and sites."""

    async def directory(self, *, missed: bool = False) -> Directory:
        """Keys and sites; `missed` asks for newer ones. Raises UnavailableError."""


class Access:
    """Checks keys, sites and the rate of asking."""

    def __init__(self, source: DirectorySource, limit: RateLimit, now_s: Callable[[], float]) -> None:
        self._source = source
        self._limit = limit
        self._now_s = now_s

    async def asker(self, headers: Headers) -> Asker:
        """Who asks. Raises RefusedError (401 without a valid key, 429 above the limit)."""
        scheme, _, key = headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not key.strip():
            raise RefusedError(
                401,
                "Missing API key. Please use a valid API key as a Bearer Token.",
                {"WWW-Authenticate": "Bearer"},
            )
        asker = await self._known(key.strip())
        if not self._limit.allows(asker, self._now_s()):
            wait_s = _HOUR_S - int(self._now_s()) % _HOUR_S
            raise RefusedError(
                429, "Too many API requests. The API key has used its hour's allowance.", {"Retry-After": str(wait_s)}
            )
        return asker

    async def _known(self, key: str) -> Asker:
        asker = (await self._source.directory()).asker(key)
        if asker is None:
            asker = (await self._source.directory(missed=True)).asker(key)
        if asker is None:
            raise RefusedError(401, "Invalid API key.", {"WWW-Authenticate": "Bearer"})
        return asker

    async def site(self, asker: Asker, domain: str) -> Site:
        """The site of that domain. Raises RefusedError (401) where there is none for this asker."""
        site = (await self._source.directory()).site(asker, domain)
        if site is None:
            site = (await self._source.directory(missed=True)).site(asker, domain)
        if site is None:
            raise RefusedError(
                401,
                "Invalid API key or site ID. Please make sure you're using a valid API key with access to the site "
                "you've requested.",
            )
        return site

    async def only_site(self, asker: Asker, domain: str) -> Site:
        """The site of that domain, or where none is named the only one. Raises InvalidQuestionError, RefusedError."""
        if domain:
            return await self.site(asker, domain.strip().lower().removeprefix("www."))
        sites = await self.sites(asker)
        if len(sites) != 1:
            raise invalid("site_id", "the key sees several sites, so the site's domain is needed")
        return sites[0]

    async def sites(self, asker: Asker) -> tuple[Site, ...]:
        """The sites that the asker may see."""
        return (await self._source.directory()).sites_of(asker)
