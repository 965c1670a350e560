"""What a route does instead of, or before, forwarding: redirect, answer, rewrite, delegate."""

import base64
import binascii
from collections.abc import Iterator
from typing import ClassVar, Literal

from lateen.base.errors import Fault
from lateen.kinds.model import Base64, Model, Uint32
from lateen.kinds.names import is_label, is_subdomain
from lateen.kinds.numbers import port_faults
from lateen.kinds.regexes import regex_faults
from lateen.kinds.schema_rules import AtMostOne

_WARN_BODY = 100 * 1024
_MAX_BODY = 1024 * 1024


class HTTPRedirect(Model, frozen=True, kw_only=True):
    """Parts that are not set stay those of the request. `redirect_code` 0 = 301."""

    schema_rules: ClassVar = (AtMostOne(("port", "derivePort")),)

    uri: str = ""
    prefix_rewrite: str = ""
    authority: str = ""
    scheme: str = ""
    port: Uint32 | None = None
    derive_port: Literal["FROM_PROTOCOL_DEFAULT", "FROM_REQUEST_PORT"] | None = None
    redirect_code: Uint32 = 0


class HTTPBody(Model, frozen=True, kw_only=True):
    """`bytes` is base64."""

    schema_rules: ClassVar = (AtMostOne(("string", "bytes")),)

    string: str | None = None
    bytes: Base64 | None = None


class HTTPDirectResponse(Model, frozen=True, kw_only=True):
    """An answer by the proxy itself."""

    status: Uint32
    body: HTTPBody | None = None


class RegexRewrite(Model, frozen=True, kw_only=True):
    r"""`rewrite` may refer to groups of `match` as `\1`."""

    match: str = ""
    rewrite: str = ""


class HTTPRewrite(Model, frozen=True, kw_only=True):
    """Replaces the matched part of the path, or the authority, before forwarding."""

    uri: str = ""
    authority: str = ""
    uri_regex_rewrite: RegexRewrite | None = None


class Delegate(Model, frozen=True, kw_only=True):
    """Another VirtualService (one without hosts) whose routes stand here."""

    name: str = ""
    namespace: str = ""


def redirect_faults(path: str, redirect: HTTPRedirect) -> Iterator[Fault]:
    """Yield what is wrong with a redirect by itself."""
    said = (redirect.uri, redirect.prefix_rewrite, redirect.authority, redirect.scheme, redirect.port)
    if not any(said) and redirect.derive_port is None:
        yield Fault(path, "needs one of uri, prefixRewrite, authority, scheme, port")
    if redirect.uri and redirect.prefix_rewrite:
        yield Fault(f"{path}.prefixRewrite", "cannot stand beside uri", "keep one of the two")
    if redirect.port is not None and redirect.derive_port is not None:
        yield Fault(f"{path}.derivePort", "cannot stand beside port", "keep one of the two")
    if redirect.port is not None:
        yield from port_faults(f"{path}.port", redirect.port)
    if redirect.scheme and redirect.scheme not in ("http", "https"):
        yield Fault(f"{path}.scheme", f'"{redirect.scheme}" is none of http, https')
    if redirect.redirect_code and not 300 <= redirect.redirect_code <= 399:
        yield Fault(f"{path}.redirectCode", f"{redirect.redirect_code} is not a redirect", "300 to 399")


def response_faults(path: str, response: HTTPDirectResponse) -> Iterator[Fault]:
    """Yield what is wrong with a direct response."""
    if not 200 <= response.status <= 599:
        yield Fault(f"{path}.status", f"{response.status} is not a status to answer with", "200 to 599")
    if response.body is None:
        return
    if response.body.string is not None and response.body.bytes is not None:
        yield Fault(f"{path}.body", "only one of string and bytes can be set")
    try:
        size = _size(response.body)
    except binascii.Error:
        yield Fault(f"{path}.body.bytes", "is not base64")
        return
    if size > _MAX_BODY:
        yield Fault(f"{path}.body", f"is too large: {size} bytes, at most 1 MiB")
    elif size > _WARN_BODY:
        yield Fault(f"{path}.body", f"{size} bytes weigh on every proxy", "serve it", severity="warning")


def _size(body: HTTPBody) -> int:
    if body.bytes is not None:
        return len(base64.b64decode(body.bytes, validate=True))
    return len((body.string or "").encode())


def rewrite_faults(path: str, rewrite: HTTPRewrite) -> Iterator[Fault]:
    """Yield what is wrong with a rewrite by itself."""
    regex = rewrite.uri_regex_rewrite
    if not rewrite.uri and not rewrite.authority and regex is None:
        yield Fault(path, "needs one of uri, uriRegexRewrite, authority")
    if rewrite.uri and regex is not None:
        yield Fault(f"{path}.uriRegexRewrite", "cannot stand beside uri", "keep one of the two")
    if regex is not None:
        if not regex.match:
            yield Fault(f"{path}.uriRegexRewrite.match", "is required")
        else:
            yield from regex_faults(f"{path}.uriRegexRewrite.match", regex.match)
        if not regex.rewrite:
            yield Fault(f"{path}.uriRegexRewrite.rewrite", "is required")


def delegate_faults(path: str, delegate: Delegate) -> Iterator[Fault]:
    """Yield what is wrong with the name of a delegate."""
    if not is_subdomain(delegate.name):
        yield Fault(f"{path}.name", "is required: the name of a VirtualService without hosts")
    if delegate.namespace and not is_label(delegate.namespace):
        yield Fault(f"{path}.namespace", f'"{delegate.namespace}" is not a namespace')
