"""SPIFFE identities: spiffe://<trust domain>/ns/<namespace>/sa/<service account>."""

import re
from typing import NamedTuple

_SPIFFE = re.compile(r"spiffe://([a-z0-9._-]+)/ns/([a-z0-9.-]+)/sa/([a-z0-9.-]+)")


class Identity(NamedTuple):
    """Who a workload is. Source: SPIFFE ID format as Istio lays it out."""

    trust_domain: str
    namespace: str
    service_account: str

    @property
    def uri(self) -> str:
        """The SPIFFE ID, as it stands in a certificate's URI SAN."""
        return f"spiffe://{self.trust_domain}/ns/{self.namespace}/sa/{self.service_account}"

    @property
    def principal(self) -> str:
        """The form that policies name: the SPIFFE ID without its scheme."""
        return f"{self.trust_domain}/ns/{self.namespace}/sa/{self.service_account}"

    @classmethod
    def parse(cls, uri: str) -> "Identity":
        """Parse a SPIFFE ID; raises ValueError when it is none."""
        match = _SPIFFE.fullmatch(uri)
        if match is None:
            raise ValueError(f"not a workload's SPIFFE ID: {uri!r}")
        return cls(*match.groups())
