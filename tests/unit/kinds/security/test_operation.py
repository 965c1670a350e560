import pytest

from lateen.kinds.security.operation import Operation, operation_faults


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
