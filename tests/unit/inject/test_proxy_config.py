import pytest

from lateen.base.errors import Invalid
from lateen.inject.proxy_config import ANNOTATION, IMAGE_TYPE, proxy_config, typed_image


def test_annotation_lies_over_the_default_and_metadata_is_merged():
    default = {"concurrency": 2, "proxyMetadata": {"A": "1", "B": "1"}}
    merged = proxy_config({ANNOTATION: "concurrency: 4\nproxyMetadata: {B: '2'}"}, default)
    assert merged == {"concurrency": 4, "proxyMetadata": {"A": "1", "B": "2"}}


def test_what_lies_over_the_annotation_wins_in_its_order():
    over = [{"concurrency": 1, "proxyMetadata": {"B": "3", "C": "3"}}, {"proxyMetadata": {"C": "4"}}]
    merged = proxy_config(
        {ANNOTATION: "concurrency: 4\nproxyMetadata: {A: '2', B: '2'}"}, {"drainDuration": "5s"}, over
    )
    assert merged == {"concurrency": 1, "proxyMetadata": {"A": "2", "B": "3", "C": "4"}, "drainDuration": "5s"}


def test_an_image_has_its_type_behind_its_tag():
    assert typed_image("hub/proxy:1", {}, {}) == typed_image("hub/proxy:1", {}, {"image": {"imageType": "default"}})
    assert typed_image("hub/proxy:1", {}, {"image": {"imageType": "debug"}}) == "hub/proxy:1-debug"
    assert (
        typed_image("hub/proxy:1", {IMAGE_TYPE: "distroless"}, {"image": {"imageType": "debug"}})
        == "hub/proxy:1-distroless"
    )


@pytest.mark.parametrize("text", ["- a", "a: [", "word"])
def test_what_is_no_mapping_is_refused_with_its_path(text):
    with pytest.raises(Invalid, match=r"metadata.annotations\[proxy.istio.io/config\]"):
        proxy_config({ANNOTATION: text}, {})
