"""What the matches of a rule and of its delegate come to: requests that both take."""

from collections.abc import Mapping
from typing import TypeVar

from msgspec import structs

from lateen.kinds.networking.http_match import HTTPMatchRequest
from lateen.kinds.networking.string_match import StringMatch

T = TypeVar("T")
Matches = tuple[HTTPMatchRequest, ...]


def merge_matches(root: Matches, delegate: Matches) -> Matches | None:
    """Merge each match of a delegate with those of the root that it lies within; None when one lies in none.

    Where one side has no match, the other's stand.
    """
    if not root or not delegate:
        return delegate or root
    merged: list[HTTPMatchRequest] = []
    for leaf in delegate:
        around = [one for one in root if not conflict(one, leaf)]
        if not around:
            return None
        merged += (merge_match(one, leaf) for one in around)
    return tuple(merged)


def conflict(root: HTTPMatchRequest, leaf: HTTPMatchRequest) -> bool:
    """Say whether a delegate's match asks for something that the root's does not take, or that cannot be told
    to lie within it."""
    texts = (
        (root.uri, leaf.uri),
        (root.scheme, leaf.scheme),
        (root.method, leaf.method),
        (root.authority, leaf.authority),
        *_shared(root.headers, leaf.headers),
        *_shared(root.query_params, leaf.query_params),
    )
    if not all(_within(text, inner) for text, inner in texts):
        return True
    # A map holds one text a name: that neither of two may match cannot be said.
    equal = (*_shared(root.without_headers, leaf.without_headers), *_shared(root.source_labels, leaf.source_labels))
    places = ((root.port, leaf.port), (root.source_namespace, leaf.source_namespace))
    if any(one != other for one, other in (*equal, *(pair for pair in places if all(pair)))):
        return True
    return bool(root.gateways and leaf.gateways) and not set(leaf.gateways) <= set(root.gateways)


def merge_match(root: HTTPMatchRequest, leaf: HTTPMatchRequest) -> HTTPMatchRequest:
    """Merge two matches without conflict: the leaf's conditions, and the root's where it has none."""
    return structs.replace(
        leaf,
        name="-".join(name for name in (root.name, leaf.name) if name),
        uri=leaf.uri or root.uri,
        scheme=leaf.scheme or root.scheme,
        method=leaf.method or root.method,
        authority=leaf.authority or root.authority,
        headers={**root.headers, **leaf.headers},
        without_headers={**root.without_headers, **leaf.without_headers},
        query_params={**root.query_params, **leaf.query_params},
        source_labels={**root.source_labels, **leaf.source_labels},
        ignore_uri_case=root.ignore_uri_case or leaf.ignore_uri_case,
        port=leaf.port or root.port,
        source_namespace=leaf.source_namespace or root.source_namespace,
        gateways=leaf.gateways or root.gateways,
        stat_prefix=leaf.stat_prefix or root.stat_prefix,
    )


def _shared(root: Mapping[str, T], leaf: Mapping[str, T]) -> tuple[tuple[T, T], ...]:
    return tuple((value, leaf[name]) for name, value in root.items() if name in leaf)


def _within(root: StringMatch | None, leaf: StringMatch | None) -> bool:
    """Say whether every text that `leaf` takes is one that `root` takes; nothing said takes everything."""
    if root is None or leaf is None or root in (leaf, _PRESENT):
        return True
    if root.prefix is not None:
        text = leaf.exact if leaf.exact is not None else leaf.prefix
        return text is not None and text.startswith(root.prefix)
    return False


_PRESENT = StringMatch()
