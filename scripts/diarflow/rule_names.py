"""Names of rules without the additions of a Snakefile that uses this workflow as a module."""

from functools import cache

from diarflow.backends import PACKAGE
from diarflow.exports import EXPORTS


@cache
def _rules() -> frozenset[str]:
    """Return the rules that make files: each has a script with its name, or is an export."""
    exports = (export.rule for export in EXPORTS.values())
    return frozenset([*(path.stem for path in PACKAGE.parent.glob("*.py")), *exports])


def plain_rule(name: str) -> str:
    """Return the rule of a job, without its batch and without the additions of `use rule * from diarflow as ...`.

    >>> plain_rule("detect_speech-ami.webrtc-007-of-128"), plain_rule("calls_detect_speech"), plain_rule("rttm")
    ('detect_speech', 'detect_speech', 'rttm')
    """
    rule = name.partition("-")[0]
    if rule in _rules():
        return rule
    return max((known for known in _rules() if known in rule), key=len, default=rule)


def plain_name(name: str) -> str:
    """Return the name of a rule with its batch, without these additions.

    >>> plain_name("calls_detect_speech-ami.webrtc-007-of-128")
    'detect_speech-ami.webrtc-007-of-128'
    """
    rule, dash, batch = name.partition("-")
    return f"{plain_rule(rule)}{dash}{batch}"
