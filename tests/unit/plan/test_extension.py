from lateen.plan.extension import Code, Module


def test_a_modules_bytes_are_told_apart_by_their_digest_and_never_printed():
    one, same, other = Code("a", b"1" * 99), Code("a", b""), Code("b", b"1" * 99)
    assert one == same and hash(one) == hash(same) and one != other and one != "a"
    assert str(one) == "Code(a, 99 bytes)"
    assert Module(name="m", code=one) == Module(name="m", code=same) != Module(name="m", code=other)
    assert "1111" not in repr(Module(name="m", code=one))
