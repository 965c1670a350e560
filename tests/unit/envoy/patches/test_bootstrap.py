import json
from typing import Any

from lateen.envoy.patches.bootstrap import patch_bootstrap
from lateen.plan.patch import Patch

CONFIG = {"node": {"id": "a"}, "stats_sinks": [{"name": "one"}], "static_resources": {"clusters": [{"name": "c"}]}}


def patched(value: Any, operation: Any = "MERGE") -> dict[str, Any]:
    return patch_bootstrap(CONFIG, (Patch(target="BOOTSTRAP", operation=operation, value=json.dumps(value).encode()),))


def test_a_value_is_merged_and_lists_grow_unless_they_are_replaced() -> None:
    more = {"stats_flush_interval": "7s", "stats_sinks": [{"name": "two"}]}
    assert patched(more)["stats_sinks"] == [{"name": "one"}, {"name": "two"}]
    assert patched(more)["stats_flush_interval"] == "7s"
    assert patched(more, "MERGE_AND_REPLACE_LIST")["stats_sinks"] == [{"name": "two"}]


def test_what_is_no_bootstrap_or_no_merge_changes_nothing() -> None:
    assert patched({"node": 7}) == CONFIG
    assert patched({"node": {"id": "b"}}, "REMOVE") == CONFIG
