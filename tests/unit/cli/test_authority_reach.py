"""What control planes tell of a change of authority; on a cluster it runs in tests/e2e/kubernetes/test_cluster_faults.py."""

from typing import Any

from lateen.base.clock import SystemClock
from lateen.cli.authority_reach import believed, lacking_of
from lateen.identity.authority import CertificateAuthority


def test_roots_of_the_settings_may_stand_beside_and_old_ones_may_not() -> None:
    old, new, other = (CertificateAuthority.create("cluster.local", SystemClock()).trust for _ in range(3))
    told = {"roots": sorted((new | other).fingerprints), "revoked": ""}
    assert believed(told, old, new)
    assert not believed(told | {"roots": sorted((new | old).fingerprints)}, old, new)
    assert not believed(told | {"roots": sorted(other.fingerprints)}, old, new)
    assert not believed(told | {"revoked": "a list"}, old, new)


def test_a_stage_has_ended_when_every_replica_and_every_agent_has_it() -> None:
    old, new = (CertificateAuthority.create("cluster.local", SystemClock()) for _ in range(2))

    def told(authority: CertificateAuthority, *late: str) -> dict[str, Any]:
        roots = sorted(new.trust.fingerprints)
        return {"signer": authority.key_name, "roots": roots, "revoked": "", "late": list(late)}

    assert lacking_of([told(new), told(new)], new, old.trust) == ""
    assert "control plane" in lacking_of([told(new), told(old)], new, old.trust)
    assert lacking_of([told(new, "b.x"), told(new, "a.x")], new, old.trust) == "still without: a.x, b.x"
    many = lacking_of([told(new, *(f"p{number}.x" for number in range(9)))], new, old.trust)
    assert many.endswith("p4.x and 4 more")
