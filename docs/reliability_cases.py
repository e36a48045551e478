"""Inputs on which version 0.1.0 was wrong, with its behaviour and the present one.

Each case has the name of its folder or script in ../shared/cases, and the test that contains the present behaviour.
"""

from typing import NamedTuple


class Case(NamedTuple):
    """Behaviour of a case in version 0.1.0 and now. `test` is the id of a test below tests/."""

    name: str
    before: str
    now: str
    test: str


CASES = [
    Case(
        "flac-of-a-pipe",
        "The last 16 s are lost, or the recording is set aside.",
        "All audio is decoded.",
        "unit/test_codecs.py::test_all_encoded_samples_are_decoded_at_their_place",
    ),
    Case(
        "mp3-vbr-no-header",
        "7 s of 30 s are decoded, and the reference is clipped to them.",
        "All audio is decoded.",
        "unit/test_codecs.py::test_all_encoded_samples_are_decoded_at_their_place",
    ),
    Case(
        "mp3-joined",
        "Only the first part is decoded.",
        "All parts are decoded.",
        "unit/test_codecs.py::test_files_one_behind_the_other_are_all_decoded",
    ),
    Case(
        "ogg-that-holds-flac",
        "Set aside with words of the decoder.",
        "Decoded.",
        "unit/test_codecs.py::test_all_encoded_samples_are_decoded_at_their_place",
    ),
    Case(
        "truncated-prepared-wav",
        "The error rate of half a recording, with status 0.",
        "The file is kept aside and made again.",
        "workflow/test_result_records.py::test_every_damaged_result_is_made_again",
    ),
    Case(
        "damaged-artifact",
        "The report of all corpora fails, and no run repairs it.",
        "The file is kept aside and made again.",
        "workflow/test_result_records.py::test_every_damaged_result_is_made_again",
    ),
    Case(
        "older-audio",
        "Audio that was replaced by an older file is not noticed.",
        "The recording is prepared again.",
        "workflow/test_reruns.py::test_a_replaced_source_is_prepared_again_whatever_its_time",
    ),
    Case(
        "source-of-the-future, audio-dated-in-the-future",
        "The job, its batch and the run fail.",
        "An ordinary source.",
        "workflow/test_reruns.py::test_a_replaced_source_is_prepared_again_whatever_its_time",
    ),
    Case(
        "audio-changed-under-job",
        "The old content stays.",
        "The recording is set aside with the reason, and the next run prepares it.",
        "unit/test_source_stamps.py::test_a_file_that_was_replaced_after_planning_has_a_stamp_of_its_own",
    ),
    Case(
        "records-lost",
        "A changed setting runs nothing.",
        "It runs what depends on it, and nothing else.",
        "workflow/test_result_records.py::test_a_lost_snakemake_folder_reruns_nothing_and_hides_no_change",
    ),
    Case(
        "clock-went-back",
        "Changes are missed until the clock has caught up.",
        "Changes run what depends on them.",
        "workflow/test_result_records.py::test_results_of_a_clock_that_was_ahead_hide_no_change",
    ),
    Case(
        "channels-a-b-and-0-1",
        "Turns of the wrong channel, or none.",
        "0/1, A/B and left/right mean channels 1 and 2; the run reports it.",
        "unit/test_channels.py::test_two_channels_are_mapped_to_1_and_2",
    ),
    Case(
        "channel-without-speech",
        "Both channels are set aside.",
        "The silent channel has an empty reference.",
        "unit/test_reference.py::test_a_silent_channel_has_an_empty_reference_if_another_channel_or_the_uem_is_known",
    ),
    Case(
        "reference-outside-the-recording",
        "The reference is empty, and all speech is a false alarm.",
        "Set aside with the numbers.",
        "unit/test_reference.py::test_a_misplaced_reference_is_an_error_with_numbers",
    ),
    Case(
        "annotation-csv-of-a-spreadsheet",
        "Set aside, or read in the wrong unit.",
        "Read, or set aside with what to do.",
        "unit/test_formats.py::test_a_csv_of_a_spreadsheet_is_read",
    ),
    Case(
        "rttm-nine-fields-and-a-space",
        "Two speakers become one.",
        "Two speakers.",
        "unit/test_formats.py::test_the_speaker_is_the_name_without_confidence",
    ),
    Case(
        "rttm-ids-with-endings",
        "Set aside.",
        "Endings, folders and Unicode forms of a name mean the same recording.",
        "unit/test_names.py::test_names_of_one_recording_have_one_normal_form",
    ),
    Case(
        "folder-of-references-that-match-nothing",
        "One of four recordings is scored, without a message.",
        "Matched by the end of the name; files that match nothing are named.",
        "unit/test_annotation_matching.py::test_a_folder_of_references_is_matched_by_the_end_of_the_names",
    ),
    Case(
        "csv-name-with-dot, csv-header-corrected",
        "A corrected reference is not noticed.",
        "The recording is scored again.",
        "unit/test_annotation_matching.py::test_a_changed_line_of_a_recording_with_dots_in_its_name_changes_the_row",
    ),
    Case(
        "unreadable-reference",
        "The run ends with a traceback.",
        "A reference sets its recording aside; a table is one line.",
        "unit/test_table.py::test_a_table_that_cannot_be_read_is_one_line",
    ),
    Case(
        "reason-of-many-lines",
        "A line of 1.6 MB on the terminal.",
        "At most 300 characters and three examples.",
        "unit/test_formats.py::test_a_file_of_another_format_is_named_in_a_short_line",
    ),
    Case(
        "table-of-a-spreadsheet",
        "Rejected, or with quotes in the names.",
        "Read.",
        "unit/test_table.py::test_a_table_of_a_spreadsheet_is_read",
    ),
    Case(
        "folder-holds-results",
        "The second run takes results for recordings.",
        "Results are never recordings.",
        "unit/test_file_listing.py::test_results_of_this_run_and_of_others_are_no_recordings",
    ),
    Case(
        "folder-leaves-out, folder-that-is-read-in-part",
        "Some files are left out without a message, and hidden files are taken.",
        "Files that are left out are counted by ending.",
        "unit/test_file_listing.py::test_files_left_out_are_counted_by_ending",
    ),
    Case(
        "periodic-name",
        "The run ends.",
        "The recording has another id.",
        "unit/test_recording.py::test_no_id_is_periodic_for_snakemake",
    ),
    Case(
        "number-of-speakers-and-the-default",
        "The default system ignores the number in the table.",
        "Every clustering uses it.",
        "workflow/test_systems.py::test_the_number_of_speakers_in_the_table_is_used_by_default",
    ),
    Case(
        "report-deletes-through-link",
        "Files of the user are deleted.",
        "Only files in the list of pages are removed, and none behind a link.",
        "unit/test_unchanged_pages.py::test_no_page_is_removed_behind_a_link",
    ),
    Case(
        "io-error-sets-aside, file-size-limit",
        "Recordings are set aside.",
        "The job fails.",
        "unit/test_isolation.py::test_an_error_of_the_system_fails_the_job",
    ),
    Case(
        "stopped-counts-as-work",
        "The recording is set aside.",
        "Only the time of the work counts.",
        "unit/test_isolation.py::test_the_time_for_which_a_job_is_stopped_does_not_count_against_its_time_limit",
    ),
    Case(
        "waits-without-a-word",
        "The next run waits without a message.",
        "One line names the process and how to end it.",
        "unit/test_isolation.py::test_a_job_that_waits_for_another_announces_the_process_and_how_to_end_it",
    ),
    Case(
        "terminal-escapes",
        "Control characters reach the terminal.",
        "They are escaped.",
        "unit/test_errors.py::test_control_characters_are_escaped_and_line_breaks_kept",
    ),
    Case(
        "module-with-own-settings",
        "A configuration in part is an error.",
        "Defaults are filled in.",
        "unit/test_settings.py::test_the_config_of_a_module_is_an_overlay",
    ),
    Case(
        "module-in-corpus-folder",
        "A file `numpy.py` in the folder of the run is imported.",
        "It is not imported.",
        "unit/test_python_start.py::test_only_the_current_folder_of_python_m_leaves_the_search_path",
    ),
    Case(
        "checkout-in-a-path-with-a-space",
        "The first job fails.",
        "It runs.",
        "unit/test_python_start.py::test_the_path_of_python_is_quoted_in_the_command_of_a_script",
    ),
    Case(
        "channels-out-of-phase",
        "An empty RTTM, a DER of 100 %.",
        "The loudest channel is used, with a note.",
        "unit/test_mixing.py::test_if_channels_cancel_each_other_the_loudest_is_used",
    ),
    Case(
        "many-channels",
        "A file of 2 KB takes 1 GB of memory.",
        "Memory is bounded.",
        "unit/test_audio_headers.py::test_a_small_file_of_many_channels_takes_little_memory",
    ),
    Case(
        "model-of-another-kind",
        "All recordings are set aside.",
        "One line before the first job.",
        "unit/test_model_files.py::test_an_onnx_file_with_another_interface_is_one_line",
    ),
    Case(
        "yaml-laughs",
        "30 s of CPU time, or 4 GB of memory.",
        "One line.",
        "workflow/test_start.py::test_a_configuration_that_aliases_blow_up_ends_at_once",
    ),
    Case(
        "second-run-rows",
        "A second run or a dry run changes the recordings of the first.",
        "It changes nothing.",
        "workflow/test_planning.py::test_a_run_beside_a_live_run_works_on_another_corpus_and_is_refused_on_the_same",
    ),
    Case(
        "deleted-der",
        "`der.csv` is not made again.",
        "It is made again.",
        "workflow/test_result_records.py::test_a_deleted_table_is_made_again",
    ),
]
