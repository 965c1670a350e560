import pytest

from lateen.base.errors import Invalid
from lateen.kinds.certificates.certificate_signing_request import SPEC
from lateen.kinds.decode import decode


def request(**spec):
    meta = {"name": "a"}
    given = {"request": "eA==", "signerName": "example.com/s", "usages": ["client auth"]} | spec
    return {
        "apiVersion": "certificates.k8s.io/v1",
        "kind": "CertificateSigningRequest",
        "metadata": meta,
        "spec": given,
    }


@pytest.mark.parametrize(
    ("spec", "path"),
    [
        ({"signerName": "s"}, "spec.signerName"),
        ({"usages": []}, "spec.usages"),
        ({"expirationSeconds": 5}, "spec.expirationSeconds"),
    ],
)
def test_what_no_signer_could_serve_is_refused(spec, path):
    with pytest.raises(Invalid) as refused:
        decode(request(**spec))
    assert [fault.path for fault in refused.value.faults] == [path]


def test_its_columns_say_how_far_it_is():
    cells = {column.name: column for column in SPEC.columns}
    assert cells["Condition"].text(request()) == "Pending" and cells["RequestedDuration"].text(request()) == "<none>"
    issued = request() | {"status": {"conditions": [{"type": "Approved"}], "certificate": "eA=="}}
    assert cells["Condition"].text(issued) == "Approved,Issued"
