"""The machine's own resolvers, for names that are not the cluster's."""

import socket
from pathlib import Path

from lateen.node.resolvers import Resolvers, nameservers
from lateen.runtime.netns import call_in


def machine_resolvers(namespace: Path, settings: Path = Path("/etc/resolv.conf")) -> Resolvers:
    """The IPv4 resolvers that `settings` names, asked from `namespace`."""
    text = settings.read_text() if settings.exists() else ""
    return Resolvers(nameservers(text), lambda kind: call_in(namespace, lambda: socket.socket(type=kind)))
