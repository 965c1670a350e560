"""How a part of an object is wrapped into the smallest object that holds it, by file of the validation corpus."""

ROUTE = [{"destination": {"host": "reviews.default.svc.cluster.local"}}]
PORT = {"number": 80, "name": "http", "protocol": "HTTP"}


def virtual_service(**spec):
    return "VirtualService", {"hosts": ["example.com"], **spec}


def http(**rule):
    return virtual_service(http=[rule])


def policy(**settings):
    return "DestinationRule", {"host": "example.com", "trafficPolicy": settings}


def balanced(name, value, outlier):
    beside = {"outlierDetection": outlier} if outlier is not None else {}
    return policy(loadBalancer={"simple": "ROUND_ROBIN", name: value}, **beside)


def exported(case):
    value = case["input"]
    spec = {"hosts": ["example.com"], "exportTo": value["exportTo"]}
    if value.get("isServiceEntry"):
        return "ServiceEntry", {**spec, "ports": [PORT]}
    if value.get("isDestinationRuleWithSelector"):
        selector = {"matchLabels": {"app": "x"}}
        return "DestinationRule", {
            "host": "x",
            "exportTo": value["exportTo"],
            "workloadSelector": selector,
        }
    return "VirtualService", {**spec, "http": [{"route": ROUTE}]}


def header(name="x-name", value="value"):
    return http(route=ROUTE, headers={"request": {"set": {name: value}}})


def set_or_none(name):
    return lambda case: http(route=ROUTE, **({name: case["input"]} if case["input"] is not None else {}))


def outlier(case):
    return (case.get("params") or {}).get("outlier")


def server(case):
    return "Gateway", {"selector": {"app": "gw"}, "servers": [case["input"]]}


def server_tls(case):
    one = {"port": {**PORT, "protocol": "HTTPS"}, "hosts": ["example.com"], "tls": case["input"]}
    return "Gateway", {"servers": [one]}


def wildcard_at_gateway(case):
    host = case["input"]
    if (case.get("params") or {}).get("sni"):
        match = [{"sniHosts": [host]}]
        return "VirtualService", {
            "hosts": [host],
            "gateways": ["gw"],
            "tls": [{"match": match, "route": ROUTE}],
        }
    return "VirtualService", {"hosts": [host], "gateways": ["gw"], "http": [{"route": ROUTE}]}


def service_entry(**spec):
    return "ServiceEntry", {"hosts": ["example.com"], "ports": [PORT], **spec}


def mesh(name):
    return lambda case: ("MeshConfig", {} if case["input"] is None else {name: case["input"]})


def provider(name):
    return lambda case: ("MeshConfig", {"extensionProviders": [{"name": "one", name: case["input"]}]})


# How a part is wrapped into the smallest object that holds it, by corpus file. Files about kinds and settings
# that the house does not have yet are left out.
WRAPPED = {
    "strictvalidatehttpheadername": lambda case: header(name=case["input"]),
    "validateconnectionpool": lambda case: policy(connectionPool=case["input"]),
    "validateconnecttimeout": mesh("connectTimeout"),
    "validatecontrolplaneauthpolicy": lambda case: (
        "MeshConfig",
        {"defaultConfig": {} if case["input"] is None else {"controlPlaneAuthPolicy": case["input"]}},
    ),
    "validatecorspolicy": lambda case: http(route=ROUTE, corsPolicy=case["input"]),
    "validatedelegatehttproute": lambda case: ("VirtualService", {"http": [case["input"]]}),
    "validatedestination": lambda case: http(route=[{"destination": case["input"]}]),
    "validatedrainduration": lambda case: ("MeshConfig", {"defaultConfig": {"drainDuration": case["input"]}}),
    "validateexportto": exported,
    "validateextensionproviderenvoyhttpals": provider("envoyHttpAls"),
    "validateextensionproviderenvoyotelals": provider("envoyOtelAls"),
    "validateextensionproviderenvoytcpals": provider("envoyTcpAls"),
    "validateextensionproviderservice": lambda case: (
        "MeshConfig",
        {"extensionProviders": [{"name": "one", "zipkin": {"service": case["input"], "port": 9411}}]},
    ),
    "validateextensionprovidertracingdatadog": provider("datadog"),
    "validateextensionprovidertracinglightstep": provider("lightstep"),
    "validateextensionprovidertracingopencensusagent": provider("opencensus"),
    "validateextensionprovidertracingopentelemetry": provider("opentelemetry"),
    "validateextensionprovidertracingzipkin": provider("zipkin"),
    "validatefqdn": lambda case: service_entry(hosts=[case["input"]]),
    "validatehttpdirectresponse": lambda case: (
        http(directResponse=case["input"]) if case["input"] is not None else http(route=ROUTE)
    ),
    "validatehttpfaultinjectionabort": lambda case: http(
        route=ROUTE, **({"fault": {"abort": case["input"]}} if case["input"] is not None else {})
    ),
    "validatehttpfaultinjectiondelay": lambda case: http(
        route=ROUTE, **({"fault": {"delay": case["input"]}} if case["input"] is not None else {})
    ),
    "validatehttpheadername": lambda case: header(name=case["input"]),
    "validatehttpheadervalue": lambda case: header(value=case["input"]),
    "validatehttpredirect": lambda case: (
        http(redirect=case["input"]) if case["input"] is not None else http(route=ROUTE)
    ),
    "validatehttpretry": set_or_none("retries"),
    "validatehttprewrite": set_or_none("rewrite"),
    "validatehttproute": lambda case: http(**case["input"]),
    "validatehttpstatus": lambda case: http(route=ROUTE, fault={"abort": {"httpStatus": case["input"]}}),
    "validateloadbalancer": lambda case: policy(loadBalancer=case["input"]),
    "validatelocalities": lambda case: balanced(
        "localityLbSetting", {"distribute": [{"from": one, "to": {"x/y/z": 100}} for one in case["input"]]}, {}
    ),
    "validatelocalitylbsetting": lambda case: balanced("localityLbSetting", case["input"], outlier(case)),
    "validatemeshconfigdefaultinboundhttpretrypolicy": mesh("defaultInboundHttpRetryPolicy"),
    "validatemeshconfigdefaulttrafficpolicy": mesh("defaultTrafficPolicy"),
    "validatemeshconfigproxyconfig": mesh("defaultConfig"),
    "validateoutlierdetection": lambda case: policy(outlierDetection=case["input"]),
    "validateport": lambda case: service_entry(ports=[{**PORT, "number": int(case["input"])}]),
    "validateportname": lambda case: service_entry(ports=[{**PORT, "name": case["input"]}]),
    "validateprotocoldetectiontimeout": mesh("protocolDetectionTimeout"),
    "validateproxyaddress": lambda case: (
        "MeshConfig",
        {"defaultConfig": {"discoveryAddress": case["input"]}},
    ),
    "validateroothttproute": lambda case: http(**case["input"]),
    "validateroutedestination": lambda case: (
        "VirtualService",
        {"hosts": ["x"], "tcp": [{"route": case["input"]}]},
    ),
    "validateserver": server,
    "validateserverport": lambda case: server({"input": {"hosts": ["example.com"], "port": case["input"]}}),
    "validatetelemetryfilter": lambda case: ("Telemetry", {"accessLogging": [{"filter": case["input"]}]}),
    "validatetls": lambda case: policy(tls=case["input"]),
    "validatetlsoptions": server_tls,
    "validatetrafficpolicy": lambda case: policy(**case["input"]),
    "validatetrustdomain": lambda case: (
        "MeshConfig",
        {"trustDomainAliases": [case["input"]]},
    ),
    "validateuriregexrewrite": lambda case: http(
        route=ROUTE, **({"rewrite": {"uriRegexRewrite": case["input"]}} if case["input"] is not None else {})
    ),
    "validatewildcarddomain": lambda case: ("DestinationRule", {"host": case["input"]}),
    "validatewildcarddomainforvirtualserviceboundtogateway": wildcard_at_gateway,
    "validatezoneawarelbsetting": lambda case: balanced("zoneAwareLbSetting", case["input"], outlier(case)),
    "validationipaddress": lambda case: service_entry(addresses=[case["input"]]),
    "validationipsubnet": lambda case: service_entry(addresses=[case["input"]]),
}


def expanded(value):
    """Write out what the corpus abbreviates as {"$repeat": [unit, n]}."""
    if isinstance(value, dict):
        if set(value) == {"$repeat"}:
            unit, count = value["$repeat"]
            return unit * count if "=" not in unit else "A" * (count // 3 * 4)
        return {key: expanded(one) for key, one in value.items()}
    return [expanded(one) for one in value] if isinstance(value, list) else value
