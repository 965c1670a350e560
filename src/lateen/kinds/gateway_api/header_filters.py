"""The filters that HTTPRoutes and GRPCRoutes share: changed headers, mirrored requests, filters of others.

https://gateway-api.sigs.k8s.io/reference/spec/#httpheaderfilter
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any

from msgspec import Meta

from lateen.base.errors import Fault
from lateen.kinds.gateway_api.names import Count, HeaderName, HeaderValue, Percent, Positive
from lateen.kinds.gateway_api.references import BackendObjectReference, backend_faults
from lateen.kinds.model import Model


class HTTPHeader(Model, frozen=True, kw_only=True):
    """A header."""

    name: HeaderName
    value: HeaderValue


Headers = Annotated[tuple[HTTPHeader, ...], Meta(max_length=16)]


class HTTPHeaderFilter(Model, frozen=True, kw_only=True):
    """Headers that are set, added and removed."""

    set: Headers = ()
    add: Headers = ()
    remove: Annotated[tuple[str, ...], Meta(max_length=16)] = ()


class Fraction(Model, frozen=True, kw_only=True):
    """A share."""

    numerator: Count
    denominator: Positive = 100


class HTTPRequestMirrorFilter(Model, frozen=True, kw_only=True):
    """Requests are sent to another backend too, whose answers are dropped: all, or a share of them."""

    backend_ref: BackendObjectReference
    percent: Percent | None = None
    fraction: Fraction | None = None


def header_faults(path: str, found: HTTPHeaderFilter | None) -> Iterator[Fault]:
    """Yield a fault for each header that stands in a list twice."""
    for name, headers in (("set", found.set), ("add", found.add)) if found is not None else ():
        yield from repeated(f"{path}.{name}", [header.name for header in headers])
    if found is not None:
        yield from repeated(f"{path}.remove", found.remove)


def mirror_faults(path: str, found: HTTPRequestMirrorFilter | None) -> Iterator[Fault]:
    """Yield what is wrong with a mirror."""
    if found is None:
        return
    yield from backend_faults(f"{path}.backendRef", found.backend_ref)
    if found.percent is not None and found.fraction is not None:
        yield Fault(path, "Only one of percent or fraction may be specified in HTTPRequestMirrorFilter")
    if found.fraction is not None and found.fraction.numerator > found.fraction.denominator:
        yield Fault(f"{path}.fraction", "numerator must be less than or equal to denominator")


def type_faults(path: str, kind: str, settings: Mapping[str, Any]) -> Iterator[Fault]:
    """Yield a fault unless a filter of type `kind` has just that type's setting; `settings` by type, None = not set."""
    for name, value in settings.items():
        field = FIELDS[name]
        if name == kind and value is None:
            yield Fault(f"{path}.{field}", f"filter.{field} must be specified for {name} filter.type")
        if name != kind and value is not None:
            yield Fault(f"{path}.{field}", f"filter.{field} must be nil if the filter.type is not {name}")


def once_faults(path: str, kinds: Sequence[str], once: Sequence[str]) -> Iterator[Fault]:
    """Yield a fault for each type of `once` that stands several times in the types of some filters."""
    for name, count in Counter(kinds).items():
        if count > 1 and name in once:
            yield Fault(path, f"{name} filter cannot be repeated")


def repeated(path: str, names: Sequence[str]) -> Iterator[Fault]:
    """Yield a fault for each name that stands a second time."""
    for index, name in enumerate(names):
        if name in names[:index]:
            yield Fault(f"{path}[{index}]", f'Duplicate value: "{name}"')


# The field in which a filter of a type has its settings.
FIELDS = {
    "RequestHeaderModifier": "requestHeaderModifier",
    "ResponseHeaderModifier": "responseHeaderModifier",
    "RequestMirror": "requestMirror",
    "RequestRedirect": "requestRedirect",
    "URLRewrite": "urlRewrite",
    "ExtensionRef": "extensionRef",
    "CORS": "cors",
    "ExternalAuth": "externalAuth",
}
