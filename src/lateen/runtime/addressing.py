"""The addresses of a local mesh: the same in every mesh, for each has a network of its own."""

from ipaddress import IPv4Network

POD_NETWORK = IPv4Network("10.244.0.0/16")
POD_GATEWAY = "10.244.0.1"
SERVICE_NETWORK = IPv4Network("10.96.0.0/16")
DNS_IP = "10.96.0.10"

# Hosts outside the mesh, for the demo and for tests (TEST-NET-3, RFC 5737).
EXTERNAL_NETWORK = IPv4Network("203.0.113.0/24")
EXTERNAL_GATEWAY = "203.0.113.1"
