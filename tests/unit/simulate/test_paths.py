import pytest

from lateen.proto.descriptors import message
from lateen.simulate.paths import normalized

Manager = message("envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager")
NONE = Manager()
BASE = Manager(normalize_path={"value": True})
MERGE = Manager(normalize_path={"value": True}, merge_slashes=True)
DECODE = Manager(normalize_path={"value": True}, merge_slashes=True, path_with_escaped_slashes_action=4)


@pytest.mark.parametrize(
    ("path", "none", "base", "merged", "decoded"),
    [
        ("/a/../b", "/a/../b", "/b", "/b", "/b"),
        ("/a/./b/..", "/a/./b/..", "/a/", "/a/", "/a/"),
        ("/a\\..\\b", "/a\\..\\b", "/b", "/b", "/b"),
        ("/a/%2E%2e/b", "/a/%2E%2e/b", "/b", "/b", "/b"),
        ("/%61%2d%3b", "/%61%2d%3b", "/a-%3b", "/a-%3b", "/a-%3b"),
        ("//a//b", "//a//b", "//a//b", "/a/b", "/a/b"),
        ("/a%2fb%5Cc", "/a%2fb%5Cc", "/a%2fb%5Cc", "/a%2fb%5Cc", "/a/b/c"),
        ("/a%2F..%2Fb", "/a%2F..%2Fb", "/a%2F..%2Fb", "/a%2F..%2Fb", "/b"),
        ("/A;x=1/b", "/A;x=1/b", "/A;x=1/b", "/A;x=1/b", "/A;x=1/b"),
    ],
)
def test_each_setting_does_what_the_one_before_does_and_more(
    path: str, none: str, base: str, merged: str, decoded: str
) -> None:
    found = [normalized(path, manager) for manager in (NONE, BASE, MERGE, DECODE)]
    assert found == [none, base, merged, decoded]
