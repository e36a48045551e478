"""Draw the rules of the workflow into README.md, between the marks of the figure: `make figure`."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MARKS = re.compile(r"(<!-- rules -->\n```mermaid\n).*?(```\n<!-- end of rules -->)", re.S)


def drawn() -> str:
    """The graph of rules that Snakemake gives, without colours, as Mermaid; in an order of its own."""
    command = [
        sys.executable,
        "-m",
        "snakemake",
        "--rulegraph",
        "mermaid-js",
        "--forceall",
        "--quiet",
    ]
    text = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT).stdout
    names = dict(re.findall(r"^\s*(id\d+)\[(\w+)\]", text, flags=re.M))
    pairs = re.findall(r"^\s*(id\d+) --> (id\d+)", text, flags=re.M)
    edges = sorted(f"    {names[one]} --> {names[other]}" for one, other in pairs)
    return "\n".join(["flowchart LR", *edges]) + "\n"


def with_graph(readme: str, graph: str) -> str:
    return MARKS.sub(lambda found: found[1] + graph + found[2], readme)


if __name__ == "__main__":
    path = ROOT / "README.md"
    path.write_text(with_graph(path.read_text(), drawn()))
