import pytest

from lateen.kinds.networking.locality import locality_list_faults


@pytest.fixture
def locality_errors(policy_errors):
    def judge(**setting):
        found = policy_errors(loadBalancer={"localityLbSetting": setting}, outlierDetection={})
        return [path.removeprefix("loadBalancer.localityLbSetting") for path in found]

    return judge


def test_shares_sum_up_to_a_hundred(locality_errors):
    assert locality_errors(distribute=[{"from": "a/b/*", "to": {"a/b/*": 80, "c": 20}}]) == []
    assert locality_errors(distribute=[{"from": "a", "to": {"b": 80}}]) == [".distribute[0].to"]
    assert locality_errors(distribute=[{"from": "a", "to": {"b": 0, "c": 100}}]) == [".distribute[0].to.b"]


def test_failover_is_between_two_regions(locality_errors):
    assert locality_errors(failover=[{"from": "a", "to": "b"}]) == []
    assert locality_errors(failover=[{"from": "a", "to": "a"}]) == [".failover[0]"]
    assert locality_errors(failover=[{"from": "a/b", "to": "*"}]) == [".failover[0].from", ".failover[0].to"]


def test_only_one_way_is_chosen(locality_errors):
    distribute = [{"from": "a", "to": {"a": 100}}]
    failover = [{"from": "a", "to": "b"}]
    region = "topology.kubernetes.io/region"
    assert locality_errors(distribute=distribute, failover=failover) == [""]
    assert locality_errors(failover=failover, failoverPriority=[region]) == [".failoverPriority"]


def test_failover_without_outlier_detection_is_warned_of(policy_warnings):
    setting = {"failoverPriority": ["version"]}
    assert policy_warnings(loadBalancer={"localityLbSetting": setting}) == ["loadBalancer.localityLbSetting"]


@pytest.mark.parametrize("localities", [["a1/*", "a2/*", "a3/b3/c3", "a4/b4", "a5/b5/*"], ["*"], ["ab", "a"]])
def test_localities_apart_are_accepted(localities):
    assert list(locality_list_faults("p", localities)) == []


@pytest.mark.parametrize("localities", [["*/z/*"], ["a*"], ["*", "a"], ["a/b/*", "a/b/c"], ["a/b", "a/b/c"]])
def test_localities_that_overlap_are_refused(localities):
    assert len(list(locality_list_faults("p", localities))) >= 1
