"""From facts and rules to plans: what each proxy should do. VirtualService is one front door to routes."""
