from typing import Any

import pytest
from api_gateways import gateway

from lateen.planner.gateway_api.gateway_status import Reach, gateway_status
from lateen.planner.gateway_api.status import GatewayStatus

HTTP = "{name: a, port: 80, protocol: HTTP}"
READY = Reach("edge", True, (("IPAddress", "10.0.0.1"),), (80, 15021), True)


def status(*reached: Reach, listeners: str = HTTP, more: str = "", attached: int = 0, **given: Any) -> GatewayStatus:
    return gateway_status(gateway(listeners, more, **given), {"a": attached}, reached)


def said(found: GatewayStatus) -> dict[str, tuple[bool, str]]:
    return {one.type: (one.holds, one.reason) for one in found.conditions}


def test_a_gateway_with_a_ready_proxy_is_programmed_with_its_address():
    found = status(READY, attached=2)
    assert said(found) == {"Accepted": (True, "Accepted"), "Programmed": (True, "Programmed")}
    assert found.addresses == (("IPAddress", "10.0.0.1"),) and found.listeners[0].attached == 2
    assert {one.type: one.holds for one in found.listeners[0].conditions} == {
        "Accepted": True,
        "Conflicted": False,
        "Programmed": True,
        "ResolvedRefs": True,
    }


@pytest.mark.parametrize(
    ("reached", "reason"),
    [
        (Reach("edge"), "AddressNotUsable"),
        (Reach("edge", True, (("IPAddress", "10.0.0.1"),), (8080,), True), "AddressNotUsable"),
        (Reach("edge", True, (), (80,), True), "AddressNotAssigned"),
        (Reach("edge", True, (("IPAddress", "10.0.0.1"),), (80,), False), "Pending"),
    ],
)
def test_until_it_can_be_reached_it_is_not_programmed(reached, reason):
    found = status(reached)
    assert said(found)["Programmed"] == (False, reason)
    assert not next(one.holds for one in found.listeners[0].conditions if one.type == "Programmed")


def test_a_listener_that_does_not_work_is_told_and_the_others_are_programmed():
    found = status(READY, listeners=f"{HTTP}, {{name: b, port: 81, protocol: SCTP}}")
    assert said(found) == {"Accepted": (True, "ListenersNotValid"), "Programmed": (True, "Programmed")}
    broken = {one.type: (one.holds, one.reason) for one in found.listeners[1].conditions}
    assert broken["Accepted"] == (False, "UnsupportedProtocol") and broken["Programmed"] == (False, "Invalid")


def test_without_a_valid_listener_nothing_is_accepted():
    found = status(READY, listeners="{name: b, port: 81, protocol: SCTP}")
    assert said(found) == {"Accepted": (False, "ListenersNotValid"), "Programmed": (False, "Invalid")}


def test_an_address_of_another_type_is_not_accepted():
    found = status(READY, more=", addresses: [{type: example.com/Other, value: x}]")
    assert said(found)["Accepted"] == (False, "UnsupportedAddress")


def test_of_two_listeners_that_want_the_same_the_second_is_told_what_it_wants_in_vain():
    found = status(READY, listeners=f"{HTTP}, {{name: b, port: 80, protocol: TCP}}")
    lost = {one.type: (one.holds, one.reason) for one in found.listeners[1].conditions}
    assert lost["Accepted"] == lost["Programmed"] == (False, "ProtocolConflict")
    assert lost["Conflicted"] == (True, "ProtocolConflict")


BACKEND = ", tls: {backend: {clientCertificateRef: {name: c%s}}}"


@pytest.mark.parametrize(
    ("more", "given", "told"),
    [
        ("", {}, (True, "ResolvedRefs")),
        ("", {"broken": "it is broken"}, (False, "InvalidClientCertificateRef")),
        (", kind: Other", {}, (False, "InvalidClientCertificateRef")),
        (", namespace: far", {}, (False, "RefNotPermitted")),
    ],
)
def test_whether_the_certificate_for_backends_can_be_had_is_told(more, given, told):
    found = said(status(READY, more=BACKEND % more, **given))
    assert (found["Accepted"], found["ResolvedRefs"]) == ((True, "Accepted"), told)


def test_that_anybodys_certificates_are_let_in_is_told():
    tls = "{name: a, port: 443, protocol: HTTPS, tls: {certificateRefs: [{name: c}]}}"
    check = "{mode: AllowInsecureFallback, caCertificateRefs: [{group: '', kind: ConfigMap, name: m}]}"
    found = status(READY, listeners=tls, more=f", tls: {{frontend: {{default: {{validation: {check}}}}}}}")
    assert said(found)["InsecureFrontendValidationMode"] == (True, "ConfigurationChanged")
