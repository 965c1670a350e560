"""Certificates of authorities in ConfigMaps, as policies and Gateways name them.

https://gateway-api.sigs.k8s.io/reference/spec/#backendtlspolicyvalidation
"""

from collections.abc import Callable, Iterable
from typing import Literal, NamedTuple

from cryptography.x509 import load_pem_x509_certificates
from msgspec import Struct

from lateen.base.refs import Key
from lateen.kinds.object import Object
from lateen.plan.secret import authorities_credential
from lateen.planner.gateway_api.backends import Permitted, Reference

FILE = "ca.crt"

# Finds a ConfigMap.
Look = Callable[[Key], Object | None]


class Unusable(NamedTuple):
    """Why a reference gives no authority: of which kind the fault is, and what to say."""

    kind: Literal["kind", "content", "grant"]
    message: str


class Authorities(Struct, frozen=True):
    """What references come to. `credential`: of those that can be used together, "" = none can; `faults`: of the
    others."""

    credential: str = ""
    faults: tuple[Unusable, ...] = ()


def read_authorities(references: Iterable[Reference], own: str, permitted: Permitted, look: Look) -> Authorities:
    """Read references of an object in the namespace `own`. `permitted`: of those to other namespaces."""
    keys: list[Key] = []
    faults: list[Unusable] = []
    for one in references:
        fault = _fault(one, own, permitted, look)
        if fault is None:
            keys.append(Key(one.namespace, one.name))
        else:
            faults.append(fault)
    return Authorities(authorities_credential(keys) if keys else "", tuple(faults))


def _fault(one: Reference, own: str, permitted: Permitted, look: Look) -> Unusable | None:
    if (one.group, one.kind) not in (("", "ConfigMap"), ("core", "ConfigMap")):
        return Unusable("kind", f'authorities are in ConfigMaps, not in a {one.kind} of group "{one.group}"')
    key = Key(one.namespace, one.name)
    if one.namespace != own and not permitted(one._replace(group="")):
        return Unusable("grant", f"no ReferenceGrant of namespace {one.namespace} lets {own} name ConfigMap {one.name}")
    found = look(key)
    if found is None:
        return Unusable("content", f"there is no ConfigMap {key}")
    try:
        load_pem_x509_certificates(found.model.data.get(FILE, "").encode())
    except ValueError:
        return Unusable("content", f"ConfigMap {key} has no certificate in PEM under {FILE}")
    return None
