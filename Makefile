# What one does with citybrain. `make` alone prints this list; CI calls the same targets.
SHELL := /bin/bash
.DEFAULT_GOAL := help
export CB_LAUNCHER := ccache
# Two checkouts share the compiler cache.
export CCACHE_BASEDIR := $(CURDIR)
export CCACHE_NOHASHDIR := 1
JOBS ?= $(shell nproc)
CITY_SCALE ?= 0.02
SEED ?= 2020
PORT ?= 8080
PRESET ?= release
PATH := $(shell cat third_party/node.path 2>/dev/null || echo /usr/local/bin):$(PATH)
export PATH

.PHONY: help setup build web demo cluster empty test check asan tsan fuzz soak bench golden format lint tidy clean configure

help: ## this list
	@echo "citybrain (城市大脑): make TARGET"
	@grep -hE '^[a-z%-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z%-]+):.*## /  \1|/' | column -t -s '|'
	@echo
	@echo "  make demo CITY_SCALE=1     the full city       make test ROOM=rail     one room"
	@echo "  make bench-landing         one benchmark       make demo PORT=9000     another port"

setup: ## install what building needs (Debian packages, Node, npm packages, DuckDB)
	@tools/setup.sh build

configure: setup
	@test -f build/build.ninja || cmake --preset $(PRESET) >build.cmake.log 2>&1 || { cat build.cmake.log; exit 1; }
	@rm -f build.cmake.log

build: configure web ## build everything; the program is build/citybrain
	@echo "[build] program"
	@ninja -C build -j $(JOBS) citybrain

web: setup ## build the web pages into web/dist
	@tools/web.sh

# CITY_CATALOGUE=full lists the catalogue at the city's size beside the demo's own resources.
CATALOGUE = $(if $(filter full,$(CITY_CATALOGUE)),--catalogue var/catalogue/catalogue.csv)

demo: build ## fill the demo city on the embedded stores and serve it at http://127.0.0.1:8080
	@$(if $(CATALOGUE),python3 tools/city/catalogue.py var/catalogue/catalogue.csv)
	@build/citybrain demo --data var/demo --scale $(CITY_SCALE) --seed $(SEED) --port $(PORT) $(CATALOGUE)

cluster: build ## the demo city on PostgreSQL with a replica, two ClickHouse shards, three processes and haproxy
	@tools/setup.sh test
	@tools/cluster.sh start var/cluster $(PORT) $(CITY_SCALE)
	@echo "tools/cluster.sh status|kill|failover|rejoin|revive|roll|stop var/cluster"

empty: build ## serve an empty city without demo data
	@build/citybrain serve --data var/empty --port $(PORT)

test: ## set up and test everything (ROOM=name: one room)
	@tools/test.sh $(if $(ROOM),room $(ROOM),all)

check: ## format, tidy, build and unit tests, in minutes
	@tools/test.sh check

asan: ## unit tests under address and undefined-behaviour sanitizers
	@tools/test.sh sanitize asan

tsan: ## unit tests under the thread sanitizer
	@tools/test.sh sanitize tsan

fuzz: ## every fuzzer for FUZZ_SECONDS (60)
	@tools/fuzz.sh $${FUZZ_SECONDS:-60}

soak: ## the full counts of kills, fault steps and fuzzing; the log goes to bench/results
	@tools/soak.sh

bench: ## run every benchmark and write bench/results
	@tools/bench.sh all

bench-%: ## run one benchmark: landing, projection, rows, matching, payments, http, feel, bulk, one, table, load, instructions
	@tools/bench.sh $*

golden: ## rewrite the golden files of the surface; review reads the diff
	@tools/golden.sh write

format: ## format the C++ sources
	@git ls-files '*.cc' '*.h' | xargs clang-format-14 -i

lint: ## clang-tidy over what changed since the last commit (LINT=--all: everything)
	@tools/lint.sh $(LINT)

tidy: ## the house's rules
	@python3 tools/tidy.py

clean: ## remove what was built and the demo city
	rm -rf build build-* var web/dist
