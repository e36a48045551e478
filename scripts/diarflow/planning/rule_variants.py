"""Variants of the rules over recordings: their folders, and the blocks of settings that hold them."""

from diarflow.exports import EXPORTS

# formats by the rule that exports recordings to them
EXPORT_RULES = {export.rule: name for name, export in EXPORTS.items() if export.file}

# kind of the systems that a rule runs
EXTERNAL_RULES = {"run_command": "command", "run_pipeline": "pipeline"}
# kind of the systems that a rule makes of other systems
MEMBER_RULES = {"fuse_systems": "fuse", "choose_system": "choose"}
# rules that make the RTTM of a system
RTTM_RULES = ("write_rttm", "import_rttm", "fuse_systems", "choose_system")
# rules that run only for systems whose speakers are linked
LINK_RULES = ("summarize_speakers", "label_speakers")

# rules that run only for systems whose confidence is needed
CONFIDENCE_RULES = ("collect_evidence", "estimate_confidence")

# folder name of a rule's variants, by the parts of a system that its result depends on
VARIANTS = {
    "prepare_audio": "",
    "prepare_reference": "",
    "simulate_conversations": "",
    "compute_activations": "{network}",
    "detect_speech": "{speech}",
    "detect_changes": "{changes}",
    "detect_overlap": "{overlap}",
    "resegment": "{speech}.{changes}",
    "embed_segments": "{speech}.{changes}.{overlap}.{embedding}",
    "cluster_segments": "{speech}.{changes}.{overlap}.{embedding}.{clustering}",
    "build_turns": "{system}",
    "run_command": "{system}",
    "run_pipeline": "{system}",
    "write_rttm": "{system}",
    "import_rttm": "{system}",
    "fuse_systems": "{system}",
    "choose_system": "{system}",
    "collect_evidence": "{system}",
    "estimate_confidence": "{system}",
    "join_channels": "",
    "score_recording": "{system}",
    "summarize_speakers": "{system}",
    "label_speakers": "{system}",
    "assign_words": "{system}",
    **{
        rule: f"{{system}}/{EXPORTS[name].folder}".rstrip("/")
        for rule, name in EXPORT_RULES.items()
    },
}

# block of settings that holds a rule's variants, for the rules that have backends
RULE_BLOCKS = {
    "compute_activations": "networks",
    "detect_speech": "speech",
    "detect_changes": "changes",
    "detect_overlap": "overlap",
    "embed_segments": "embedding",
    "cluster_segments": "clustering",
    "build_turns": "turns",
}
