"""Rules are loaded whole or not at all."""

import pytest

from lateen.base.errors import LateenError
from lateen.runtime import netns
from lateen.runtime.nft import apply_rules, list_rules


@pytest.fixture
def path(mesh_name):
    yield netns.create(mesh_name)
    netns.remove(mesh_name)


def test_rules_are_loaded_in_the_namespace(path):
    apply_rules(path, "add table ip lateen-test\n")
    assert "table ip lateen-test" in list_rules(path)


def test_a_fault_leaves_the_rules_as_they_were(path):
    with pytest.raises(LateenError, match="nonsense"):
        apply_rules(path, "add table ip lateen-test\nnonsense\n")
    assert list_rules(path) == ""
