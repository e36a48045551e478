"""Constraints between compared voices, from pairs of speakers that are one person or different people."""

from collections.abc import Collection, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from diarflow.errors import InputError
from diarflow.linking.pairs import components
from diarflow.linking.people import Key

PairList = Sequence[tuple[Key, Key]]


class ImpliedPairs(NamedTuple):
    """Pairs of compared voices that must and must not be linked, and the voices that are one person with others.

    `joined` maps a voice that is not compared to a compared voice, or else to the first voice, of the same person.
    """

    same: list[tuple[Key, Key]]
    different: list[tuple[Key, Key]]
    joined: dict[Key, Key]


def imply_pairs(same: PairList, different: PairList, compared: Collection[Key]) -> ImpliedPairs:
    """Return the constraints that the pairs imply between the voices `compared`, and the voices joined to others.

    Raises InputError if the pairs contradict each other, or if two known people are one person.

    >>> a, b, c = (("c", "r", name) for name in "abc")
    >>> imply_pairs([(a, b), (b, c)], [], [a, c])  # b is not compared
    ... # doctest: +NORMALIZE_WHITESPACE
    ImpliedPairs(same=[(('c', 'r', 'a'), ('c', 'r', 'c'))], different=[],
                 joined={('c', 'r', 'b'): ('c', 'r', 'a')})
    """
    keys = sorted({key for pair in (*same, *different) for key in pair})
    index = {key: number for number, key in enumerate(keys)}
    edges = np.array([(index[a], index[b]) for a, b in same], int).reshape(-1, 2)
    group_of = components(len(keys), [edges]).tolist()
    groups: dict[int, list[Key]] = {}
    for key, group in zip(keys, group_of, strict=True):
        groups.setdefault(group, []).append(key)
    known = set(compared)
    first = {
        group: next((key for key in members if key in known), members[0])
        for group, members in groups.items()
    }
    for members in groups.values():
        names = [key[2] for key in members if not key[1]]  # known people have no recording
        if len(names) > 1:
            raise InputError(
                f"links: same makes {names[0]} and {names[1]} one person, who are known"
            )
    for a, b in different:
        if group_of[index[a]] == group_of[index[b]]:
            shown = " and ".join("/".join(filter(None, key)) for key in (a, b))
            raise InputError(
                f"links: {shown} are one person in same, and different people in different"
            )
    chosen = {group: [key for key in members if key in known] for group, members in groups.items()}
    return ImpliedPairs(
        [pair for members in chosen.values() for pair in pairwise(members)],
        [
            (first[group_of[index[a]]], first[group_of[index[b]]])
            for a, b in different
            if chosen[group_of[index[a]]] and chosen[group_of[index[b]]]
        ],
        {
            key: first[group]
            for group, members in groups.items()
            for key in members
            if key not in known and key != first[group]
        },
    )
