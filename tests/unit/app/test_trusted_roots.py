"""The settings' roots are trusted beside the authority's, and follow the settings."""

import logging

import pytest

from lateen.app.trusted_roots import RootListener, TrustedRoots
from lateen.base.clock import FakeClock, SystemClock
from lateen.identity.authority import CertificateAuthority
from lateen.identity.trust import TrustBundle
from lateen.proto.trusted_roots import ROOTS, SIGNER, TYPE
from lateen.registry.mesh import MESH_KEY, Mesh
from lateen.xds.subscriber import Subscriber

OWN, OTHER = (CertificateAuthority.create("cluster.local", SystemClock()).trust for _ in range(2))


def test_roots_of_the_settings_stand_beside_the_authoritys_while_they_are_named() -> None:
    roots = TrustedRoots(lambda: OWN)
    assert roots.current() is OWN
    roots.settings_changed({MESH_KEY: Mesh(roots=OTHER.pem.decode())})
    assert roots.current() == OWN | OTHER
    assert roots.current() is roots.current()
    roots.settings_changed({MESH_KEY: None})
    assert roots.current() is OWN


def test_the_authoritys_new_roots_are_joined_too() -> None:
    own = OWN
    roots = TrustedRoots(lambda: own)
    roots.settings_changed({MESH_KEY: Mesh(roots=OTHER.pem.decode())})
    assert roots.current() == OWN | OTHER
    own = CertificateAuthority.create("cluster.local", SystemClock()).trust
    assert roots.current() == own | OTHER


def test_roots_that_cannot_be_read_leave_the_former_in_force(caplog: pytest.LogCaptureFixture) -> None:
    roots = TrustedRoots(lambda: OWN)
    roots.settings_changed({MESH_KEY: Mesh(roots=OTHER.pem.decode())})
    with caplog.at_level(logging.ERROR):
        roots.settings_changed({MESH_KEY: Mesh(roots="-----BEGIN CERTIFICATE-----\nspoiled")})
    assert roots.current() == OWN | OTHER
    assert "caCertificates" in caplog.text


def test_who_signs_is_told_and_who_has_not_answered_is_late() -> None:
    signer = "aa"
    roots = TrustedRoots(lambda: OWN, lambda: signer)
    roots.publish()
    listener, agent = RootListener(roots.view), Subscriber(TYPE, lambda changes: told.update(changes))
    told: dict[str, bytes | None] = {}
    listener.session.receive(agent.opening("sidecar~1~a.x~x", {}))
    (response,) = listener.session.pending()
    answer = agent.receive(response)
    assert told[SIGNER] == b"aa" and listener.late
    listener.session.receive(answer)
    assert not listener.late
    signer = "bb"
    roots.publish()
    assert listener.late


def test_agents_that_listen_are_told_of_a_change_once() -> None:
    own = CertificateAuthority.create("cluster.local", FakeClock())
    roots = TrustedRoots(lambda: own.trust)
    roots.publish()
    listener, woken = RootListener(roots.view), []
    listener.watch(lambda: woken.append(1))
    roots.publish()
    assert woken == []
    own = CertificateAuthority.create("cluster.local", FakeClock())
    roots.publish()
    assert woken == [1]
    told = roots.view.get(ROOTS)
    assert told is not None and TrustBundle.parse(told.value()) == own.trust
    listener.close()
    own = CertificateAuthority.create("cluster.local", FakeClock())
    roots.publish()
    assert woken == [1]
