"""Run users' WebAssembly modules on bytes."""

from collections.abc import Callable

from lateen.envoy.fields import Delivered
from lateen.envoy.module import passing, types_of
from lateen.plan.extension import Phase
from lateen.plan.listener import Chain, Listener


def modules(phase: Phase) -> Callable[[Chain, Listener], tuple[Delivered, ...]]:
    """Return what builds the filters of a phase, each by the name of its object."""

    def of_chain(chain: Chain, listener: Listener) -> tuple[Delivered, ...]:
        return tuple(
            Delivered(one.name, types_of("network"), passing("network") if one.fails_open else None)
            for one in chain.modules
            if one.phase == phase
        )

    return of_chain
