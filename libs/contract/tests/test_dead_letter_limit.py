"""From which number of dead letters in a minute on a process takes nothing more."""

from contract.dead_letter_limit import DeadLetterLimit, HeldError


def test_the_limit_of_dead_letters_is_over_the_last_minute():
    limit = DeadLetterLimit(2)
    assert limit.count(2, 0.0)
    assert not limit.count(1, 59.0)
    assert limit.count(1, 100.0)


def test_what_it_says_names_the_setting_and_what_to_do():
    assert "DEAD_LETTERS_A_MINUTE" in str(HeldError())
    assert "tideline dead-letters list" in str(HeldError())
