from lateen.kinds.suggestion import did_you_mean, suggestion

KNOWN = ("hosts", "httpHeaders", "resolution")


def test_the_closest_word_is_suggested_whatever_its_case():
    assert suggestion("hots", KNOWN) == "hosts"
    assert suggestion("HTTPheaders", KNOWN) == "httpHeaders"


def test_nothing_close_suggests_nothing():
    assert suggestion("zebra", KNOWN) == ""
    assert did_you_mean("zebra", KNOWN) == ""
    assert did_you_mean("resolutoin", KNOWN) == 'did you mean "resolution"?'
