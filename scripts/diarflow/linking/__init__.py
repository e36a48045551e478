"""Linking: recognize the speakers of different recordings as the same people.

`load(**settings)` of a backend returns `link(scorer, pairs, constraints)`. `scorer` contains the voices (`Scorer`) in
the order of their keys, and `pairs` all pairs of voices that may be linked, with their log odds. The result is the
person of each voice, int (voices,), numbered from 0 by the first voice of each person.
"""

from diarflow.backends import Backend

LINKERS = {
    "agglomerative": Backend("diarflow.linking.agglomerative", packages=("scipy",)),
    "search": Backend("diarflow.linking.search", packages=("scipy",)),
}
