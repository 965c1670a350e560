import sys

import pytest

from lateen.base.errors import LateenError
from lateen.runtime.images import ImageNotMapped, Images


def image(name, *patterns, **spec):
    return {"metadata": {"name": name}, "spec": {"images": list(patterns), **spec}}


@pytest.fixture
def images():
    made = Images()
    made.put(
        image(
            "web",
            "*/web:*",
            command=["python3", "serve.py"],
            args=["80"],
            directory="/srv/web",
            env={"A": "1"},
        )
    )
    return made


def test_image_gives_command_arguments_folder_and_environment(images):
    launch = images.launch({"image": "docker.io/shop/web:1"})
    assert launch.argv == (sys.executable, "serve.py", "80")
    assert launch.cwd == launch.directory == "/srv/web"
    assert launch.env["A"] == "1"


def test_arguments_of_the_container_replace_those_of_the_image(images):
    assert images.launch({"image": "x/web:1", "args": ["81"]}).argv == (sys.executable, "serve.py", "81")


def test_command_of_the_container_replaces_command_and_arguments(images):
    assert images.launch({"image": "x/web:1", "command": ["/bin/true"]}).argv == ("/bin/true",)
    both = {"image": "x/web:1", "command": ["/bin/echo"], "args": ["a"]}
    assert images.launch(both).argv == ("/bin/echo", "a")


def test_working_directory_of_the_container_counts(images):
    assert images.launch({"image": "x/web:1", "workingDir": "/tmp"}).cwd == "/tmp"


def test_closest_pattern_wins(images):
    images.put(image("exact", "x/web:1", command=["/bin/exact"]))
    assert images.launch({"image": "x/web:1"}).argv == ("/bin/exact",)
    assert images.launch({"image": "x/web:2"}).argv[1] == "serve.py"


def test_unknown_image_says_what_to_write(images):
    with pytest.raises(ImageNotMapped) as caught:
        images.launch({"image": "registry:5000/team/reviews:1.2@sha256:00"})
    assert "kind: ProcessImage" in caught.value.fix
    assert "name: reviews" in caught.value.fix
    images.delete("web")
    with pytest.raises(ImageNotMapped):
        images.launch({"image": "x/web:1"})


def test_image_without_any_command_is_told():
    images = Images()
    images.put(image("nothing", "nothing"))
    with pytest.raises(LateenError, match="no command"):
        images.launch({"image": "nothing"})
