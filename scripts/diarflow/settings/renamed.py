"""Former names of settings."""

# block of variants: former name: present name
RENAMED = {
    "embedding": {"least_speech": "min_speech_ratio"},
    "clustering": {
        "acoustic": "Fa",
        "loop": "loop_probability",
        "merge": "merge_threshold",
        "min_cluster": "min_cluster_size",
        "min_share": "min_speaker_share",
        "points": "max_points",
        "restarts": "n_init",
        "single_below": "single_speaker_silhouette",
        "speaker": "Fb",
    },
}


def present_name(path: tuple) -> str | None:
    """Return the present name of a setting of a variant if `path` has a former one.

    >>> present_name(("clustering", "vbx", "acoustic"))
    'Fa'
    """
    match path:
        case (block, _, name):
            return RENAMED.get(block, {}).get(name)
    return None
