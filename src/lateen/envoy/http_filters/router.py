"""Send the request where its route says."""

from lateen.envoy.fields import Extension
from lateen.plan.listener import HttpProxy
from lateen.proto.descriptors import message


def router(proxy: HttpProxy) -> Extension:
    """The last filter of every HTTP proxy."""
    return Extension("envoy.filters.http.router", message("envoy.extensions.filters.http.router.v3.Router")())
