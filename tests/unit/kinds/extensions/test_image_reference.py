import pytest

from lateen.kinds.extensions.image_reference import ImageReference

DIGEST = "sha256:" + "a" * 64


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("web", ("docker.io", "library/web", "latest", "")),
        ("team/web:v1", ("docker.io", "team/web", "v1", "")),
        ("google.com", ("docker.io", "library/google.com", "latest", "")),
        ("ghcr.io/a/b_c/d:v1.2", ("ghcr.io", "a/b_c/d", "v1.2", "")),
        ("oci://localhost/web", ("localhost", "web", "latest", "")),
        ("oci://registry:5000/a/b", ("registry:5000", "a/b", "latest", "")),
        (f"registry:5000/a:v1@{DIGEST}", ("registry:5000", "a", "v1", DIGEST)),
    ],
)
def test_a_reference_is_read_as_docker_does(text: str, found: tuple[str, ...]):
    assert ImageReference.parse(text) == found


@pytest.mark.parametrize("text", ["", "a@sha256:1", "a:b c", "ghcr.io/UPPER", "ghcr.io/a//b", "ghcr.io/../b", "a b"])
def test_what_is_none_is_told(text: str):
    with pytest.raises(ValueError, match="is not"):
        ImageReference.parse(text)


def test_a_reference_is_written_with_its_digest_or_its_tag():
    assert str(ImageReference.parse("a/b")) == "docker.io/a/b:latest"
    assert str(ImageReference.parse(f"a/b:v1@{DIGEST}")) == f"docker.io/a/b@{DIGEST}"
