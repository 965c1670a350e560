"""Protobuf without generated code: classes from Envoy's own descriptors, wire bytes, versioned resources."""
