"""The server's certificate is renewed before anyone sees it end."""

from lateen.base.clock import FakeClock
from lateen.identity.authority import CertificateAuthority
from lateen.identity.certificate import load_chain
from lateen.server.server_certificate import ServerCertificate

URI = "spiffe://cluster.local/ns/istio-system/sa/istiod"


def test_renewed_at_half_of_its_life() -> None:
    clock = FakeClock()
    authority = CertificateAuthority.create("cluster.local", clock)
    certificate = ServerCertificate(lambda: authority, ["istiod.istio-system.svc"], URI, clock, ttl=100)
    first = certificate.current()
    clock.advance(50)
    assert certificate.current() is first
    clock.advance(1)
    assert certificate.current().key != first.key


def test_renewed_when_the_authority_changes() -> None:
    clock = FakeClock()
    authorities = [CertificateAuthority.create("cluster.local", clock) for _ in range(2)]
    certificate = ServerCertificate(lambda: authorities[-1], ["a.b"], URI, clock)
    newer = certificate.current()
    authorities.pop()
    older = certificate.current()
    assert authorities[0].trust.vouches_for(load_chain(older.chain))
    assert not authorities[0].trust.vouches_for(load_chain(newer.chain))
