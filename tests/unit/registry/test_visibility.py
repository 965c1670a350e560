from lateen.registry.visibility import export_to, sees


def test_silence_means_the_default():
    assert export_to([], "shop") == ("*",)
    assert export_to([], "shop", ["."]) == ("shop",)


def test_a_dot_is_the_own_namespace_and_a_tilde_is_none():
    assert export_to([".", "bank"], "shop") == ("bank", "shop")
    assert export_to(["~"], "shop") == ()


def test_a_star_beside_names_is_everyone():
    assert export_to(["shop", "*"], "x") == ("*",)


def test_who_sees():
    assert sees(("*",), "any") and sees(("shop",), "shop")
    assert not sees((), "shop") and not sees(("shop",), "bank")
