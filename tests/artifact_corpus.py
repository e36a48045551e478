"""Corpus of imported systems whose names contain spaces, letters that are not ASCII, and "#"."""

from workflow_runs import BATCHES, Workflow, build_once, write_tiny_corpus

LINE = "SPEAKER\t{}\t1\t{}\t{}\t<NA>\t<NA>\t{}\t<NA>\t<NA>\n"
SYSTEMS = {"folder": {"rttm": "rttm"}, "file": {"rttm": "all.rttm"}}


def build_artifacts(tmp_path_factory):
    """Return the results of two imported systems on three recordings, of which `bad` is set aside at both stages."""

    def build(folder):
        write_tiny_corpus(folder, "classic", changes="none")
        (folder / "rttm").mkdir()
        reference = "".join(
            LINE.format(name, start, 2.5, speaker)
            for name in ("Gespräch 1", "call #2")
            for start, speaker in ((0, "Frau Müller"), (2, "李 雷"), (2.2, "Frau Müller"))
        )
        (folder / "all.rttm").write_text(";; made by hand\n" + reference)
        (folder / "rttm/Gespräch 1.rttm").write_text(reference)
        (folder / "bad.rttm").write_text("SPEAKER bad 1 0 -1 <NA> <NA> x <NA> <NA>\n")
        (folder / "all.uem").write_text("Gespräch 1 1 0 4.5\nbad 1 0 4\n")
        (folder / "t.tsv").write_text(
            "recording\treference\tuem\nGespräch 1\tall.rttm\tall.uem\n"
            "bad\tbad.rttm\tall.uem\ncall #2\tall.rttm\t\n"
        )
        corpus = {"name": "texts", "recordings": "t.tsv", "systems": list(SYSTEMS)}
        overlay = BATCHES | {"corpora": [corpus], "systems": SYSTEMS}
        done = Workflow(folder)("--cores", "2", overlay=overlay, check=False)
        assert done.status == 3, done.text

    return build_once(tmp_path_factory, "artifacts", build) / "results/texts"
