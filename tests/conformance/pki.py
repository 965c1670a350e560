"""The corpus `pki`: certificates, keys, chains and revocation lists, each judged by what its file's name says of it."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from cryptography import x509

from lateen.base.clock import FakeClock
from lateen.base.errors import LateenError
from lateen.base.redacted import Redacted
from lateen.base.spiffe import Identity
from lateen.identity.authority import CertificateAuthority
from lateen.identity.certificate import expires_at, identity_of, is_authority, load_chain
from lateen.identity.keys import load_key, make_request, new_key
from lateen.identity.revocation import RevocationLists
from lateen.identity.trust import TrustBundle

CORPUS = "pki"
Check = Callable[[], None]
NOW = FakeClock(1_790_000_000.0)  # September 2026: later than all that is named expired, earlier than all that is not

# What a name says that its content is no PEM of the kind, or not that of its neighbours.
BROKEN = {"cert-parse-fail.pem", "cert-verify-fail.pem", "key-parse-fail.pem", "key-verify-fail.pem", "root-verify-fail.pem"}  # fmt: skip

# key, certificates that lead to the root, root: authorities to be plugged in.
AUTHORITIES = {
    "sample-ca": ("sample-ca/ca-key.pem", ["sample-ca/ca-cert.pem", "sample-ca/cert-chain.pem"], "sample-ca/root-cert.pem"),
    "sample-ca combined": ("sample-ca/ca-key.pem", ["sample-ca/ca-cert.pem"], "sample-ca/root-cert-combined.pem"),
    "sample-ca combined-2": ("sample-ca/ca-key.pem", ["sample-ca/ca-cert.pem"], "sample-ca/root-cert-combined-2.pem"),
    "sample-ca alt": ("sample-ca/ca-key-alt.pem", ["sample-ca/ca-cert-alt.pem", "sample-ca/cert-chain-alt.pem"], "sample-ca/root-cert-alt.pem"),
    "sample-ca alt combined": ("sample-ca/ca-key-alt.pem", ["sample-ca/ca-cert-alt.pem"], "sample-ca/root-cert-combined.pem"),
    "multilevelpki int": ("pki/multilevelpki/int-key.pem", ["pki/multilevelpki/int-cert.pem", "pki/multilevelpki/int-cert-chain.pem"], "pki/multilevelpki/root-cert.pem"),
    "multilevelpki int2": ("pki/multilevelpki/int2-key.pem", ["pki/multilevelpki/int2-cert.pem", "pki/multilevelpki/int2-cert-chain.pem"], "pki/multilevelpki/root-cert.pem"),
    "multilevelpki root": ("pki/multilevelpki/root-key.pem", ["pki/multilevelpki/root-cert.pem"], "pki/multilevelpki/root-cert.pem"),
    "multilevelpki ecc int": ("pki/multilevelpki/ecc-int-key.pem", ["pki/multilevelpki/ecc-int-cert.pem", "pki/multilevelpki/ecc-int-cert-chain.pem"], "pki/multilevelpki/ecc-root-cert.pem"),
    "multilevelpki ecc int2": ("pki/multilevelpki/ecc-int2-key.pem", ["pki/multilevelpki/ecc-int2-cert.pem", "pki/multilevelpki/ecc-int2-cert-chain.pem"], "pki/multilevelpki/ecc-root-cert.pem"),
    "multilevelpki ecc root": ("pki/multilevelpki/ecc-root-key.pem", ["pki/multilevelpki/ecc-root-cert.pem"], "pki/multilevelpki/ecc-root-cert.pem"),
    "self-signed": ("pki/key.pem", ["pki/cert.pem"], "pki/cert.pem"),
    "ec root": ("pki/ec-root-key.pem", ["pki/ec-root-cert.pem"], "pki/ec-root-cert.pem"),
    "pilot": ("certs/pilot/ca-key.pem", ["certs/pilot/ca-cert.pem"], "certs/pilot/root-cert.pem"),
    "crl": ("pki/crl/ca-key.pem", ["pki/crl/ca-cert.pem", "pki/crl/cert-chain.pem"], "pki/crl/root-cert.pem"),
}  # fmt: skip

# key, certificates, root, and why no authority is made of them.
REFUSED = {
    # Not the pair that the names promise: the public parts differ.
    "sample-ca alt-2": ("sample-ca/ca-key-alt-2.pem", ["sample-ca/ca-cert-alt-2.pem", "sample-ca/cert-chain-alt-2.pem"], "sample-ca/root-cert-alt.pem", "is that of the key"),
    "expired": ("pki/key.pem", ["pki/expired-cert.pem"], "pki/expired-cert.pem", ""),
    "key mismatch": ("pki/key-mismatch.pem", ["pki/cert.pem"], "pki/cert.pem", "is that of the key"),
    "root of another": ("sample-ca/ca-key.pem", ["sample-ca/ca-cert.pem"], "sample-ca/root-cert-alt.pem", "does not end at its root"),
    "leaf": ("pki/workload-key.pem", ["pki/workload-cert.pem"], "pki/self-signed-root-cert.pem", "may not sign"),
    "ec leaf": ("pki/ec-workload-key.pem", ["pki/ec-workload-cert.pem"], "pki/ec-root-cert.pem", "may not sign"),
    "no root": ("pki/workload-key.pem", ["pki/cert-noroot.pem"], "pki/cert-noroot.pem", "CA:TRUE"),
    "broken certificate": ("pki/key.pem", ["pki/cert-parse-fail.pem"], "pki/cert.pem", "cannot be read"),
    "broken key": ("pki/key-parse-fail.pem", ["pki/cert.pem"], "pki/cert.pem", "cannot be read"),
    "broken root": ("pki/key.pem", ["pki/cert.pem"], "pki/root-verify-fail.pem", "cannot be read"),
}  # fmt: skip

# leaf and what leads from it, root, whether it is believed.
CHAINS = {
    "foo": ("sample-ca/workload-foo-cert.pem", "sample-ca/root-cert.pem", True),
    "bar": ("sample-ca/workload-bar-cert.pem", "sample-ca/root-cert.pem", True),
    "foo roots": ("sample-ca/leaf-workload-foo-cert.pem", "sample-ca/workload-foo-root-certs.pem", True),
    "bar roots": ("sample-ca/leaf-workload-bar-cert.pem", "sample-ca/workload-bar-root-certs.pem", True),
    "foo by another root": ("sample-ca/workload-foo-cert.pem", "sample-ca/root-cert-alt.pem", False),
    "workload": ("pki/workload-cert.pem", "pki/self-signed-root-cert.pem", True),
    "ec workload": ("pki/ec-workload-cert.pem", "pki/ec-root-cert.pem", True),
    "10y": ("pki/cert-chain-10y.pem", "pki/root-cert-10y.pem", True),
    "default": ("certs/default/cert-chain.pem", "certs/default/root-cert.pem", True),
    "dns": ("certs/dns/cert-chain.pem", "certs/dns/root-cert.pem", True),
    "dns unused": ("certs/dns/cert-chain-unused.pem", "certs/dns/root-cert.pem", True),
    "dns fake": ("certs/dns/fake-cert-chain.pem", "certs/dns/root-cert.pem", False),
    "dns fake below its own": ("certs/dns/fake-cert-chain.pem", "certs/dns/fake-root-cert.pem", True),
    "mounted client": ("certs/mountedcerts-client/cert-chain.pem", "certs/mountedcerts-server/root-cert.pem", True),
    "mounted server": ("certs/mountedcerts-server/cert-chain.pem", "certs/mountedcerts-client/root-cert.pem", True),
    "pilot": ("certs/pilot/cert-chain.pem", "certs/pilot/root-cert.pem", True),
}  # fmt: skip

IDENTITIES = {
    "sample-ca/leaf-workload-foo-cert.pem": "spiffe://trust-domain-foo/ns/foo/sa/foo",
    "sample-ca/leaf-workload-bar-cert.pem": "spiffe://trust-domain-bar/ns/bar/sa/bar",
    "pki/spiffe-workload-cert.pem": "spiffe://foo.domain.com/ns/foo/sa/default",
    "pki/cert-chain-10y.pem": "spiffe://cluster.local/ns/default/sa/default",
    "certs/default/cert-chain.pem": "spiffe://cluster.local/ns/default/sa/default",
    "certs/mountedcerts-client/cert-chain.pem": "spiffe://cluster.local/ns/mounted-certs/sa/client",
    "certs/mountedcerts-server/cert-chain.pem": "spiffe://cluster.local/ns/mounted-certs/sa/server",
}


def cases(folder: Path) -> Iterator[tuple[str, Check]]:
    """Yield each case: an id, and a check that raises AssertionError where it does not hold."""
    root = folder / CORPUS
    for path in sorted(each for each in root.rglob("*") if each.suffix in (".pem", ".crt", ".key", ".crl")):
        yield f"file/{path.relative_to(root)}", partial(_reads, path)
    for name, (key, chain, top) in AUTHORITIES.items():
        yield f"authority/{name}", partial(_signs, root, key, chain, top)
    for name, (key, chain, top, why) in REFUSED.items():
        yield f"refused/{name}", partial(_refused, root, (key, chain, top), why)
    for name, (leaf, top, believed) in CHAINS.items():
        yield f"chain/{name}", partial(_vouched, root, (leaf, top), believed)
    for name, identity in IDENTITIES.items():
        yield f"identity/{name}", partial(_names, root / name, identity)
    for name, good in (("ca-crl.pem", True), ("bad-ca-crl.pem", False)):
        yield f"crl/{name}", partial(_listed, root / "pki" / "crl", name, good)
    for name, ended in (("expired-cert.pem", True), ("notexpired-cert.pem", False)):
        yield f"expiry/{name}", partial(_ends, root / "pki" / name, ended)


def _reads(path: Path) -> None:
    data = path.read_bytes()
    kind = load_key if "key" in path.name else load_chain
    read = RevocationLists.parse if b"X509 CRL" in data else kind
    try:
        read(Redacted(data) if read is load_key else data)  # type: ignore[operator]
    except LateenError:
        assert path.name in BROKEN, "is not read"
    else:
        assert path.name not in BROKEN, "is read, though it is broken"


def _authority(root: Path, key: str, chain: list[str], top: str, crl: bytes = b"") -> CertificateAuthority:
    pem = b"\n".join((root / name).read_bytes() for name in chain)
    return CertificateAuthority(Redacted((root / key).read_bytes()), pem, (root / top).read_bytes(), NOW, crl=crl)


def _signs(root: Path, key: str, chain: list[str], top: str) -> None:
    authority = _authority(root, key, chain, top)
    identity = Identity("cluster.local", "default", "default")
    signed = load_chain(authority.sign(make_request(new_key(), ""), identity))
    assert authority.trust.vouches_for(signed) and identity_of(signed[0]) == identity
    assert expires_at(signed[0]) <= authority.expires


def _refused(root: Path, files: tuple[str, list[str], str], why: str) -> None:
    found = ""
    try:
        _authority(root, *files)
    except LateenError as error:
        found = str(error)
    assert found, "an authority is made of it"
    assert why in found, found


def _vouched(root: Path, files: tuple[str, str], believed: bool) -> None:
    leaf, top = ((root / name).read_bytes() for name in files)
    assert TrustBundle.parse(top).vouches_for(load_chain(leaf)) is believed


def _names(path: Path, identity: str) -> None:
    assert identity_of(load_chain(path.read_bytes())[0]).uri == identity


def _listed(folder: Path, name: str, good: bool) -> None:
    files = ("ca-key.pem", ["ca-cert.pem", "cert-chain.pem"], "root-cert.pem")
    found = ""
    try:
        _authority(folder, *files, crl=(folder / name).read_bytes())
    except LateenError as error:
        found = str(error)
    assert good is not bool(found), found or "a list that others signed is taken"
    assert good or "revocation list" in found, found


def _ends(path: Path, ended: bool) -> None:
    (certificate,) = load_chain(path.read_bytes())
    assert isinstance(certificate, x509.Certificate) and is_authority(certificate)
    assert (expires_at(certificate) <= NOW.now()) is ended
