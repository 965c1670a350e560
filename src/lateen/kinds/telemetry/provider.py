"""What the parts of a Telemetry share: the providers they go to, the side of a call they are for."""

from typing import Annotated, Literal

from msgspec import Meta

from lateen.kinds.model import Model

WorkloadMode = Literal["CLIENT_AND_SERVER", "CLIENT", "SERVER"]


class ProviderRef(Model, frozen=True, kw_only=True):
    """A name of the mesh configuration's extensionProviders."""

    name: Annotated[str, Meta(min_length=1)]


class ModeMatch(Model, frozen=True, kw_only=True):
    """The proxies it is for: of clients, of servers, or both."""

    mode: WorkloadMode = "CLIENT_AND_SERVER"
