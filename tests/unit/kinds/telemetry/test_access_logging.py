from lateen.kinds.telemetry.access_logging import AccessLogging, LogFilter, access_log_faults


def paths(logging):
    return [fault.path for fault in access_log_faults("l", logging)]


def test_a_filter_is_an_expression():
    assert paths(AccessLogging()) == []
    assert paths(AccessLogging(filter=LogFilter(expression="response.code >= 500"))) == []
    assert paths(AccessLogging(filter=LogFilter(expression="f("))) == ["l.filter.expression"]
