from lateen.simulate.trail import Trail


def test_steps_and_decisions_add_up():
    trail = Trail()
    trail.step("listener", "l", "it is for this port", listener="l")
    trail.fail("filter chain", "no filter chain", "none matches", status=0)
    outcome = trail.outcome
    assert (outcome.listener, outcome.failure) == ("l", "no filter chain")
    assert [(step.stage, step.name) for step in outcome.steps] == [("listener", "l"), ("filter chain", "")]
