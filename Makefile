# Everything a person runs. `make demo` and `make test` need Python 3.11 or newer with venv, and nothing else.
# A .venv is made once; it is renewed only when pyproject.toml or constraints.txt change.

PYTHON ?= python3
BIN := .venv/bin
WHEEL_VENV := build/wheel-venv
PYTEST := $(BIN)/python -m pytest -q -n auto --dist loadfile
LONG := tests/processes tests/examples tests/comfort/test_promises.py

# Both names say the same to pip: the first to old ones, the second (build requirements) to new ones.
PIP_INSTALL := PIP_CONSTRAINT=constraints.txt PIP_BUILD_CONSTRAINT=constraints.txt \
	PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1 $(BIN)/python -m pip install --quiet

# `make mutate`: hours for all; what was found is kept in build/mutation, so it goes on where it stopped.
AREAS ?= guard proof codec engine audit

# ROS 2 lives in an environment of its own: its wheels start every interpreter of theirs twice.
DISTRO ?= kilted
ROS := .venv-ros$(if $(filter-out kilted,$(DISTRO)),-$(DISTRO))
ROS_SET := $(ROS)/workspace-set
ROS_FILES = $(shell find ros2_ws -type f -not -name '*.pyc')
IN_ROS = ros2_ws/tools/in_ros.sh $(ROS) $(DISTRO)

.DELETE_ON_ERROR:
.PHONY: lint types layers unit $(shell sed -n 's/^\([a-z-]*\):.*  .*/\1/p' Makefile)

help:  ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | expand -t 14

demo: .venv/runtime-set  ## a scripted drive on the simulated vehicle
	@$(BIN)/intent-bridge demo

test: lint types layers unit  ## lint, type-check and test the library (its processes and all the rest: make ci)

lint: .venv/dev-set
	$(BIN)/ruff check --quiet .
	$(BIN)/ruff format --check --quiet .

types: .venv/dev-set
	$(BIN)/mypy

layers: .venv/dev-set
	$(BIN)/lint-imports

unit: .venv/dev-set
	$(PYTEST) $(addprefix --ignore=,$(LONG))

processes: .venv/dev-set  ## the tests that start processes and wait for them, the examples of the docs, and the longest drives
	$(PYTEST) $(LONG)

coverage: .venv/dev-set  ## the tests, with line and branch coverage of each package held to its floor
	$(PYTEST) --cov --cov-report=
	$(BIN)/python -m tests.floors

ci: test processes policy-diff test-socketcan properties witnesses carbench fuzz-short fuzz-parsers test-corpus wheel-check test-ros  ## what continuous integration runs

test-socketcan: .venv/dev-set  ## the bus on real SocketCAN, in a guest kernel (skipped where that cannot run)
	tests/socketcan/guest.sh $(BIN)/python -m pytest -q -p no:cacheprovider tests/socketcan || [ $$? = 77 ]

carbench: .venv/dev-set  ## every sequence of CAR-bench on its car (skipped without its files, see docs/car-bench.md)
	CARBENCH=all $(PYTEST) tests/external

fuzz: .venv/dev-set  ## ten minutes of random drives on the simulated ECUs, on all cores; seed in FUZZ_SEED
	$(BIN)/intent-bridge fuzz demo_sedan --calls 2000000 --minutes 10 --jobs $$(nproc) --seed $${FUZZ_SEED:-1}

fuzz-short: .venv/dev-set  ## 20,000 calls of random drives on each vehicle with a hazard list
	for vehicle in $(patsubst dbc/%/hazards.yaml,%,$(wildcard dbc/*/hazards.yaml)); do \
		$(BIN)/intent-bridge fuzz $$vehicle --calls 20000 --jobs $$(nproc) --seed 1 || exit; done

fuzz-parsers: .venv/fuzzers-set  ## atheris on front door, dialects, DBC repair, YAML, frames (PARSERS_S: seconds of new inputs)
	$$(command -v setarch && echo -R) $(BIN)/python -m tests.fuzz.run $${PARSERS_S:-0}

properties: .venv/dev-set  ## the property tests again, with more and other examples, and every sentence of ours
	$(PYTEST) tests/properties tests/lanes/test_any_fault.py --hypothesis-profile=more
	SENTENCES_ONE_IN=1 $(PYTEST) tests/nlu/test_understand.py -k worked_on

policy-diff: .venv/dev-set  ## whether the last change of a rule pack is looser, and who answers for it
	@tests/policy_diff.sh $(BIN)/intent-bridge

witnesses: .venv/dev-set  ## five evaluators of the rules agree on 50,000 cases
	CASES=50000 $(PYTEST) tests/witnesses

bench: .venv/dev-set  ## how fast, beside peers; figures go to build/bench.json
	$(BIN)/python -m tests.bench.guard
	-@$(MAKE) --no-print-directory corpus
	PYTHONPATH=build/corpus $(BIN)/python -W ignore -m tests.bench.codec
	PYTHONPATH=build/corpus $(BIN)/python -W ignore -m tests.bench.corpus
	$(BIN)/python -m tests.bench.start
	$(BIN)/python -W ignore -m tests.bench.handle
	$(BIN)/python -W ignore -m tests.bench.fuzz
	$(BIN)/python -W ignore -m tests.bench.cyclic
	$(BIN)/python -W ignore -m tests.bench.lanes
	$(BIN)/python -W ignore -m tests.bench.nlu

soak: .venv/dev-set  ## ten minutes of load at every door (SOAK_S seconds), and an hour of virtual driving: nothing may grow
	SOAK_S=$${SOAK_S:-600} $(BIN)/python -W ignore -m tests.load

bench-audit: .venv/dev-set  ## a million records: verify, replay, judge by other packs (too long for bench; RECORDS for fewer)
	$(BIN)/python -W ignore -m tests.bench.audit

corpus: build/corpus-set  ## fetch the DBC files of opendbc and cantools, for tests and benchmarks

test-corpus: .venv/dev-set  ## the codec and `dbc` on all of them (skipped where they cannot be fetched)
	-@$(MAKE) --no-print-directory corpus
	PYTHONPATH=build/corpus $(PYTEST) tests/properties/codec tests/properties/dbc

nightly: .venv/dev-set  ## the property tests for hours, a million cases for the witnesses, coverage
	$(PYTEST) tests/properties --hypothesis-profile=nightly
	CASES=1000000 $(PYTEST) tests/witnesses
	PARSERS_S=300 $(MAKE) --no-print-directory fuzz-parsers
	$(BIN)/intent-bridge fuzz demo_sedan --calls 100000000 --minutes 480 --jobs $$(nproc) --seed $$(date +%Y%j)
	$(MAKE) --no-print-directory coverage

mutate: .venv/mutation-set  ## change the code a little, everywhere safety rests on it: which change does no test see?
	nice -n 19 $(BIN)/python -m tests.mutation.run $(AREAS) --jobs $$(nproc) && \
		$(BIN)/python -m tests.mutation.report $(AREAS) --write

wheel-check: .venv/dev-set  ## the built wheel, in a clean venv outside the checkout
	rm -rf build/wheel $(WHEEL_VENV)
	PIP_CONSTRAINT=constraints.txt PIP_BUILD_CONSTRAINT=constraints.txt \
		$(BIN)/python -m pip wheel --quiet --no-deps --wheel-dir build/wheel .
	$(PYTHON) -m venv $(WHEEL_VENV)
	$(WHEEL_VENV)/bin/python -m pip install --quiet -c constraints.txt build/wheel/*.whl
	cd / && $(CURDIR)/$(WHEEL_VENV)/bin/intent-bridge demo

ros: $(ROS_SET)  ## ROS 2 in a folder of its own (DISTRO=kilted or jazzy), with this workspace built in it
	@echo "ready; in a shell: . $(ROS)/setup.sh (nothing to source for $(ROS)/bin/python)"

test-ros: | .venv/bin/python  ## the ROS 2 nodes in processes of their own (skipped where ROS 2 cannot be had)
	@ros2_ws/tools/possible.sh $(DISTRO) $(ROS) $(BIN)/python || exit 0; $(MAKE) --no-print-directory $(ROS_SET) && \
		$(IN_ROS) $(ROS)/bin/python -m pytest -q -c tests/ros/pytest.ini tests/ros && \
		$(IN_ROS) ros2_ws/tools/colcon_test.sh $(ROS)

bench-ros: $(ROS_SET)  ## the nodes beside bare rclpy; figures go to build/bench.json
	$(IN_ROS) $(ROS)/bin/python -m tests.ros.bench

soak-ros: $(ROS_SET)  ## ten minutes of load on the nodes (SOAK_S seconds): nothing may grow
	SOAK_S=$${SOAK_S:-600} $(IN_ROS) $(ROS)/bin/python -m pytest -q -c tests/ros/pytest.ini tests/ros/test_soak.py

test-llm: .venv/llm-set  ## a real small model (fetched once, 1.1 GB) writes commands for a simulated car; not part of ci
	$(BIN)/python -m tests.llm_real $(LLM)

clean:  ## remove everything that make made
	rm -rf .venv .venv-ros* build dist mutants .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage*

.venv/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed")'
	$(PYTHON) -m venv .venv

.venv/runtime-set: pyproject.toml constraints.txt | .venv/bin/python
	$(PIP_INSTALL) --editable .
	@touch $@

.venv/dev-set: pyproject.toml constraints.txt | .venv/bin/python
	$(PIP_INSTALL) --editable '.[dev]'
	@rm -rf .mypy_cache  # it remembers what was not installed
	@touch .venv/runtime-set $@

$(ROS_SET): pyproject.toml constraints.txt $(ROS_FILES)
	ros2_ws/tools/make_prefix.sh $(ROS) $(DISTRO) $(PYTHON)
	@touch $@

build/corpus-set: constraints.txt | .venv/dev-set
	$(BIN)/python -m pip install --quiet --upgrade --target build/corpus opendbc==0.3.1
	$(BIN)/python -m pip download --quiet --no-deps --no-binary cantools --dest build/sdist cantools==45.1.0
	cp build/sdist/cantools-45.1.0.tar.gz build/cantools.tar.gz
	@touch $@

.venv/llm-set: pyproject.toml constraints.txt | .venv/dev-set
	$(PIP_INSTALL) --editable '.[dev,local]'
	@touch .venv/runtime-set .venv/dev-set $@

# Where there is no wheel of atheris the fuzzers say so and are skipped.
.venv/fuzzers-set: pyproject.toml constraints.txt | .venv/dev-set
	-$(PIP_INSTALL) --only-binary atheris --editable '.[dev,fuzzers]'
	@touch .venv/dev-set $@

.venv/mutation-set: pyproject.toml constraints.txt | .venv/bin/python
	$(PIP_INSTALL) --editable '.[mutation]'
	@touch .venv/runtime-set .venv/dev-set $@
