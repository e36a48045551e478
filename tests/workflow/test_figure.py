import sys

from conftest import ROOT

sys.path.insert(0, str(ROOT / "docs"))

import rulegraph


def test_the_figure_of_the_readme_is_the_workflow():
    readme = (ROOT / "README.md").read_text()
    assert rulegraph.with_graph(readme, rulegraph.drawn()) == readme
