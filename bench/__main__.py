"""`python -m bench [NAME …]`: print figures; `make bench` runs them all."""

import sys

from bench import apiserver, authorization, cli, compute, istio_cases, live, names, reactive, signing, source

BENCHES = {
    "cli": cli.run,
    "apiserver": apiserver.run,
    "source": source.run,
    "reactive": reactive.run,
    "compute": compute.run,
    "names": names.run,
    "authorization": authorization.run,
    "signing": signing.run,
    "istio": istio_cases.run,
    "live": live.run,
}

for name in sys.argv[1:] or BENCHES:
    print(f"== {name}")
    BENCHES[name]()
