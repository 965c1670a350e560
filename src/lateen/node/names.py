"""The names that a pod's DNS proxy answers itself: an NDS table, looked up as the pod's resolver asks.

A host is known by its own name and, if it is Kubernetes' and of the pod's own cluster domain, by `name.namespace`,
`name.namespace.svc` and, in the pod's namespace, `name`. Of a name with few dots a resolver asks first with its first
search domain behind it: what stands before that is then the canonical name (a CNAME), which spares the other domains.
"""

from collections.abc import Iterator, Mapping
from ipaddress import ip_address
from typing import NamedTuple

from lateen.proto.name_table import KUBERNETES, NameInfo


class Found(NamedTuple):
    """Who answers: `canonical` is "" unless the name is only an alias of it; `ips` are of both families."""

    canonical: str
    ips: tuple[str, ...]

    def of_family(self, version: int) -> list[str]:
        """The addresses of one family (4 or 6)."""
        return [ip for ip in self.ips if ip_address(ip).version == version]


class Names:
    """Looked up by the pods of one namespace; `domain`: their first search domain (`shop.svc.cluster.local`)."""

    def __init__(self, domain: str) -> None:
        self._domain = domain.lower().strip(".")
        self._namespace, _, self._cluster = self._domain.partition(".")
        self._hosts: dict[str, NameInfo] = {}
        self._aliases: dict[str, set[str]] = {}

    def __len__(self) -> int:
        return len(self._hosts)

    def items(self) -> Iterator[tuple[str, NameInfo]]:
        """All hosts of the table."""
        return iter(self._hosts.items())

    def update(self, changes: Mapping[str, NameInfo | None]) -> None:
        """Take over hosts (None removes one)."""
        for given, info in changes.items():
            host = given.lower().strip(".")
            if (old := self._hosts.pop(host, None)) is not None:
                self._unname(host, old)
            if info is not None:
                self._hosts[host] = info
                for alias in self._names(host, info):
                    self._aliases.setdefault(alias, set()).add(host)

    def find(self, name: str) -> Found | None:
        """Look a name up (any case, no last dot); None: the table does not know it."""
        name = name.lower()
        if (info := self._known(name) or self._wild(name)[1]) is not None:
            return Found("", info.ips)
        before = name.removesuffix(f".{self._domain}")
        return None if before == name else self._searched(before)

    def _searched(self, name: str) -> Found | None:
        """Look up what stood before the search domain. A name that ends in a cluster's domain was whole already."""
        info = self._known(name)
        if info is not None:
            return None if info.registry == KUBERNETES and self._is_whole(name, info) else Found(name, info.ips)
        host, info = self._wild(name)
        return Found(host, info.ips) if info is not None else None

    def _known(self, name: str) -> NameInfo | None:
        if (info := self._hosts.get(name)) is not None:
            return info
        hosts = self._aliases.get(name)
        return self._hosts[min(hosts)] if hosts else None

    def _wild(self, name: str) -> tuple[str, NameInfo | None]:
        """Find the nearest host `*.…` around a name."""
        rest = name.partition(".")[2]
        while rest:
            if (info := self._hosts.get(f"*.{rest}")) is not None:
                return f"*.{rest}", info
            rest = rest.partition(".")[2]
        return "", None

    def _is_whole(self, name: str, info: NameInfo) -> bool:
        return name not in (info.short_name, *self._qualified(info))

    def _names(self, host: str, info: NameInfo) -> Iterator[str]:
        """The other names of a host."""
        yield from (other.lower().strip(".") for other in info.alt_hosts)
        qualified = self._qualified(info)
        if info.registry == KUBERNETES and host == f"{qualified[0]}.{self._cluster}":
            yield from qualified
            if info.namespace == self._namespace:
                yield info.short_name

    @staticmethod
    def _qualified(info: NameInfo) -> tuple[str, str]:
        name = f"{info.short_name}.{info.namespace}"
        return name, f"{name}.svc"

    def _unname(self, host: str, info: NameInfo) -> None:
        for alias in self._names(host, info):
            self._aliases[alias].discard(host)
            if not self._aliases[alias]:
                del self._aliases[alias]
