"""The types of names and values that the Gateway API's kinds share, with their limits.

https://gateway-api.sigs.k8s.io/reference/spec/
"""

from typing import Annotated, Final

from msgspec import Meta

from lateen.kinds.schema_rules import stating

GROUP: Final = "gateway.networking.k8s.io"
EXPERIMENTAL: Final = "gateway.networking.x-k8s.io"
CATEGORIES: Final = ("gateway-api",)

_LABEL = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_DOMAIN = rf"{_LABEL}(\.{_LABEL})*"
_INT32 = stating(format="int32")

Group = Annotated[str, Meta(pattern=rf"^$|^{_DOMAIN}$", max_length=253)]
Kind = Annotated[str, Meta(pattern=r"^[a-zA-Z]([-a-zA-Z0-9]*[a-zA-Z0-9])?$", min_length=1, max_length=63)]
ObjectName = Annotated[str, Meta(min_length=1, max_length=253)]
Namespace = Annotated[str, Meta(pattern=rf"^{_LABEL}$", min_length=1, max_length=63)]
SectionName = Annotated[str, Meta(pattern=rf"^{_DOMAIN}$", min_length=1, max_length=253)]
# A host name, whose first label may be a wildcard.
Hostname = Annotated[str, Meta(pattern=rf"^(\*\.)?{_DOMAIN}$", min_length=1, max_length=253)]
PreciseHostname = Annotated[str, Meta(pattern=rf"^{_DOMAIN}$", min_length=1, max_length=253)]
Port = Annotated[int, Meta(ge=1, le=65535, extra_json_schema=_INT32)]
Count = Annotated[int, Meta(ge=0, extra_json_schema=_INT32)]
Positive = Annotated[int, Meta(ge=1, extra_json_schema=_INT32)]
Weight = Annotated[int, Meta(ge=0, le=1_000_000, extra_json_schema=_INT32)]
Percent = Annotated[int, Meta(ge=0, le=100, extra_json_schema=_INT32)]
# Hours to milliseconds, as 1h30m.
GatewayDuration = Annotated[str, Meta(pattern=r"^([0-9]{1,5}(h|m|s|ms)){1,4}$")]
HeaderName = Annotated[str, Meta(pattern=r"^[A-Za-z0-9!#$%&'*+\-.^_\x60|~]+$", min_length=1, max_length=256)]
HeaderValue = Annotated[str, Meta(pattern=r"^[!-~]+([\t ]?[!-~]+)*$", min_length=1, max_length=4096)]
PathText = Annotated[str, Meta(max_length=1024)]
Annotation = Annotated[str, Meta(min_length=0, max_length=4096)]
LabelValue = Annotated[str, Meta(pattern=r"^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$", min_length=0, max_length=63)]
_PATH = r"[A-Za-z0-9\/\-._~%!$&'()*+,;=:]+"
# Who acts on a class, as example.com/controller.
ControllerName = Annotated[str, Meta(pattern=rf"^{_DOMAIN}\/{_PATH}$", min_length=1, max_length=253)]
AddressType = Annotated[
    str, Meta(pattern=rf"^Hostname|IPAddress|NamedAddress|{_DOMAIN}\/{_PATH}$", min_length=1, max_length=253)
]
_WORD = r"[a-zA-Z0-9]([-a-zA-Z0-9]*[a-zA-Z0-9])?"
Protocol = Annotated[str, Meta(pattern=rf"^{_WORD}$|{_DOMAIN}\/[A-Za-z0-9]+$", min_length=1, max_length=255)]
