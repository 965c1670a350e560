"""Write access logs to a file, in Istio's default text format."""

from lateen.envoy.fields import Extension
from lateen.plan.listener import Listener
from lateen.proto.descriptors import message

# https://istio.io/latest/docs/tasks/observability/logs/access-log/#default-access-log-format
ISTIO_FORMAT = (
    '[%START_TIME%] "%REQ(:METHOD)% %REQ(X-ENVOY-ORIGINAL-PATH?:PATH)% %PROTOCOL%" %RESPONSE_CODE%'
    " %RESPONSE_FLAGS% %RESPONSE_CODE_DETAILS% %CONNECTION_TERMINATION_DETAILS%"
    ' "%UPSTREAM_TRANSPORT_FAILURE_REASON%" %BYTES_RECEIVED% %BYTES_SENT% %DURATION%'
    ' %RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)% "%REQ(X-FORWARDED-FOR)%" "%REQ(USER-AGENT)%"'
    ' "%REQ(X-REQUEST-ID)%" "%REQ(:AUTHORITY)%" "%UPSTREAM_HOST%" %UPSTREAM_CLUSTER_RAW%'
    " %UPSTREAM_LOCAL_ADDRESS% %DOWNSTREAM_LOCAL_ADDRESS% %DOWNSTREAM_REMOTE_ADDRESS%"
    " %REQUESTED_SERVER_NAME% %ROUTE_NAME%\n"
)


def file(listener: Listener) -> Extension | None:
    """A file logger where the listener names a path."""
    if not listener.access_log:
        return None
    config = message("envoy.extensions.access_loggers.file.v3.FileAccessLog")(path=listener.access_log)
    config.log_format.text_format_source.inline_string = ISTIO_FORMAT
    return Extension("envoy.access_loggers.file", config)
