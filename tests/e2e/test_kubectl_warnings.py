"""What kubectl tells its user of an object that is accepted, or refused, by the validation that `lateen analyze` uses."""

from kubectl import Kubectl

RULE = """
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: web}
spec: {host: web, trafficPolicy: {loadBalancer: {simple: LEAST_CONN}}}
"""
ENTRY = """
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: outside}
spec:
  hosts: [outside.example.com]
  ports: [{number: 443, name: tls, protocol: TLS}]
  resolution: DNS
  tls: {mode: PASSTHROUGH}
"""


async def test_a_deprecated_value_is_accepted_with_a_warning_that_names_its_successor(kubectl: Kubectl) -> None:
    said = await kubectl.run("apply", "-f", "-", stdin=RULE)
    assert (said.code, said.out) == (0, "destinationrule.networking.istio.io/web created\n")
    assert "Warning: spec.trafficPolicy.loadBalancer.simple: LEAST_CONN is deprecated (use LEAST_REQUEST)" in said.err


async def test_a_field_that_is_not_there_is_refused_with_what_was_meant(kubectl: Kubectl) -> None:
    said = await kubectl.refused("apply -f -", ENTRY)
    assert "spec.tls" in said and "a Gateway's tls.mode PASSTHROUGH" in said
