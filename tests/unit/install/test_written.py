import yaml

from lateen.install.written import written


def test_what_stands_twice_is_written_twice() -> None:
    shared = {"a": ["b"]}
    text = written([{"x": shared, "y": shared}, {}])
    assert "&" not in text and list(yaml.safe_load_all(text)) == [{"x": shared, "y": shared}, {}]
