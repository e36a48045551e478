"""Quality of the confidences, by models that were trained on other groups of recordings.

.venv/bin/snakemake train_confidence --cores 2 --configfile bench/configs/confidence.yaml
.venv/bin/python -m bench.accuracy.confidence > bench/results/confidence.md

Reads the evidence, the references and the turns in results/.
"""

import argparse
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from scipy.stats import spearmanr

from bench.page import print_heading, print_table
from diarflow.confidence.choice import choose
from diarflow.confidence.pieces import mean_by_turn
from diarflow.scoring.bootstrap import draw_recordings
from diarflow.training.confidence import Example, columns_of, facts_of, folds, train_model
from diarflow.training.confidence_examples import group_of, read_example

TEXT = """
{count} recordings: {real} real ones and {simulated} simulated ones. Each recording is estimated by models that were trained
on the other groups: recordings of one meeting are one group, each simulated conversation is one (some share speakers), and the groups
are in ten folds. In parentheses: 95 % bootstrap interval over recordings. *real*, *sim*: all real and all simulated recordings.
"""
TEXT_OF_RECORDINGS = """
*Spearman*: rank correlation of expected and true DER (full protocol), and of two baselines: *duration*, the logarithm of the
seconds of speech with a negative sign, and *silhouette*, the mean margin of the voices with a negative sign. *MAE*: mean absolute error of
the expected DER in percentage points, *mean*: that of the mean DER of the corpus. *in 90 %*: share of recordings whose DER lies
in the interval. *speakers*: share of recordings whose most probable number of speakers is right, and that of the hypothesis.
"""
TEXT_OF_PIECES = """
*label error*: share of the speech of the system that has a wrong speaker (false alarm and confusion). *least certain 10 %*: share of these errors in the
tenth of the speech with the least confidence; a random order gives 10 %. *5 %*: the same for a twentieth. *short turns*: the same for
the tenth of the speech in the shortest turns. *ECE*: expected calibration error in ten bins of equal width, of turns (each
turn counts the same), of turns by seconds, and of pieces by seconds.
"""
TEXT_OF_CHOICE = """
DER in percent of the system that `choose` takes for each real recording (*auto*), of each system alone, and of the best choice.
*margin*: setting of `choose`; the first system, `best`, is kept unless the least expected DER is below its own by this share.
*difference*: `auto` minus the best system, with its interval. *chosen*: recordings of each system.
"""
GROUP = r"[A-Z]{2}\d{4}|(?!sim)[A-Za-z_]+"
MEMBERS = ("best", "fast", "classic")
BINS = 10
MARGINS = (0.5, 0.2, 0.0)


class Result(NamedTuple):
    """What the left-out models estimate of a system on a recording."""

    corpus: str
    system: str
    recording: str
    example: Example
    expected: tuple[float, float, float]
    probabilities: np.ndarray
    speakers: dict[int, float]

    @property
    def errors(self) -> tuple[float, float]:
        """Seconds of errors, and of speech of the reference."""
        return self.example.der * self.example.reference, self.example.reference


def read_examples(corpora: Sequence[str]) -> Iterator[tuple[str, str, str, Example]]:
    for corpus in corpora:
        for path in sorted(Path("results", corpus, "evidence").glob("*/*.parquet")):
            system, recording = path.parent.name, path.stem
            group = group_of(GROUP, recording)
            if example := read_example(group, corpus=corpus, recording=recording, system=system):
                yield corpus, system, recording, example


def estimate(rows: Sequence[tuple[str, str, str, Example]]) -> list[Result]:
    """Estimate each recording by models of the other folds, with all of its sources."""
    results = []
    examples = [row[3] for row in rows]
    for fold in folds([example.group for example in examples]):
        others = [examples[i] for i in np.setdiff1d(np.arange(len(rows)), fold)]
        models = {}
        for i in fold:
            sources = examples[i].evidence.sources
            if sources not in models:
                usable = [e for e in others if set(sources) <= set(e.evidence.sources)]
                models[sources] = train_model(usable, sources)
            model, evidence = models[sources], columns_of(examples[i], sources)
            facts = facts_of(examples[i], evidence, model.pieces, sources)
            count = len(examples[i].evidence.pieces.names)
            results.append(
                Result(
                    *rows[i], model.expected_der(facts), model.probabilities(evidence),
                    model.count_probabilities(facts, count),
                )
            )  # fmt: skip
    return results


def interval(
    results: Sequence[Result], statistic: Callable[[list[Result]], float], form: str
) -> str:
    """Return a statistic of the recordings with its bootstrap interval."""
    value = statistic(list(results))
    if len(results) < 5:
        return format(value, form)
    draws = [
        [results[i] for i in indices] for indices in draw_recordings(len(results), samples=300)
    ]
    values = [v for draw in draws if np.isfinite(v := statistic(draw))]
    low, high = np.percentile(values, [2.5, 97.5])
    return f"{value:{form}} ({low:{form}} to {high:{form}})"


def correlation(values: Callable[[Result], float]) -> Callable[[list[Result]], float]:
    def statistic(results: list[Result]) -> float:
        if len(results) < 3:
            return float("nan")
        with np.errstate(all="ignore"):
            return float(spearmanr([values(r) for r in results], [r.example.der for r in results]).statistic)  # fmt: skip

    return statistic


def least_certain(
    share: float, order: Callable[[Result], np.ndarray]
) -> Callable[[list[Result]], float]:
    """Return the statistic: share of the label errors in the least certain share of the speech."""

    def statistic(results: list[Result]) -> float:
        seconds = np.concatenate([r.example.seconds for r in results])
        errors = seconds * (1 - np.concatenate([r.example.correct for r in results]))
        ranked = np.argsort(np.concatenate([order(r) for r in results]), kind="stable")
        first = np.cumsum(seconds[ranked]) <= share * seconds.sum()
        return float(errors[ranked][first].sum() / errors.sum())

    return statistic


def calibration_error(kind: str) -> Callable[[list[Result]], float]:
    """Return the expected calibration error of turns, of turns by seconds, or of pieces by seconds."""

    def parts(result: Result) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        example, pieces = result.example, result.example.evidence.pieces
        if kind == "pieces":
            return result.probabilities, example.correct, example.seconds
        seconds = np.bincount(pieces.turn, weights=example.seconds)
        correct = np.bincount(pieces.turn, weights=example.seconds * example.correct)
        confidence = mean_by_turn(result.probabilities, pieces)
        kept = seconds > 0
        weights = np.ones(len(seconds)) if kind == "turns" else seconds
        return confidence[kept], (correct / np.maximum(seconds, 1e-9))[kept], weights[kept]

    def statistic(results: list[Result]) -> float:
        columns = zip(*map(parts, results), strict=True)
        confidence, correct, weights = (np.concatenate(column) for column in columns)
        bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
        gaps = np.bincount(bins, weights=weights * (confidence - correct))
        return float(np.abs(gaps).sum() / weights.sum())

    return statistic


def recording_cells(results: Sequence[Result]) -> list[str]:
    ders = np.array([min(r.example.der, 1.0) for r in results])
    expected = np.array([r.expected[0] for r in results])
    inside = np.mean(
        [r.expected[1] <= der <= r.expected[2] for r, der in zip(results, ders, strict=True)]
    )
    counts = [len(r.example.evidence.pieces.names) for r in results]
    probable = [max(r.speakers, key=lambda n: r.speakers[n]) for r in results]
    hits = [
        np.mean([n == r.example.speakers for n, r in zip(c, results, strict=True)])
        for c in (probable, counts)
    ]
    return [
        interval(results, correlation(lambda r: r.expected[0]), ".2f"),
        f"{correlation(lambda r: -r.example.evidence.facts['speech'])(list(results)):.2f}",
        f"{correlation(lambda r: -float(r.example.evidence.columns['voice_margin'].mean()))(list(results)):.2f}",
        f"{100 * np.abs(expected - ders).mean():.1f}",
        f"{100 * np.abs(ders.mean() - ders).mean():.1f}",
        f"{100 * inside:.0f} %",
        f"{hits[0]:.2f}, {hits[1]:.2f}",
    ]


def piece_cells(results: Sequence[Result]) -> list[str]:
    seconds = sum(r.example.seconds.sum() for r in results)
    errors = sum((r.example.seconds * (1 - r.example.correct)).sum() for r in results)

    def by_confidence(result: Result) -> np.ndarray:
        return result.probabilities

    def by_length(result: Result) -> np.ndarray:
        return result.example.evidence.columns["turn_length"]

    return [
        f"{100 * errors / seconds:.1f} %",
        interval(results, least_certain(0.1, by_confidence), ".2f"),
        f"{least_certain(0.05, by_confidence)(list(results)):.2f}",
        f"{least_certain(0.1, by_length)(list(results)):.2f}",
        *(
            interval(results, calibration_error(kind), ".3f")
            for kind in ("turns", "seconds", "pieces")
        ),
    ]


def parts(results: Sequence[Result]) -> Iterator[tuple[str, str, list[Result]]]:
    """Yield system, part and results: of all recordings, of real and simulated ones, and of each corpus."""
    for system in dict.fromkeys(r.system for r in results):
        own = [r for r in results if r.system == system]
        real = [r for r in own if not r.corpus.startswith("sim")]
        simulated = [r for r in own if r.corpus.startswith("sim")]
        if real and simulated:
            yield system, "all", own
        for name, chosen in (("real", real), ("sim", simulated)):
            if chosen:
                yield system, name, chosen
        for corpus in dict.fromkeys(r.corpus for r in own):
            yield system, corpus, [r for r in own if r.corpus == corpus]


def take(members: Sequence[Result], margin: float) -> Result:
    """Return the result of the chosen system."""
    name = choose({member.system: member.expected[0] for member in members}, margin)
    return next(member for member in members if member.system == name)


def choice_rows(results: Sequence[Result]) -> Iterator[list[str]]:
    """Yield a row for each set of real recordings."""
    table = {(r.corpus, r.recording, r.system): r for r in results}
    names = dict.fromkeys(
        (r.corpus, r.recording) for r in results if not r.corpus.startswith("sim")
    )
    complete = [key for key in names if all((*key, member) in table for member in MEMBERS)]
    sets = {
        "conversations": ("ami", "misc"),
        "conversations-2": ("ami-far", "short", "talk", "web"),
    }
    rows = [(name, corpora, margin) for margin in MARGINS for name, corpora in sets.items()]
    rows += [("both", sum(sets.values(), ()), margin) for margin in MARGINS]
    for name, corpora, margin in rows:
        keys = [key for key in complete if key[0] in corpora]
        members = [[table[(*key, member)] for member in MEMBERS] for key in keys]
        chosen = [take(row, margin) for row in members]
        ideal = [min(row, key=lambda r: r.example.der) for row in members]
        columns = [chosen, *map(list, zip(*members, strict=True)), ideal]
        seconds = np.array(
            [[r.errors for r in column] for column in columns]
        )  # (systems, recordings, 2)
        rates = 100 * seconds[..., 0].sum(axis=1) / seconds[..., 1].sum(axis=1)
        best = 1 + int(rates[1:-1].argmin())
        draws = [seconds[:, i].sum(axis=1) for i in draw_recordings(len(keys))]
        gaps = [100 * (d[0, 0] / d[0, 1] - d[best, 0] / d[best, 1]) for d in draws]
        low, high = np.percentile(gaps, [2.5, 97.5])
        counts = ", ".join(f"{m} {sum(r.system == m for r in chosen)}" for m in MEMBERS)
        yield [
            name, str(len(keys)), str(margin), *(f"{rate:.2f}" for rate in rates),
            f"{rates[0] - rates[best]:+.2f} ({low:+.2f} to {high:+.2f})", counts,
        ]  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    corpora = ["ami", "misc", "ami-far", "short", "talk", "web", "sim-few"]
    parser.add_argument("--corpora", nargs="+", default=corpora)
    options = parser.parse_args()
    results = estimate(list(read_examples(options.corpora)))
    names = {(r.corpus, r.recording) for r in results}
    simulated = sum(corpus.startswith("sim") for corpus, _ in names)
    text = TEXT.format(count=len(names), real=len(names) - simulated, simulated=simulated)
    print_heading("Confidence without a reference", text)
    print(f"## Recordings\n\n{TEXT_OF_RECORDINGS.strip()}\n")
    columns = ["Spearman", "duration", "silhouette", "MAE", "mean", "in 90 %", "speakers"]
    print_table(
        ["system", "corpus", "recordings", *columns],
        (
            [system, part, str(len(own)), *recording_cells(own)]
            for system, part, own in parts(results)
        ),
    )
    print(f"\n## Turns\n\n{TEXT_OF_PIECES.strip()}\n")
    columns = [
        "label error",
        "least certain 10 %",
        "5 %",
        "short turns",
        "ECE of turns",
        "by seconds",
        "of pieces",
    ]
    print_table(
        ["system", "corpus", *columns],
        ([system, part, *piece_cells(own)] for system, part, own in parts(results)),
    )
    print(f"\n## Choice of a system\n\n{TEXT_OF_CHOICE.strip()}\n")
    columns = [
        "set",
        "recordings",
        "margin",
        "auto",
        *MEMBERS,
        "best choice",
        "difference",
        "chosen",
    ]
    print_table(columns, choice_rows(results))


if __name__ == "__main__":
    main()
