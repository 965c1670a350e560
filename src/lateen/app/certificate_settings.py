"""What a control plane is told of the certificates that it gives: on one machine and in a cluster by the same names."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from lateen.base.errors import LateenError
from lateen.identity.authority import DEFAULT_TTL, MAX_TTL
from lateen.kinds.durations import nanoseconds
from lateen.server.issuance import PER_MINUTE

PER_MINUTE_OF_A_POD = "LATEEN_CERTIFICATES_PER_MINUTE"
DEFAULT_LIFE, MAX_LIFE = "DEFAULT_WORKLOAD_CERT_TTL", "MAX_WORKLOAD_CERT_TTL"
# A signer of Kubernetes' CertificateSigningRequests in place of the control plane, by Istio's names.
EXTERNAL_CA, RA, SIGNER = "EXTERNAL_CA", "ISTIOD_RA_KUBERNETES_API", "K8S_SIGNER"
VARIABLES = (PER_MINUTE_OF_A_POD, DEFAULT_LIFE, MAX_LIFE, EXTERNAL_CA, SIGNER)


@dataclass(frozen=True, slots=True)
class CertificateSettings:
    """`per_minute`: how many one pod is granted, 0 = any number. `signer`: who signs CertificateSigningRequests in
    place of the control plane, "" = nobody. `usual_ttl`, `longest_ttl`: the lives of certificates, in seconds.
    """

    per_minute: int = PER_MINUTE
    signer: str = ""
    usual_ttl: float = DEFAULT_TTL
    longest_ttl: float = MAX_TTL

    @classmethod
    def load(cls, env: Mapping[str, str]) -> Self:
        """Read the variables; raises LateenError for one that cannot be read."""
        return cls(
            per_minute=_number(env, PER_MINUTE_OF_A_POD, PER_MINUTE),
            signer=_signer(env),
            usual_ttl=_lifetime(env, DEFAULT_LIFE, DEFAULT_TTL),
            longest_ttl=_lifetime(env, MAX_LIFE, MAX_TTL),
        )


def _signer(env: Mapping[str, str]) -> str:
    way, signer = env.get(EXTERNAL_CA, ""), env.get(SIGNER, "")
    if way not in ("", RA):
        raise LateenError(f"{EXTERNAL_CA}: {way!r} is not offered", f"{EXTERNAL_CA}={RA}, or CA_ADDR for an authority")
    if way and "/" not in signer:
        raise LateenError(f"{SIGNER}: {signer!r} is no signer's name", "as example.com/mesh")
    return signer if way else ""


def _lifetime(env: Mapping[str, str], name: str, default: float) -> float:
    text = env.get(name, "")
    found = nanoseconds(text) if text else default * 1e9
    if found is None or found < 1e9:
        raise LateenError(f"{name}: {text!r} is no duration of a second or more", "as 24h0m0s")
    return found / 1e9


def _number(env: Mapping[str, str], name: str, default: int) -> int:
    text = env.get(name, "")
    if text and not text.isdecimal():
        raise LateenError(f"{name}: {text!r} is no number", "a number, 0 or more")
    return int(text) if text else default
