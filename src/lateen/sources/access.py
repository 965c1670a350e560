"""One API server and one user of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from lateen.sources.login import Login


@dataclass(frozen=True)
class Access:
    """Where the server is, and who we are to it.

    `server_name`: whom its certificate is to name, "" = the host of `url`. `proxy`: an HTTP proxy on the way.
    `impersonation`: headers that ask to be treated as somebody else.
    """

    url: str
    login: Login = field(default_factory=Login)
    namespace: str = "default"
    server_name: str = ""
    proxy: str = ""
    impersonation: Sequence[tuple[str, str]] = ()
