"""Telemetries that name no provider where the mesh has no default one (IST0157), or one that is gone (IST0002)."""

from collections.abc import Iterator

from lateen.analysis.analyzer import Analyzer
from lateen.analysis.finding import Finding
from lateen.analysis.resource import a_map, maps, numbered
from lateen.analysis.snapshot import Snapshot


def _analyze(mesh: Snapshot) -> Iterator[Finding]:
    if a_map(mesh.mesh.get("defaultProviders")).get("accessLogging"):
        return
    for one in mesh.of("Telemetry"):
        for path, logging in numbered(one.spec.get("accessLogging"), "spec.accessLogging"):
            if not logging.get("providers") and not logging.get("disabled"):
                yield Finding("IST0157", one, (one.name, one.namespace), path, "name a provider of the mesh's settings")


def _lightstep(mesh: Snapshot) -> Iterator[Finding]:
    gone = {each.get("name") for each in maps(mesh.mesh.get("extensionProviders")) if "lightstep" in each}
    for one in mesh.of("Telemetry"):
        for path, tracing in numbered(one.spec.get("tracing"), "spec.tracing"):
            for place, provider in numbered(tracing.get("providers"), f"{path}.providers"):
                if provider.get("name") in gone:
                    said = "the provider lightstep is no longer supported: it takes the protocol of OpenTelemetry"
                    yield Finding("IST0002", one, (said,), place, "use a provider of the kind opentelemetry")


ANALYZER = Analyzer(
    "telemetry.ProviderAnalyzer",
    "Validates that providers in telemetry resource is valid",
    ("Telemetry", "MeshConfig"),
    _analyze,
)
LIGHTSTEP = Analyzer(
    "telemetry.LightstepAnalyzer",
    "Validates that lightstep provider is still used",
    ("Telemetry", "MeshConfig"),
    _lightstep,
)
