# The commands of SupportDesk. They need Python 3.11 or newer and make, nothing else.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
# Development unless DEBUG says otherwise, in the environment or in .env.
export DESK_DEVELOPMENT ?= 1

.PHONY: help run test check format schema demo-data backup restore clean
.DEFAULT_GOAL := help

help:
	@echo "make run                    run the desk on http://127.0.0.1:8000 until Ctrl-C"
	@echo "make test                   run the whole test suite"
	@echo "make check                  lint, types, contracts, settings, schema, dependencies"
	@echo "make format                 format code and templates"
	@echo "make schema                 write docs/openapi.json anew"
	@echo "make demo-data N=100000     fill the desk with so many tickets"
	@echo "make backup [FILE=...]      save database and files into one archive"
	@echo "make restore FILE=...       bring a backup back"

run: $(VENV)/.installed
	@exec $(BIN)/python manage.py run_desk

test: $(VENV)/.installed-dev
	@exec $(BIN)/python scripts/run_tests.py

check: $(VENV)/.installed-dev
	@exec $(BIN)/python scripts/run_checks.py

format: $(VENV)/.installed-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	@git ls-files '*/templates/*.html' 'templates/*.html' | xargs $(BIN)/djade --target-version 5.2 || true

schema: $(VENV)/.installed
	@exec $(BIN)/python manage.py spectacular --format openapi-json --validate --file docs/openapi.json

demo-data: $(VENV)/.installed
	@exec $(BIN)/python manage.py demo_data --add --tickets $(or $(N),1000)

backup: $(VENV)/.installed
	@exec $(BIN)/python manage.py backup $(FILE)

restore: $(VENV)/.installed
	@test -n "$(FILE)" || { echo "Say which backup: make restore FILE=var/backups/....tar.gz"; exit 2; }
	@exec $(BIN)/python manage.py restore $(FILE) $(if $(filter yes,$(REPLACE)),--replace)

clean:
	rm -rf $(VENV) staticfiles .coverage htmlcov .pytest_cache .mypy_cache .ruff_cache

$(VENV)/.installed: requirements.txt scripts/install.sh
	@PYTHON="$(PYTHON)" sh scripts/install.sh "$(VENV)" requirements.txt "$@"

$(VENV)/.installed-dev: requirements.txt requirements-dev.txt scripts/install.sh
	@PYTHON="$(PYTHON)" sh scripts/install.sh "$(VENV)" requirements-dev.txt "$@"
	@touch $(VENV)/.installed
