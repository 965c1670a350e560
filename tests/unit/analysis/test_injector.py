import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "support"))


from findings import snapshot

from lateen.analysis.injector import Injector, every, of_revision

TEXT = "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: istio-sidecar-injector{}}}\ndata: {{values: '{}'}}\n"
VALUES = '{"global": {"hub": "h", "tag": "t", "proxy": {"image": "p"}}, "sidecarInjectorWebhook": {"enableNamespacesByDefault": true}}'


def test_an_image_stands_under_the_hub_unless_it_is_whole() -> None:
    assert of_revision(snapshot(TEXT.format("", VALUES)), "default") == Injector("h/p:t", True)
    whole = snapshot(TEXT.format("-r", '{"global": {"proxy": {"image": "a/b:c"}}}'))
    assert of_revision(whole, "r") == Injector("a/b:c")
    assert of_revision(whole, "") is None


def test_what_cannot_be_read_says_nothing() -> None:
    assert every(snapshot(TEXT.format("", "{"))) == [Injector()]
