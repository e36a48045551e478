"""Groups of corpora whose speakers are linked together, from the blocks `corpora` and `links` of the settings."""

from collections.abc import Iterator
from typing import NamedTuple

from diarflow.errors import InputError
from diarflow.settings import Settings
from diarflow.settings.linking import AgglomerativeLink, Link

# embedding backend whose vectors a shipped PLDA models
_SHIPPED = {"plda-campplus.npz": "campplus", "plda-pooled.npz": "pooled"}


class LinkGroup(NamedTuple):
    """Corpora that are linked together, with the systems that run on all of them, and the settings."""

    name: str
    corpora: tuple[str, ...]
    systems: tuple[str, ...]
    settings: Link


def link_groups(settings: Settings) -> list[LinkGroup]:
    """Return the groups of a configuration.

    Raises InputError with a line for each mistake: a corpus in two groups, a system without stages.
    """
    groups: list[LinkGroup] = []
    problems: list[str] = []
    for name, corpora, link, key in _requested(settings):
        for corpus in corpora:
            others = [group.name for group in groups if corpus in group.corpora]
            problems += [f"{key} contains {corpus}, which links.{other} links" for other in others]
        groups.append(
            LinkGroup(name, corpora, _systems(settings, corpora, link, key, problems), link)
        )
    if sum(link.corpora is None for link in settings.links.values()) > 1:
        problems.append("links has two entries whose corpora is null, expected one")
    if problems:
        raise InputError.of(problems)
    return groups


def _requested(settings: Settings) -> Iterator[tuple[str, tuple[str, ...], Link, str]]:
    """Yield name, corpora, settings and key of each group."""
    listed: set[str] = set()
    default: Link = AgglomerativeLink()
    key = "links"
    for name, link in settings.links.items():
        if link.corpora is None:
            default, key = link, f"links.{name}.systems"
            continue
        listed.update(link.corpora)
        yield name, tuple(dict.fromkeys(link.corpora)), link, f"links.{name}.corpora"
    for corpus in settings.corpora:
        if corpus.link and corpus.name not in listed:
            yield corpus.name, (corpus.name,), default, key


def _systems(
    settings: Settings, corpora: tuple[str, ...], link: Link, key: str, problems: list[str]
) -> tuple[str, ...]:
    """Return the systems of a group, and add what is wrong with them to `problems`."""
    run = {
        corpus.name: settings.systems_of(corpus)
        for corpus in settings.corpora
        if corpus.name in corpora
    }
    everywhere = [
        name
        for name in next(iter(run.values()), [])
        if all(name in names for names in run.values())
    ]
    if link.systems is None:
        return tuple(name for name in everywhere if _has_vectors(settings, name, link))
    for name in link.systems:
        if settings.systems[name].kind != "stages":
            problems.append(
                f"{key}: {name} has no vectors of speakers, expected a system of stages"
            )
        for corpus, names in run.items():
            if name not in names:
                problems.append(f"{key}: {name} does not run on the corpus {corpus}")
    return tuple(dict.fromkeys(link.systems))


def _has_vectors(settings: Settings, system: str, link: Link) -> bool:
    """Return whether a system has vectors that the PLDA of a group models."""
    parts = settings.systems[system]
    if parts.kind != "stages" or parts.embedding is None:
        return False
    backend = settings.embedding[parts.embedding].backend
    return _SHIPPED.get(link.model or "", backend) == backend


def people_pages(groups: list[LinkGroup]) -> list[str]:
    """Return the paths of the pages of people."""
    return [
        f"results/report/people/{group.name}.{system}.html"
        for group in groups
        for system in group.systems
    ]


def link_warnings(settings: Settings, groups: list[LinkGroup]) -> Iterator[str]:
    """Yield a line for each corpus with systems that are not linked, and for known people without an effect."""
    for group in groups:
        for corpus in settings.corpora:
            if corpus.name not in group.corpora:
                continue
            left = [name for name in settings.systems_of(corpus) if name not in group.systems]
            if left:
                yield f"corpus {corpus.name}: link: {', '.join(left)} not linked; linked: {', '.join(group.systems) or 'none'}"
    if settings.speakers.known and not groups:
        yield "speakers.known has no effect, because no corpus has link: true"
