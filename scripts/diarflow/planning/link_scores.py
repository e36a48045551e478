"""Groups of corpora whose linking is scored, because the names in their references are those of people."""

from diarflow.planning.link_groups import LinkGroup
from diarflow.planning.plan import Plan


def scored_groups(plan: Plan) -> list[LinkGroup]:
    """Return the link groups whose linking is scored."""
    return [group for group in plan.link_groups if group.systems and _is_scored(plan, group)]


def score_tables(plan: Plan) -> list[str]:
    """Return the tables with the scores of the link groups."""
    return [f"results/report/linking/{group.name}.csv" for group in scored_groups(plan)]


def scored_recordings(plan: Plan, group: LinkGroup) -> dict[str, dict[str, list[str]]]:
    """Return the channels of each recording that has a reference, by corpus and recording."""
    return {
        name: {id: plan.calls.channels(name, id) for id in ids}
        for name in group.corpora
        if (ids := plan.scored_ids(name))
    }


def _is_scored(plan: Plan, group: LinkGroup) -> bool:
    """Return whether the names in the references of a group are those of people in all recordings."""
    is_shared = group.settings.shared_names
    if is_shared is None:
        corpora = [corpus for corpus in plan.settings.corpora if corpus.name in group.corpora]
        is_shared = all(corpus.simulate for corpus in corpora)
    return is_shared and bool(scored_recordings(plan, group))
