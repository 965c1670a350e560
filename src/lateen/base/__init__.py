"""What every room may use: names, hosts, selectors, identities, clock, tasks, errors. Standard library only."""
