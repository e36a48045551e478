"""Ids of the channels of calls, from the ids of the calls."""

import re

_SUFFIX = re.compile(r"_ch[0-9]+$")


def channel_id(call: str, channel: int) -> str:
    """Return the id of a channel of a call.

    >>> channel_id("call", 2)
    'call_ch2'
    """
    return f"{call}_ch{channel}"


def call_id(channel: str) -> str:
    """Return the id of the call that an id of a channel belongs to; another id itself.

    A recording that is not a call may have such an id too. The plan of a run tells them apart.

    >>> call_id("call_ch2"), call_id("call")
    ('call', 'call')
    """
    return _SUFFIX.sub("", channel)
