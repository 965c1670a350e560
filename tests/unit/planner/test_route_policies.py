from lateen.kinds.networking.cors import CorsPolicy
from lateen.kinds.networking.fault_injection import Abort, Delay, HTTPFaultInjection, Percentage
from lateen.kinds.networking.string_match import StringMatch as Text
from lateen.plan.matching import StringMatch
from lateen.plan.route_policy import Abort as PlannedAbort
from lateen.plan.route_policy import Cors, Fault
from lateen.plan.route_policy import Delay as PlannedDelay
from lateen.planner.route_policies import plan_cors, plan_fault, share

HALF = Percentage(value=50.0)


def test_faults_hit_their_share_and_none_without_one():
    both = HTTPFaultInjection(
        delay=Delay(fixed_delay="3s", percentage=HALF), abort=Abort(http_status=500, percentage=HALF)
    )
    assert plan_fault(both) == Fault(PlannedDelay(3000, 50.0), PlannedAbort(500, 50.0))
    assert plan_fault(HTTPFaultInjection(delay=Delay(fixed_delay="3s"))) is None
    assert plan_fault(HTTPFaultInjection(abort=Abort(http_status=500))) is None
    assert plan_fault(None) is None


def test_the_old_whole_percentage_of_a_delay_counts():
    said = HTTPFaultInjection(delay=Delay(fixed_delay="1s", percent=7))
    assert plan_fault(said) == Fault(PlannedDelay(1000, 7.0))


def test_grpc_statuses_are_names_or_numbers():
    for status in ("UNAVAILABLE", "unavailable", "14"):
        said = HTTPFaultInjection(abort=Abort(grpc_status=status, percentage=HALF))
        assert plan_fault(said) == Fault(abort=PlannedAbort(0, 50.0, 14))


def test_cors_says_what_it_says():
    said = CorsPolicy(
        allow_origin=("*", "https://old.x"),
        allow_origins=(Text(prefix="https://new."),),
        allow_methods=("GET",),
        allow_headers=("x-a",),
        expose_headers=("x-b",),
        max_age="24h",
        allow_credentials=False,
        unmatched_preflights="IGNORE",
    )
    origins = (
        StringMatch("regex", ".*"),
        StringMatch("exact", "https://old.x"),
        StringMatch("prefix", "https://new."),
    )
    assert plan_cors(said) == Cors(
        origins=origins,
        methods=("GET",),
        headers=("x-a",),
        expose=("x-b",),
        max_age_s=86_400,
        credentials=False,
        forward_unmatched=False,
    )
    assert plan_cors(CorsPolicy()) == Cors() and plan_cors(None) is None


def test_a_share_is_said_or_the_default():
    assert share(HALF, 100.0) == 50.0 and share(None, 100.0) == 100.0
