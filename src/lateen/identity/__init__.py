"""Keys, certificates and trust as pure values: bytes in, bytes out, no files and no sockets."""
