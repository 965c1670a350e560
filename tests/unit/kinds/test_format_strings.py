import pytest

from lateen.kinds.format_strings import BARE, WITH_ARGUMENT, format_faults


@pytest.mark.parametrize("value", ["plain", "100%%", "%HOSTNAME%", "a %REQ(x-y?z):10% b", "%START_TIME(%s)%"])
def test_commands_and_doubled_percents_are_accepted(value):
    assert list(format_faults("p", value)) == []


@pytest.mark.parametrize("value", ["100%", "%START_TIME%%", "abc%123"])
def test_a_lone_percent_is_refused(value):
    assert len(list(format_faults("p", value))) == 1


@pytest.mark.parametrize(
    ("value", "fix"),
    [("%HOSTNAM%", 'did you mean "HOSTNAME"?'), ("%REQ%", "as %REQ(name)%"), ("%XYZZY%", "double each")],
)
def test_a_command_that_envoy_would_refuse_is_refused(value, fix):
    [fault] = format_faults("p", value)
    assert fault.path == "p" and fix in fault.fix


def test_commands_are_known_once():
    assert "HOSTNAME" in BARE and "REQ" in WITH_ARGUMENT and not BARE & WITH_ARGUMENT
