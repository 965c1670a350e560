from lateen.proto.trusted_roots import ROOTS, TYPE, roots_resource


def test_roots_and_lists_are_one_text_that_names_its_version():
    found = roots_resource(b"roots", b"lists")
    assert (found.name, found.value()) == (ROOTS, b"rootslists")
    assert found.version != roots_resource(b"roots", b"").version and TYPE.endswith("TrustedRoots")
