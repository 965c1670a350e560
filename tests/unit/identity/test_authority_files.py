"""An authority is found in files of either naming, and kept without printing what is secret."""

import pytest

from lateen.base.errors import LateenError
from lateen.base.redacted import Redacted
from lateen.identity.authority_files import AuthorityFiles

WHOLE = {"ca-key.pem": b"k", "ca-cert.pem": b"c", "root-cert.pem": b"r"}


def test_nothing_is_nothing() -> None:
    assert AuthorityFiles.read({"cert-chain.pem": b"x"}) is None


def test_istios_names_go_before_those_of_a_tls_secret() -> None:
    found = AuthorityFiles.read({**WHOLE, "tls.key": b"t", "tls.crt": b"t", "ca.crt": b"t", "ca-crl.pem": b"l"})
    assert found is not None and found.key == Redacted(b"k") and found.crl == b"l"


def test_a_tls_secret_is_an_authority() -> None:
    found = AuthorityFiles.read({"tls.key": b"k", "tls.crt": b"c", "ca.crt": b"r"})
    assert found is not None and (found.certificate, found.root) == (b"c", b"r")


@pytest.mark.parametrize("missing", sorted(WHOLE))
def test_a_part_is_an_error_that_names_the_missing(missing: str) -> None:
    with pytest.raises(LateenError, match=f"not {missing}"):
        AuthorityFiles.read({name: content for name, content in WHOLE.items() if name != missing}, "there")


def test_what_is_kept_is_what_is_read_and_keys_do_not_print() -> None:
    files = AuthorityFiles(key=Redacted(b"k"), certificate=b"c", root=b"r", chain=b"h", root_key=Redacted(b"top"))
    plain = {name: content.reveal() if isinstance(content, Redacted) else content for name, content in files.contents().items()}  # fmt: skip
    assert AuthorityFiles.read(plain) == files
    assert "top" not in repr(files) and "b'k'" not in repr(files)
