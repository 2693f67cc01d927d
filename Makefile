# `make help` lists what there is. Settings are taken from the environment or from the command line.
SHELL := /bin/bash
CONFIGURATION ?=
DEMO_DIR ?= var/demo
CITY_DIR ?= var/city
LETTERS ?= 500
PORTAL_PORT ?= 8443
DESK_PORT ?= 9443
BENCH ?=
JSON ?=
FUZZ_SECONDS ?= 1200
TARGET ?=
MERGE ?=
PART ?=
export CONFIGURATION DEMO_DIR PORTAL_PORT DESK_PORT BENCH JSON FUZZ_SECONDS TARGET

.PHONY: help run city shell release test pages lint bench fuzz simulate simulate-planted soak

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-16s %s\n", $$1, $$2 }' Makefile

run: ## builds and starts a portal and a desk; DEMO_DIR, PORTAL_PORT, DESK_PORT; Ctrl-C stops
	@scripts/run.sh

city: ## as run, with an invented city of 39 units, 118 people and LETTERS letters on their way; CITY_DIR
	@DEMO_DIR=$(CITY_DIR) LETTERS=$(LETTERS) scripts/run.sh

shell: ## a shell in which `guandu` is the program that was built
	@scripts/shell.sh

release: ## builds all programs for release, under .build-release
	@scripts/packages.sh run
	@scripts/release.sh

test: ## all tests, the real daemons and a browser included
	@scripts/test.sh

pages: ## writes the files of the sites' pages into the sources
	@python3 scripts/embed-pages.py

soak: ## what takes hours: PART=fuzz, seeds, flows, planted or scenarios for one; ROUNDS, FUZZ_SECONDS, SCHEDULES, WALKS
	@scripts/soak.sh $(PART)

lint: ## the code's form
	@scripts/lint.sh

bench: ## measures a release build beside NNCP, age and openssl; BENCH=name for one, JSON=FILE for a list
	@scripts/packages.sh bench
	@Benchmarks/run.sh

fuzz: ## libFuzzer over the parsers; FUZZ_SECONDS for each, TARGET=name for one, MERGE=merge keeps what is new
	@scripts/packages.sh test
	@Tests/Fuzz/run.sh $(MERGE)

simulate: ## two zones through 100,000 simulated lives; SCHEDULES, SEED
	@scripts/packages.sh run
	@Tests/Simulation/run.sh

simulate-planted: ## plants known mistakes in a copy and lets the simulation find them
	@scripts/packages.sh run
	@Tests/Simulation/planted.sh
