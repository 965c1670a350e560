from lateen.inject.capture import init_container
from lateen.inject.settings import InjectSettings

DEFAULT = ["istio-iptables", "-p", "15001", "-z", "15006", "-u", "1337", "-m", "REDIRECT", "-i", "*", "-x", "",
           "-b", "*", "-d", "15090,15021,15020", "--log_output_level=default:info"]  # fmt: skip


def test_istios_arguments_and_no_more_rights_than_needed():
    made = init_container({}, {}, InjectSettings(image="p:1", pull_policy="Never"))
    assert (made["name"], made["image"], made["args"], made["imagePullPolicy"]) == (
        "istio-init",
        "p:1",
        DEFAULT,
        "Never",
    )
    assert made["securityContext"]["capabilities"] == {"add": ["NET_ADMIN", "NET_RAW"], "drop": ["ALL"]}
    assert "env" not in made


def test_annotations_and_the_proxys_variables_count():
    annotations = {
        "traffic.sidecar.istio.io/excludeInboundPorts": "4,5",
        "traffic.sidecar.istio.io/includeInboundPorts": "1,2",
        "traffic.sidecar.istio.io/excludeOutboundPorts": "7",
        "traffic.sidecar.istio.io/includeOutboundIPRanges": "10.0.0.0/8",
    }
    made = init_container(annotations, {"proxyMetadata": {"ISTIO_META_DNS_CAPTURE": "false"}}, InjectSettings())
    words = made["args"]
    said = dict(zip(words[1::2], words[2::2], strict=False))
    assert (said["-d"], said["-b"], said["-o"], said["-i"]) == ("15090,15021,4,5,15020", "1,2", "7", "10.0.0.0/8")
    assert made["env"] == [{"name": "ISTIO_META_DNS_CAPTURE", "value": "false"}]
