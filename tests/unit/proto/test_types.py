from lateen.proto import types
from lateen.proto.descriptors import message


def test_every_type_url_names_a_message_of_the_installed_envoy():
    urls = [value for name, value in vars(types).items() if name.isupper() and name != "PREFIX"]
    assert len(urls) == 7
    for url in urls:
        assert message(types.message_name(url)).DESCRIPTOR.full_name == url.removeprefix(types.PREFIX)
