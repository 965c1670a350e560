# Two commands do everything: `make demo` and `make test`. Each sets up what it needs first, and says so.
SHELL := /bin/bash
.DELETE_ON_ERROR:
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.lateen-ready
ARGS ?=
JOBS ?= 2

# What tests against a real Kubernetes run (tests/support/kubernetes): its control plane, and what makes it a whole cluster of one node.
KUBERNETES := etcd kube-apiserver kube-controller-manager
KUBE_NODE := kubelet kube-scheduler kube-proxy coredns
# What renders our charts in tests.
CHARTS := helm

.PHONY: demo test check bench golden conformance setup system kubectl unit contract e2e kube-apiserver kube-node image
.PHONY: kubernetes-for-tests lock clean

demo: setup  ## tell the story of Bookinfo with a database outside the mesh; the mesh runs on until Ctrl-C
	$(BIN)/lateen demo bookinfo $(ARGS)

test: setup kubectl  ## every test, real Envoys in namespaces and a real Kubernetes API server included
	$(MAKE) --no-print-directory -j2 kubernetes-for-tests unit
	$(MAKE) --no-print-directory contract
	scripts/e2e $(if $(CI),--no-skips,)

unit: setup
	$(BIN)/pytest -q -n $(JOBS) tests --ignore=tests/e2e --ignore=tests/contract

contract: setup kubectl  ## one suite of API semantics, against the embedded API server and a real one
	LATEEN_TEST_NO_SKIPS=$(CI) $(BIN)/pytest -q -n $(JOBS) tests/contract

kube-apiserver:  ## build the Kubernetes that the tests run against, from its Go modules into ~/.cache/lateen, once
	@scripts/kubernetes $(KUBERNETES)

kube-node: setup kubectl  ## run a whole cluster of one node until Ctrl-C: containerd and runc (Debian's), everything else built once
	@scripts/system-packages kubernetes
	@scripts/kubernetes $(KUBERNETES) $(KUBE_NODE)
	@$(BIN)/python tests/support/kubernetes/whole.py

image: setup  ## build the images for Kubernetes into build/images: HUB, TAG; no daemon and no rights are needed
	@$(BIN)/python tools/images/build.py $(ARGS)

# Where a Kubernetes is given there is nothing to build; where there is no Go, a notice will do, except in CI.
kubernetes-for-tests:
	@scripts/system-packages kubernetes
	@[ -n "$(LATEEN_TEST_KUBECONFIG)$(KUBEBUILDER_ASSETS)" ] || scripts/kubernetes $(if $(CI),,--optional) $(KUBERNETES) $(KUBE_NODE) $(CHARTS)

e2e: setup kubectl
	scripts/e2e $(ARGS)

check: setup  ## format, lint, types, floors and walls, house rules
	$(BIN)/ruff format --check src tests bench examples
	$(BIN)/ruff check src tests bench examples
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -q tests/house

bench: setup  ## figures: ratios and counts, side by side
	$(BIN)/python -m bench $(ARGS)

golden: setup  ## write the golden files anew and sweep orphans
	$(BIN)/pytest -q tests/golden --update-golden

conformance: setup  ## how we fare with cases that others wrote; writes docs/conformance.md
	$(BIN)/python -m tests.conformance --write $(ARGS)

setup: system $(STAMP)

system:
	@scripts/system-packages

kubectl:  ## fetch the kubectl that the tests drive, where this machine's is missing or too old
	@scripts/kubectl

$(STAMP): pyproject.toml requirements.lock
	@echo "==> Python packages into $(VENV) (pinned by requirements.lock)"
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@echo "==> Envoy's message types, read from its binary (once)"
	$(BIN)/python -m lateen.proto.descriptors
	@touch $@

lock:  ## pin the newest versions that fit pyproject.toml, with hashes
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-annotate --no-header --python-version 3.11 --all-extras --group dev pyproject.toml -o requirements.lock

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis
