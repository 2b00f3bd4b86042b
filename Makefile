# Allot: build, test, show, install. `make help` lists what there is.

SWIFT ?= swift
DESTDIR ?=
PREFIX ?= /usr
LOCK ?= no
ROUNDS ?= 50
STREAMS ?= 10000
MUTATION_STREAMS ?= 500
CUTS ?= 20
# What `make install` installs: release, or debug for tests of what is installed.
CONFIGURATION ?= release

scripts := Tests/SystemTests
built := .build/$(CONFIGURATION)
programs := $(if $(filter debug,$(CONFIGURATION)),build,release)
flags := $(if $(filter debug,$(CONFIGURATION)),,-c release --static-swift-stdlib)
share := .build/share
lintable := Package.swift Sources Tests $(wildcard Benchmarks/Package.swift Benchmarks/Sources Benchmarks/Benchmarks)

# Tests that count on time, or on a process's own signals, are kept apart from each other by a process for each line.
rooms := UnitsTests|TopologyTests|PolicyTests|SchedulingTests|ChargebackTests|SimulationTests|TelemetryTests|TidyTests \
  StorageTests|EnforcementTests|SystemTests AllotAPITests|AllotClientTests AllotTests AllotServerTests

.DEFAULT_GOAL := help
.PHONY: help toolchain dependencies build test test-vm lint demo soak mutations bench release man completions install clean

help: ## this list
	@echo 'make TARGET, where TARGET is one of'
	@sed -n 's/^\([a-z-]*\):.*## /  \1 /p' $(firstword $(MAKEFILE_LIST)) | awk '{n = $$1; $$1 = ""; printf "  %-13s%s\n", n, $$0}'

toolchain:
	@command -v $(SWIFT) >/dev/null || { \
	  echo 'Allot is built with Swift 6.3 or later, and there is no `$(SWIFT)` on the PATH.' >&2; \
	  echo 'Get it from https://www.swift.org/install/linux/ or name it: make SWIFT=/path/to/swift' >&2; exit 1; }

dependencies: ## install the Debian packages that the build needs; instant when they are there
	@$(scripts)/dependencies.sh

build: toolchain dependencies ## the debug build that test, demo and the system tests share
	@if [ -x .build/debug/allotd ]; then echo '== Building Allot (debug).'; else \
	  echo '== Building Allot (debug). The first time fetches and compiles the libraries too: 5 to 10 minutes on 2 cores.'; fi
	@$(SWIFT) build --build-tests

test: build ## every test, on the debug build
	@echo '== Running the tests.'
	@for room in $(foreach room,$(rooms),'$(room)'); do \
	  echo "== $$room"; timeout 900 $(SWIFT) test --skip-build --disable-xctest --filter "^($$room)\." || exit 1; done

lint: toolchain ## formatting and shell syntax; the rest of the style is held by Tests/TidyTests
	@echo '== Checking the format of the Swift files and the syntax of the scripts.'
	@$(SWIFT) format lint --strict --parallel --recursive $(lintable)
	@for script in .ci/run systemd/allot-lock $(scripts)/*.sh $(scripts)/*/*.sh; do bash -n $$script || exit 1; done

test-vm: build ## an emulated machine with GPUs: grants on a real kernel, and a power cut; as root
	@[ "$$(id -u)" -eq 0 ] || { echo 'make test-vm builds a disk: it needs root.' >&2; exit 1; }
	@$(scripts)/vm/run.sh

demo: build ## a day on a shared machine: a real daemon in a temporary folder
	@$(scripts)/demo.sh

soak: build release ## the long runs: kills (ROUNDS=50), streams (STREAMS=10000), power cuts (CUTS=20); results in docs/soak.md
	@ROUNDS=$(ROUNDS) STREAMS=$(STREAMS) CUTS=$(CUTS) SWIFT=$(SWIFT) $(scripts)/soak.sh

mutations: toolchain dependencies ## known bugs put back one at a time, which the promise tests have to see; half an hour
	@STREAMS=$(MUTATION_STREAMS) SWIFT=$(SWIFT) $(scripts)/mutations.sh --record

bench: toolchain dependencies ## measure the speed on this disk; results in docs/benchmarks.md
	@[ -x Benchmarks/run ] || { echo 'Benchmarks/run is not there: nothing to measure with.' >&2; exit 1; }
	@Benchmarks/run

release: toolchain dependencies
	@echo '== Building Allot (release, the Swift libraries linked in). The first time takes 6 to 10 minutes on 2 cores.'
	@for program in allot allotd allot-enforcer; do \
	  $(SWIFT) build -c release --static-swift-stdlib --product $$program || exit 1; done

man: $(programs) ## man pages from the commands' own help, in .build/share/man
	@echo '== Writing the man pages.'
	@$(SWIFT) build $(flags) --product generate-manual
	@$(scripts)/manual.sh $(built) $(share)/man

completions: $(programs) ## completions for bash, zsh and fish, in .build/share/completions
	@echo '== Writing the shell completions.'
	@mkdir -p $(share)/completions
	@$(built)/allot --generate-completion-script bash >$(share)/completions/allot
	@$(built)/allot --generate-completion-script zsh >$(share)/completions/_allot
	@$(built)/allot --generate-completion-script fish >$(share)/completions/allot.fish

install: $(programs) man completions ## into DESTDIR, below PREFIX (/usr); keeps what is in /etc/allot; LOCK=yes locks too
	@echo '== Installing into $(DESTDIR)$(PREFIX) and $(DESTDIR)/etc/allot.'
	@DESTDIR='$(DESTDIR)' PREFIX='$(PREFIX)' RELEASE='$(built)' SHARE='$(share)' LOCK='$(LOCK)' \
	  $(scripts)/install.sh

clean: ## remove what was built
	rm -rf .build
