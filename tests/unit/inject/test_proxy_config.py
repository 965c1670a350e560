import pytest

from lateen.base.errors import Invalid
from lateen.inject.proxy_config import ANNOTATION, proxy_config


def test_annotation_lies_over_the_default_and_metadata_is_merged():
    default = {"concurrency": 2, "proxyMetadata": {"A": "1", "B": "1"}}
    merged = proxy_config({ANNOTATION: "concurrency: 4\nproxyMetadata: {B: '2'}"}, default)
    assert merged == {"concurrency": 4, "proxyMetadata": {"A": "1", "B": "2"}}


@pytest.mark.parametrize("text", ["- a", "a: [", "word"])
def test_what_is_no_mapping_is_refused_with_its_path(text):
    with pytest.raises(Invalid, match=r"metadata.annotations\[proxy.istio.io/config\]"):
        proxy_config({ANNOTATION: text}, {})
