"""Listeners as patches leave them: themselves, then their own filters, their chains, and the filters of these."""

import functools
from typing import Any

from lateen.envoy.fields import encode
from lateen.envoy.patches.edit import MERGES, edit, merge_patch, put_back
from lateen.envoy.patches.filters import name_matches, patch_filters
from lateen.plan.patch import ChainPlace, ListenerPlace, Patch, Patches
from lateen.proto.descriptors import message

# Its chains take the ports: where a patch names one, it is theirs that counts.
VIRTUAL_INBOUND = "virtualInbound"
_OWN = ("LISTENER", "LISTENER_FILTER")
_ANY_CHAIN = ChainPlace()


def patch_listener(encoded: bytes, patches: Patches) -> bytes | None:
    """Return a listener as patches, each of which means it or something in it, leave it; None when one removes it."""
    built = message("envoy.config.listener.v3.Listener").FromString(encoded)
    kept = patch_message(built, patches)
    return encode(built) if kept else None


def patch_message(built: Any, patches: Patches) -> bool:
    """Change a Listener; False when a patch removes it."""
    own_port, name = built.address.socket_address.port_value, built.name
    for patch in patches:
        if patch.target != "LISTENER" or not _own(patch, name, own_port):
            continue
        if patch.operation == "REMOVE":
            return False
        if patch.operation in MERGES:
            merge_patch(built, patch)
    built.name = name  # it is what Envoy knows it by
    _patch_listener_filters(built, [patch for patch in patches if _own(patch, name, own_port)])
    _patch_chains(built, patches)
    return True


def chain_matches(patch: Patch, chain: Any, listener: str) -> bool:
    """Say whether a FilterChain of a listener is meant."""
    place = patch.place
    if not isinstance(place, ListenerPlace):
        return True
    match, wanted = chain.filter_chain_match, place.chain
    if listener == VIRTUAL_INBOUND and place.port and match.destination_port.value != place.port:
        return False
    return (
        wanted.name in ("", chain.name)
        and (not wanted.sni or wanted.sni in match.server_names)
        and wanted.transport in ("", match.transport_protocol)
        and set(wanted.alpn) <= set(match.application_protocols)
        and wanted.port in (0, match.destination_port.value)
    )


def _own(patch: Patch, name: str, own_port: int) -> bool:
    """Whether a patch means a listener itself: by its own port, whatever its chains take."""
    if patch.target not in _OWN or not isinstance(patch.place, ListenerPlace):
        return patch.target in _OWN
    return name != VIRTUAL_INBOUND or patch.place.port in (0, own_port)


def _patch_listener_filters(built: Any, patches: list[Patch]) -> None:
    filters = list(built.listener_filters)
    for patch in patches:
        if patch.target == "LISTENER_FILTER":
            wanted = patch.place.listener_filter if isinstance(patch.place, ListenerPlace) else ""
            filters = edit(filters, patch, functools.partial(_named, wanted) if wanted else None)
    put_back(built.listener_filters, filters)


def _named(wanted: str, one: Any) -> bool:
    return name_matches(wanted, one.name)


def _patch_chains(built: Any, patches: Patches) -> None:
    of_chains = [patch for patch in patches if patch.target == "FILTER_CHAIN"]
    chains = list(built.filter_chains)
    for patch in of_chains:
        if patch.operation != "ADD":  # what is added is nobody else's to change
            chains = edit(chains, patch, _chain_selector(patch, built.name))
    put_back(built.filter_chains, chains)
    if built.HasField("default_filter_chain"):
        _patch_default(built, of_chains)
    for chain in (
        *built.filter_chains,
        *([built.default_filter_chain] if built.HasField("default_filter_chain") else ()),
    ):
        meant = tuple(
            patch for patch in patches if patch.target not in _OWN and chain_matches(patch, chain, built.name)
        )
        if meant:
            patch_filters(chain, meant)
    for patch in of_chains:
        if patch.operation == "ADD":
            put_back(built.filter_chains, edit(list(built.filter_chains), patch, None))


def _chain_selector(patch: Patch, listener: str) -> Any:
    place = patch.place
    names_one = isinstance(place, ListenerPlace) and (place.chain != _ANY_CHAIN or listener == VIRTUAL_INBOUND)
    return functools.partial(_chain_meant, patch, listener) if names_one else None


def _chain_meant(patch: Patch, listener: str, chain: Any) -> bool:
    return chain_matches(patch, chain, listener)


def _patch_default(built: Any, patches: list[Patch]) -> None:
    for patch in patches:
        if not chain_matches(patch, built.default_filter_chain, built.name):
            continue
        if patch.operation == "REMOVE":
            built.ClearField("default_filter_chain")
            return
        if patch.operation in MERGES:
            merge_patch(built.default_filter_chain, patch)
