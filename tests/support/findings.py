"""What an analyzer finds in objects written as YAML."""

from lateen.analysis.analyzer import Analyzer
from lateen.analysis.finding import Finding
from lateen.analysis.resource import Resource
from lateen.analysis.snapshot import Snapshot
from lateen.kinds.documents import load


def snapshot(text: str, mesh: dict[str, object] | None = None, namespace: str = "shop") -> Snapshot:
    """The objects of a text, in `namespace` where they name none."""
    return Snapshot([Resource.read(document, namespace) for document in load(text, "mesh.yaml")], mesh)


def findings(analyzer: Analyzer, text: str, mesh: dict[str, object] | None = None) -> list[Finding]:
    """Everything that is found, in the analyzer's order."""
    return list(analyzer.analyze(snapshot(text, mesh)))


def found(analyzer: Analyzer, text: str, mesh: dict[str, object] | None = None) -> list[tuple[str, str]]:
    """Codes and objects, sorted."""
    return sorted((each.code, str(each.resource)) for each in findings(analyzer, text, mesh))


def istio(kind: str, name: str, spec: str, group: str = "networking") -> str:
    """An Istio object as YAML; `spec` in flow style."""
    return f"---\napiVersion: {group}.istio.io/v1\nkind: {kind}\nmetadata: {{name: {name}}}\nspec: {spec}\n"


def core(kind: str, name: str, spec: str = "{}", labels: str = "{}") -> str:
    """A core object as YAML."""
    version = "apps/v1" if kind == "Deployment" else "v1"
    return f"---\napiVersion: {version}\nkind: {kind}\nmetadata: {{name: {name}, labels: {labels}}}\nspec: {spec}\n"


REVIEWS = core("Service", "reviews", "{selector: {app: reviews}, ports: [{port: 9080, name: http}]}")
