"""RequestAuthentications as collections: each read once, found by the workloads that it is for; and their keys."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from lateen.base.errors import Fault
from lateen.base.hosts import fqdn
from lateen.base.refs import Key
from lateen.base.selectors import Labels
from lateen.kinds.object import Object
from lateen.plan.tokens import Keys, TokenIssuer
from lateen.reactive import Collection, Engine, Index, Read
from lateen.registry.registry import Registry
from lateen.registry.service import Service
from lateen.security.attachment import Bucket, buckets_of
from lateen.security.request_authentication import TokenPolicy, compose, token_policy
from lateen.store.store import Store

# The name of a client's upstream to a service's port, "" where it does not see the service.
Reach = Callable[[str, int], str]


@dataclass(frozen=True)
class RequestSecurity:
    """`wanted`: the URLs of keys that the control plane fetches, by policy and place in it. `labels_in`: the names of
    labels that policies tell workloads apart by, by namespace. `remarks`: keys that are missing, by policy."""

    registry: Registry
    fetched: Collection[str, str]
    policies_for: Index[Bucket, Key, TokenPolicy]
    labels_in: Index[str, Key, tuple[str, ...]]
    wanted: Collection[tuple[Key, int], str]
    remarks: Collection[Key, tuple[Fault, ...]]

    def of(self, read: Read, namespace: str, labels: Labels, reach: Reach) -> tuple[TokenIssuer, ...]:
        """Return whose tokens count for workloads with these labels."""
        root = self.registry.settings(read).root_namespace

        def find(issuer: TokenIssuer) -> Keys:
            keys = issuer.keys
            if (service := _inside(read, self.registry, issuer)) is not None:
                upstream = reach(service.host, urlsplit(keys.url).port or 80)
                return Keys(url=keys.url, upstream=upstream, timeout_ms=keys.timeout_ms) if upstream else Keys()
            return Keys(text=read.get(self.fetched, keys.url) or "")

        return compose(self._in_force(read, namespace, labels, root), find)

    def _in_force(self, read: Read, namespace: str, labels: Labels, root: str) -> Iterator[TokenPolicy]:
        for bucket in buckets_of(namespace, root, labels):
            for policy in read.find(self.policies_for, bucket).values():
                if policy.attachment.is_for(namespace, labels):
                    yield policy


def build_request_security(engine: Engine, store: Store, registry: Registry) -> RequestSecurity:
    """Build the collections over the store's RequestAuthentications."""

    def of_object(read: Read, key: Key, found: Object) -> TokenPolicy | None:
        return token_policy(found)

    def sources(read: Read, key: Key, policy: TokenPolicy) -> Iterator[tuple[tuple[Key, int], str]]:
        for index, issuer in enumerate(policy.issuers):
            if issuer.keys.url and _inside(read, registry, issuer) is None:
                yield (key, index), issuer.keys.url

    def remarks(read: Read, key: Key, policy: TokenPolicy) -> tuple[Fault, ...] | None:
        return tuple(fault for one in policy.issuers if (fault := _fault(one, read, store))) or None

    policies: Collection[Key, TokenPolicy] = engine.map("token policies", store["RequestAuthentication"], of_object)
    labels = engine.map("labels of token policies", policies, lambda read, key, one: one.attachment.labels or None)
    return RequestSecurity(
        registry=registry,
        fetched=store.keys,
        policies_for=engine.index("token policies for", policies, lambda key, one: one.attachment.buckets),
        labels_in=engine.index("token labels in namespace", labels, lambda key, names: (key.namespace,)),
        wanted=engine.flat_map("wanted keys", policies, sources),
        remarks=engine.map("token remarks", policies, remarks),
    )


def _fault(issuer: TokenIssuer, read: Read, store: Store) -> Fault | None:
    """Return what is wrong with an issuer's keys."""
    refused = "its tokens are refused until there are keys"
    if issuer.keys.url:
        why = read.get(store.key_faults, issuer.keys.url)
        kept = (
            " (the last good ones stay in force)" if why and read.get(store.keys, issuer.keys.url) else f"; {refused}"
        )
        return Fault(f"{issuer.origin.field}.jwksUri", f"{why}{kept}", "", "warning") if why else None
    if issuer.keys.text:
        return None
    return Fault(f"{issuer.origin.field}.jwks", f"holds no key that can prove a token; {refused}", "", "warning")


def _inside(read: Read, registry: Registry, issuer: TokenIssuer) -> Service | None:
    """Return the mesh's own service that serves an issuer's keys: proxies ask it themselves, over the mesh's TLS, and
    by the rules of who may. TLS of its own they could not check: that is the control plane's."""
    url = urlsplit(issuer.keys.url)
    if url.scheme != "http" or not url.hostname or url.path.endswith("openid-configuration"):
        return None
    labels = url.hostname.split(".")
    name = fqdn(url.hostname, issuer.origin.namespace) if len(labels) == 1 else url.hostname
    for host in (name, f"{name}.cluster.local", f"{name}.svc.cluster.local"):
        for service in read.get(registry.hosts, host) or ():
            if not service.external and service.port(url.port or 80) is not None:
                return service
    return None
