from lateen.plan.route import DirectResponse
from lateen.planner.http_rule import Copy, HttpRule, Send, Share
from lateen.planner.target import Target


def test_targets_are_those_of_requests_and_of_copies():
    send = Send(shares=(Share(target=Target("a.x")),), mirrors=(Copy(Target("b.x"), 1.0),))
    assert HttpRule(action=send).targets == (Target("a.x"), Target("b.x"))
    assert HttpRule(action=DirectResponse(404)).targets == ()
