"""The machine's side of the mesh: keys that stay here, what traffic is captured, how Envoy starts."""
