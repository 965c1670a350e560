from lateen.base.redacted import Redacted
from lateen.plan.secret import Secret, roots_name, secret_name


def test_a_bare_credential_is_one_of_kubernetes():
    assert secret_name("c") == "kubernetes://c"
    assert roots_name("c") == "kubernetes://c-cacert"
    assert secret_name("kubernetes-gateway://shop/c") == "kubernetes-gateway://shop/c"


def test_no_dump_shows_a_key():
    shown = repr(Secret(name="c", chain=b"chain", key=Redacted(b"the key itself")))
    assert "[redacted]" in shown and "the key itself" not in shown
