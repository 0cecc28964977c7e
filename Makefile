# What a newcomer types. Every target prints what it is doing; `make help` lists them.
.DEFAULT_GOAL := help
PYTHON := .venv/bin/python
CODE := libs services tools deploy/local tests bench docs conftest.py
PARTS := libs services tools deploy/local
WHOLE := tests

.PHONY: help install browser up status test check unit lock format reference chaos chaos-long

help:  ## list the targets
	@sed -n 's/^\([a-z%-]*\):.*## \(.*\)/  make \1|\2/p' Makefile | column -t -s '|'

install:  ## install everything that is missing
	@sh deploy/local/install.sh

browser:
	@sh deploy/local/install_browser.sh

up: install  ## start the engines and all services, with a demo site and lifelike traffic
	@$(PYTHON) -m local_stack up

status:  ## list each process with pid, port, health, memory and log file
	@$(PYTHON) -m local_stack status

test: install browser check  ## the whole test suite, on real engines and in a real browser
	@cd tracker && npm run --silent check && npm test --silent && npm run --silent size
	@cd dashboard && npm run --silent check && npm test --silent && npm run --silent size
	@mkdir -p .local
	@$(PYTHON) -m pytest -q $(PARTS) >.local/parts.log 2>&1 & parts=$$!; \
	echo "the parts by themselves are tested beside the whole; see .local/parts.log"; \
	$(PYTHON) -m pytest -q $(WHOLE); whole=$$?; \
	echo "the parts by themselves:"; wait $$parts; parts=$$?; cat .local/parts.log; exit $$((whole | parts))

check:  ## style, types and import rules
	@.venv/bin/ruff check $(CODE)
	@.venv/bin/ruff format --check $(CODE)
	@.venv/bin/mypy $(wildcard libs/*/src services/*/src tools/*/src deploy/local/src)
	@.venv/bin/lint-imports

unit:  ## the fast tests alone: no engines
	@$(PYTHON) -m pytest -q libs services tools -m "not engines"

chaos: install  ## break everything in turn and at random under load, and look up every beacon (some 55 minutes)
	@$(PYTHON) -m pytest tests/chaos -q -m chaos

chaos-long: install  ## an hour without Kafka at 1,000 beacons/s, a hundred random rounds, a hundred kills amid inserts (some 3 hours)
	@$(PYTHON) -m pytest tests/chaos -q -m chaos_long

bench-%:  ## one benchmark: collector enricher faust sink single batch latency overload spool stack storage
	@case $* in \
	  collector) $(PYTHON) bench/collector.py --seconds 3;; \
	  enricher) $(PYTHON) bench/enricher_core.py;; \
	  faust) $(PYTHON) bench/enricher_kafka.py 500;; \
	  sink) $(PYTHON) bench/sink.py 800000;; \
	  single) $(PYTHON) -m bench.pipeline single --seconds 15;; \
	  batch) $(PYTHON) -m bench.pipeline batch --count 400000;; \
	  latency) $(PYTHON) -m bench.pipeline latency --rate 1000 --probes 60;; \
	  overload) $(PYTHON) -m bench.overload;; \
	  spool) $(PYTHON) -m bench.spool;; \
	  stack) $(PYTHON) -m bench.stack;; \
	  storage) $(PYTHON) bench/storage.py --events 120000000 --no-inserts --out .local/storage.json;; \
	  *) echo "no such benchmark: $*; make help lists them"; exit 2;; \
	esac

format:  ## put the code into its form
	@.venv/bin/ruff check --fix -q $(CODE) || true
	@.venv/bin/ruff format $(CODE)

reference:  ## write docs/reference anew from the declarations
	@$(PYTHON) docs/reference/make.py

lock:  ## resolve the dependencies anew
	@.venv/bin/uv lock -q
	@.venv/bin/uv export --all-packages --no-emit-workspace --no-header -q -o requirements.lock
