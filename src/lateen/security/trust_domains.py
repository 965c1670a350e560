"""Identities of several trust domains that are one mesh: the mesh's own and its aliases.

A principal of one of them means the same name in all of them; `cluster.local` always means the mesh's own.
https://istio.io/latest/docs/tasks/security/authorization/authz-td-migration/
"""

from collections.abc import Iterable, Iterator, Sequence

_POINTER = "cluster.local"


def with_aliases(principals: Iterable[str], domains: Sequence[str]) -> tuple[str, ...]:
    """Return principals as `domains` know them, the mesh's own first; those of any other trust domain as they are."""
    return tuple(dict.fromkeys(found for principal in principals for found in _known_as(principal, domains)))


def _known_as(principal: str, domains: Sequence[str]) -> Iterator[str]:
    domain, slash, name = principal.partition("/")
    known = domain == _POINTER or any(_matches(domain, one) for one in domains)
    if not slash or domain == "*" or not domains or not known:
        yield principal
        return
    for one in domains:
        yield principal if _matches(domain, one) else f"{one}/{name}"


def _matches(pattern: str, domain: str) -> bool:
    if pattern.startswith("*"):
        return domain.endswith(pattern[1:])
    return domain.startswith(pattern[:-1]) if pattern.endswith("*") else domain == pattern
