from lateen.planner.connection_rule import ConnectionMatch, ConnectionRule
from lateen.planner.site import EVERYWHERE
from lateen.planner.target import Target


def test_without_matches_every_connection_everywhere_is_taken():
    assert ConnectionRule(shares=((Target("a.x"), 1),)).matches == (ConnectionMatch(where=EVERYWHERE),)
