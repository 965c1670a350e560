"""The bootstrap of a proxy as patches leave it."""

from typing import Any

import msgspec
from google.protobuf import json_format

from lateen.envoy.patches.edit import MERGES
from lateen.envoy.patches.merge import merge
from lateen.envoy.patches.value import is_sound, value_of
from lateen.plan.patch import Patches
from lateen.proto.descriptors import installed


def patch_bootstrap(config: dict[str, Any], patches: Patches) -> dict[str, Any]:
    """Return a bootstrap, in protobuf's JSON, as the patches leave it; those whose values cannot be read change
    nothing."""
    built = value_of("BOOTSTRAP", msgspec.json.encode(config))
    for patch in patches:
        if patch.operation in MERGES and is_sound(patch):
            replace = patch.operation == "MERGE_AND_REPLACE_LIST"
            merge(built, value_of("BOOTSTRAP", patch.value), replace_lists=replace)
    return json_format.MessageToDict(built, preserving_proto_field_name=True, descriptor_pool=installed().pool)
