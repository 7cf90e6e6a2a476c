"""Progress never falls, and the time left is near the truth."""

import random

import pytest

from engine.batch.pace import LOOK, Load, Pace, Took, expected_seconds


def simulated(sizes, pixels_per_byte=4.0, failing=(), speed=1e-7):
    """(true seconds left, what was said, share) after each photo."""
    pace = Pace([Load("jpg", size) for size in sizes])
    took = [0.0 if i in failing else (size * pixels_per_byte + LOOK) * speed
            for i, size in enumerate(sizes)]  # fmt: skip
    elapsed, told = 0.0, []
    for index, size in enumerate(sizes):
        if index in failing:
            pace.dropped(index)
        else:
            pace.read(index, round(size * pixels_per_byte))
            elapsed += took[index]
            pace.done(index)
        told.append((sum(took[index + 1 :]), pace.seconds_left(elapsed), pace.share()))
    return told


@pytest.mark.parametrize("failing", [(), range(0, 200, 7)])
def test_the_time_left_is_honest(failing):
    rng = random.Random(3)
    told = simulated([rng.randint(100_000, 20_000_000) for _ in range(200)], failing=failing)
    for true, said, _ in told[20:-1]:
        assert said == pytest.approx(true, rel=0.35 if failing else 0.01, abs=0.01)
    assert told[-1][1] == 0


def test_large_photos_at_the_end_are_foreseen():
    told = simulated([100_000] * 50 + [20_000_000] * 50)
    true, said, share = told[49]
    assert said == pytest.approx(true, rel=0.05)
    assert share < 0.2


def test_the_share_never_falls_whatever_turns_up():
    rng = random.Random(5)
    loads = [Load(rng.choice(["jpg", "tif"]), rng.randint(1, 10**7)) for _ in range(300)]
    pace = Pace(loads)
    last = pace.share()
    for index in rng.sample(range(300), 300):
        if rng.random() < 0.2:
            pace.dropped(index)
        else:
            pace.read(index, rng.randint(1, 10**8))  # nothing like what was expected
            if rng.random() < 0.1:
                pace.dropped(index)
            else:
                pace.done(index)
        assert last <= pace.share() <= 1
        last = pace.share()
    assert last == 1


def test_a_photo_whose_result_was_there_already_is_no_work():
    pace = Pace([Load("jpg", 1000)] * 3)
    pace.read(0, 4000)
    pace.done(0)
    pace.done(1)  # without having been read
    assert pace.seconds_left(5.0) == pytest.approx(5.0)
    pace.done(2)
    assert pace.seconds_left(5.0) == 0
    assert pace.share() == 1


def test_nothing_is_said_before_anything_is_known():
    pace = Pace([Load("jpg", 1000)] * 3)
    assert pace.seconds_left(5.0) is None
    assert pace.share() == 0
    pace.read(0, 4000)
    assert pace.seconds_left(5.0) is None
    pace.done(0)
    assert pace.seconds_left(5.0) == pytest.approx(10.0)
    pace.add(Load("jpg", 1000))
    assert pace.seconds_left(5.0) == pytest.approx(15.0)
    assert Pace().share() == 1


def test_the_time_of_earlier_photos_is_weighted_by_their_size():
    small, large = Load("jpg", 50_000), Load("jpg", 20_000_000)
    earlier = [Took(small, (LOOK + small.most_pixels) * 1e-7)] * 20
    assert expected_seconds(earlier, [small] * 30) == pytest.approx(30 * earlier[0].seconds)
    assert expected_seconds(earlier, [large] * 2) == pytest.approx(2 * 13.1)
    assert expected_seconds(earlier, []) == 0


def test_what_went_into_getting_started_is_left_out():
    load = Load("png", 400_000)
    earlier = [Took(load, 9.0), *[Took(load, seconds) for seconds in (0.4, 0.6, 0.5, 0.5)]]
    assert expected_seconds(earlier, [load] * 10) == pytest.approx(5.0)


def test_too_few_earlier_photos_say_nothing():
    load = Load("png", 400_000)
    assert expected_seconds([Took(load, 0.5)] * 2, [load]) is None
    assert expected_seconds([Took(load, 0.0)] * 3, [load]) == 0


def test_reading_a_photo_twice_counts_once():
    pace = Pace([Load("jpg", 1000)] * 2)
    pace.read(0, 4000)
    pace.read(0, 4000)
    pace.done(0)
    assert pace.seconds_left(5.0) == pytest.approx(5.0)
