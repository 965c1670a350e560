"""From the plan to Envoy: each frozen plan piece becomes one encoded, versioned Envoy resource."""
