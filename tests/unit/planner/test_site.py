from lateen.planner.site import Directory


def test_a_directory_that_says_nothing_of_hashing_knows_no_keys():
    assert Directory(lambda host: None).hash_key("a.x", 80, "") is None
