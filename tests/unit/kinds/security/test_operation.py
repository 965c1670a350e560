import pytest

from lateen.kinds.security.operation import Operation, host_faults, operation_faults


def paths(**fields):
    return [fault.path for fault in operation_faults("o", Operation(**fields))]


def test_operations_are_accepted():
    assert paths(hosts=("*.a.b",), ports=("80",), methods=("GET", "*"), paths=("/a*", "*/b", "/a/{*}/{**}")) == []


def test_an_operation_names_something():
    assert paths() == ["o"]
    assert [fault.path for fault in operation_faults("o", None)] == ["o"]


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"methods": ("GET", "")}, "o.methods[1]"),
        ({"ports": ("http",)}, "o.ports[0]"),
        ({"not_ports": ("0",)}, "o.notPorts[0]"),
        ({"ports": ("65536",)}, "o.ports[0]"),
        ({"paths": ("/{**}/{*}",)}, "o.paths[0]"),
        ({"not_paths": ("/a{*}",)}, "o.notPaths[0]"),
        ({"paths": ("/{*}/b*",)}, "o.paths[0]"),
    ],
)
def test_faults_name_the_field(fields, path):
    assert paths(**fields) == [path]


def test_ports_need_no_request():
    assert not Operation(ports=("80",)).reads_http
    assert Operation(not_hosts=("a",)).reads_http


def test_a_host_that_is_kept_away_without_its_ports_is_warned_of():
    def warned(allows, **fields):
        return [(one.path, one.severity) for one in host_faults("o", Operation(**fields), allows)]

    assert warned(False, hosts=("a.com", "b.com", "b.com:*", "*.c", "d*", "e:80")) == [("o.hosts[0]", "warning")]
    assert warned(True, not_hosts=("a.com",)) == [("o.notHosts[0]", "warning")]
    assert warned(True, hosts=("a.com",)) == warned(False, not_hosts=("a.com",)) == []
