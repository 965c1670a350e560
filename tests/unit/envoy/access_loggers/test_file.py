from lateen.envoy.access_loggers.file import ISTIO_FORMAT, file
from lateen.plan.listener import Listener


def listener(path):
    return Listener(name="l", address="0.0.0.0", port=80, direction="INBOUND", chains=(), access_log=path)


def test_no_path_is_no_log():
    assert file(listener("")) is None


def test_a_line_has_istios_columns_in_istios_order():
    config = file(listener("/dev/stdout")).config
    assert config.path == "/dev/stdout"
    line = config.log_format.text_format_source.inline_string
    assert line == ISTIO_FORMAT and line.endswith("\n") and line.count("\n") == 1
    commands = ["START_TIME", "RESPONSE_CODE%", "RESPONSE_FLAGS", "UPSTREAM_CLUSTER_RAW", "ROUTE_NAME"]
    places = [line.index(f"%{command}") for command in commands]
    assert places == sorted(places)
