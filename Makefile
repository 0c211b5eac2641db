# The four verbs. `make check` is what a commit must pass, `make test` what a release must.
PYTHON ?= python

.PHONY: check test bench docs

check:  ## format, lint, types, import map
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m ruff check .
	$(PYTHON) -m pyright --pythonpath "$$($(PYTHON) -c 'import sys; print(sys.executable)')"
	$(PYTHON) -m pytest -q --no-header tests/test_map.py

test: check  ## all tests, with coverage
	$(PYTHON) -m coverage erase
	$(PYTHON) -m pytest -q --cov --cov-report=
	$(PYTHON) -m coverage report

bench:  ## side-by-side figures; needs bench/requirements.txt, and for the tasks DATA, the folder with ner/ and sentiment/
	$(PYTHON) bench/recurrent.py
	$(if $(DATA),$(PYTHON) bench/ner.py --data $(DATA)/ner,@echo "No tasks: make bench DATA=FOLDER (see bench/README.md)")
	$(if $(DATA),$(PYTHON) bench/sentiment.py --data $(DATA)/sentiment/mr)

docs:  ## every code block of README and docs runs and prints what it shows
	$(PYTHON) -m pytest -q tests/docs
