import socket

from lateen.runtime.port_holder import listening_inodes

ROW = "   0: 0100007F:1F90 00000000:0000 {state} 00000000:00000000 00:00000000 00000000     0        0 {inode} 1\n"


def test_listening_sockets_are_found_by_port():
    table = ROW.format(state="0A", inode=77) + ROW.format(state="01", inode=78)
    assert listening_inodes(table, 8080) == ["77"]
    assert listening_inodes(table, 8081) == []


def test_a_real_table_is_read():
    with socket.create_server(("127.0.0.1", 0)) as server, open("/proc/net/tcp") as table:
        assert len(listening_inodes(table.read(), server.getsockname()[1])) == 1
