"""Names that a client's DNS proxy answers itself."""

from msgspec import Struct

from lateen.base.refs import Origin


class Name(Struct, frozen=True, kw_only=True):
    """A host, `*.` before it for all below it, and the addresses that stand for it. `short_name` and `namespace`: of a
    Kubernetes service's host or of a pod's below it, "" of others."""

    name: str
    addresses: tuple[str, ...]
    short_name: str = ""
    namespace: str = ""
    origin: Origin = Origin()
