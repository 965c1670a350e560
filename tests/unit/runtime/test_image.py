import os
import sys

from lateen.runtime.image import Image, account_files, name_files


def test_python_and_its_packages_are_in_the_image():
    image = Image.of_machine()
    for prefix in (sys.prefix, sys.base_prefix):
        real = os.path.realpath(prefix)
        assert any(real == folder or real.startswith(folder + "/") for folder in image.folders)


def test_no_ones_data_is_in_the_image():
    image = Image.of_machine()
    assert not {"/", "/etc", "/root", "/home", "/var", "/run", "/tmp", "/work"} & set(image.folders)


def test_links_stay_links():
    image = Image.of_machine()
    assert all(os.readlink(path) == target for path, target in image.links)
    assert not {path for path, _ in image.links} & set(image.folders)


def test_the_pods_user_has_a_name():
    assert "app:x:200005:200005::/tmp:" in account_files(200005, 1337)["/etc/passwd"]


def test_short_names_are_searched_where_kubernetes_does():
    files = name_files("web-1", "10.244.0.5", {"192.0.2.9": ["db", "db2"]}, "10.96.0.10", ["a.svc.x", "svc.x"])
    assert files["/etc/resolv.conf"] == "search a.svc.x svc.x\nnameserver 10.96.0.10\noptions ndots:5\n"
    assert "10.244.0.5\tweb-1\n" in files["/etc/hosts"]
    assert "192.0.2.9\tdb db2\n" in files["/etc/hosts"]
