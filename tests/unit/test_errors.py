"""Messages: bounded in length and number, and safe on a terminal."""

from diarflow.errors import EXAMPLES, MAX_LENGTH, InputError, shortened, summarized


def test_a_message_has_three_examples_of_a_kind_and_the_number_of_the_others():
    lines = [f"ref.rttm:{number}: line begins with b{number}, expected SPEAKER" for number in range(1, 20_001)]  # fmt: skip
    error = InputError.of(lines)
    shown = str(error).split("\n")
    assert shown == [*lines[:EXAMPLES], "... and 19997 more of this kind"]
    assert error.details.split("\n") == lines


def test_messages_of_other_kinds_are_shown_too():
    lines = ["a.tsv:1: channel is 9, expected 1 to 2", "a.tsv:1: recording is empty, expected a name"]  # fmt: skip
    assert summarized(lines * 2) == [lines[0]] * 2 + [lines[1]] * 2


def test_a_text_of_many_kinds_is_bounded():
    words = ["".join(chr(97 + int(digit)) for digit in str(number)) for number in range(1000)]
    shown = summarized(words)
    assert len(shown) == 12 and shown[-1] == "... and 989 more"


def test_a_long_message_keeps_its_beginning_and_its_end():
    text = shortened(f"a.rttm:1: speaker is {'x' * 10**6}, expected a name")
    assert len(text) == MAX_LENGTH
    assert text.startswith("a.rttm:1: speaker is xxx") and text.endswith("x, expected a name")


def test_a_long_path_is_shortened_before_the_words_around_it():
    text = shortened(f"{'/folder' * 100}/a.wav: is not a regular file, expected audio")
    assert len(text) == MAX_LENGTH and text.endswith("a.wav: is not a regular file, expected audio")


def test_control_characters_are_escaped_and_line_breaks_kept():
    assert str(InputError("a\x1b[2J\nb\x07")) == "a\\x1b[2J\nb\\x07"
