"""Secrets that proxies' plans name: each is read for proxies of its own namespace, and for gateways of another one
that a ReferenceGrant lets name it.

A scope's namespace is that of the identity that its proxies have proved.
https://istio.io/latest/docs/tasks/traffic-management/ingress/secure-ingress/
"""

import base64
from collections.abc import Iterator, Mapping, Sequence

from lateen.base.redacted import Redacted
from lateen.base.refs import Key
from lateen.kinds.gateway_api.names import GROUP
from lateen.kinds.object import Object
from lateen.plan.listener import Listener
from lateen.plan.secret import Secret, authorities_keys, roots_name, secret_name
from lateen.plan.upstream import Upstream
from lateen.planner.gateway_api.authorities import FILE
from lateen.planner.gateway_api.backends import Reference
from lateen.planner.gateway_api.gateways import Granted
from lateen.planner.gateway_api.grants import Referrer
from lateen.planner.scope import Scope
from lateen.reactive import Collection, Engine, Read
from lateen.reactive.gather import group, union
from lateen.store.store import Store

ByName = tuple[Scope, str]
# A credential that a piece of a scope's plan names: scope, credential, the piece.
Need = tuple[Scope, str, str]

_ROOTS = "-cacert"
_CHAIN, _KEY, _CA, _CRL = ("tls.crt", "cert"), ("tls.key", "key"), ("ca.crt", "cacert"), ("ca.crl", "crl")


def build_secrets(
    engine: Engine,
    store: Store,
    upstreams: Collection[ByName, Upstream],
    listeners: Collection[ByName, Listener],
    granted: Granted,
) -> Collection[ByName, Secret]:
    """Build the collection of secrets by scope and name. `granted`: which of other namespaces gateways may show."""

    def of_upstream(read: Read, key: ByName, one: Upstream) -> Iterator[tuple[Need, str]]:
        named = (one.tls.credential, one.tls.roots) if one.tls is not None else ()
        for credential in filter(None, named):
            yield (key[0], credential, f"cluster/{one.name}"), credential

    def of_listener(read: Read, key: ByName, one: Listener) -> Iterator[tuple[Need, str]]:
        servers = [chain.tls for chain in one.chains if chain.tls]
        for credential in {name for tls in servers for name in (*tls.credentials, tls.roots) if name}:
            yield (key[0], credential, f"listener/{one.name}"), credential

    needed = union(
        engine,
        "credentials",
        engine.flat_map("credentials of upstreams", upstreams, of_upstream),
        engine.flat_map("credentials of listeners", listeners, of_listener),
    )
    by_credential = engine.index("needs of credential", needed, lambda key, _: (key[:2],))

    def allowed(read: Read, scope: Scope, place: Key) -> bool:
        to = Reference("", "Secret", *place)
        return place.namespace == scope.namespace or (
            scope.kind == "gateway" and granted.permits(read, Referrer(GROUP, "Gateway", scope.namespace), to)
        )

    def found(read: Read, key: tuple[Scope, str], rows: Mapping[Need, str]) -> tuple[Secret, ...] | None:
        scope, credential = key
        if authorities := authorities_keys(credential):
            maps = (read.get(store["ConfigMap"], place) for place in authorities)
            return tuple(plan_authorities(credential, [one for one in maps if one])) or None
        place = _object_key(credential, scope.namespace)
        if place is None or not allowed(read, scope, place):
            return None
        own = read.get(store["Secret"], place)
        apart = read.get(store["Secret"], place._replace(name=place.name + _ROOTS))
        return tuple(plan_secrets(credential, own, apart)) or None

    secrets = group(engine, "secrets of credential", by_credential, found)
    return engine.flat_map(
        "planned secrets", secrets, lambda read, key, rows: (((key[0], one.name), one) for one in rows)
    )


def plan_secrets(credential: str, own: Object | None, apart: Object | None) -> Iterator[Secret]:
    """Plan the certificate of a credential, where its Secret has one, and the roots: out of the Secret `apart`
    (`<name>-cacert`), or its own."""
    if own is not None:
        chain, key = _value(own, _CHAIN), _value(own, _KEY)
        if chain and key:
            yield Secret(name=secret_name(credential), chain=chain, key=Redacted(key), origin=own.origin)
    for one in (apart, own):
        if one is not None and (roots := _value(one, _CA)):
            yield Secret(name=roots_name(credential), roots=roots, revoked=_value(one, _CRL), origin=one.origin)
            return


def plan_authorities(credential: str, maps: Sequence[Object]) -> Iterator[Secret]:
    """Plan the authorities of ConfigMaps, taken together: what policies and Gateways name is no secret."""
    texts = [one.model.data[FILE].encode() for one in maps if one.model.data.get(FILE)]
    if texts:
        yield Secret(name=roots_name(credential), roots=b"\n".join(texts), origin=maps[0].origin)


def _object_key(credential: str, namespace: str) -> Key | None:
    """Return the key of a credential's Secret, None where it names no Secret at all. `namespace`: of its reader."""
    scheme, _, path = credential.rpartition("://")
    if scheme not in ("", "kubernetes", "kubernetes-gateway"):
        return None
    place, _, name = path.rpartition("/")
    return Key(place or namespace, name)


def _value(found: Object, names: tuple[str, ...]) -> bytes:
    data: Mapping[str, str] = found.model.data  # API servers have moved stringData there
    return next((base64.b64decode(data[name]) for name in names if data.get(name)), b"")
