import pytest

from gui.views.transform import LEAST_FIT, MOST_FIT, MOST_SCALE, between, fit

PHOTO, VIEW = (3000.0, 2000.0), (900.0, 600.0)


def test_a_fitted_photo_lies_in_the_middle_and_wholly_inside():
    fitted = fit(PHOTO, VIEW)
    left, top = fitted.origin
    right, bottom = fitted.to_view(*PHOTO)
    assert left > 0
    assert top > 0
    assert left + right == pytest.approx(VIEW[0])
    assert top + bottom == pytest.approx(VIEW[1])


def test_a_small_photo_is_enlarged_only_so_far():
    assert fit((200, 100), VIEW).scale == MOST_FIT


def test_a_tiny_photo_is_enlarged_until_it_can_be_seen():
    for photo in ((10, 10), (40, 3), (2, 60)):
        assert max(photo) * fit(photo, VIEW).scale == pytest.approx(LEAST_FIT * min(VIEW))
    assert fit((1, 1), VIEW).scale == MOST_SCALE
    assert fit((10, 10), (10.0, 10.0)).scale < 1  # never beyond the view


@pytest.mark.parametrize("pointer", [(450, 300), (100, 80), (860, 560)])
@pytest.mark.parametrize("factor", [1.25, 3, 40])
def test_zooming_in_keeps_the_point_under_the_pointer(pointer, factor):
    fitted = fit(PHOTO, VIEW)
    point = fitted.to_photo(*pointer)
    zoomed = fitted.zoomed(factor, *pointer)
    assert zoomed.to_view(*point) == pytest.approx(pointer)


def test_zooming_out_ends_with_the_fitted_photo():
    there = fit(PHOTO, VIEW).zoomed(7, 30, 500)
    for _ in range(30):
        there = there.zoomed(0.8, 700, 20)
    assert there.is_fit


def test_zooming_in_ends():
    assert fit(PHOTO, VIEW).zoomed(1e9, 10, 10).scale == MOST_SCALE


def test_a_small_photo_can_be_brought_to_100_percent():
    fitted = fit((100, 100), VIEW)
    full = fitted.zoomed(1 / fitted.scale, 5, 5)
    assert full.scale == 1
    assert full.center == (50, 50)


def test_a_pan_moves_the_photo_but_never_out_of_the_view():
    there = fit(PHOTO, VIEW).zoomed(4, 450, 300)
    point = there.to_photo(450, 300)
    assert there.panned(30, -20).to_view(*point) == pytest.approx((480, 280))
    assert there.panned(1e6, -1e6).center == (0, PHOTO[1])


def test_another_size_of_the_view_keeps_it_fitted_or_keeps_the_middle():
    fitted = fit(PHOTO, VIEW)
    assert fitted.in_view((500.0, 900.0)) == fit(PHOTO, (500.0, 900.0))
    zoomed = fitted.zoomed(3, 100, 100)
    moved = zoomed.in_view((500.0, 900.0))
    assert (moved.scale, moved.center) == (zoomed.scale, zoomed.center)


def test_a_glide_keeps_the_fixed_point_all_the_way():
    start = fit(PHOTO, VIEW)
    end = start.zoomed(5, 200, 150)
    point = start.to_photo(200, 150)
    for share in (0.0, 0.2, 0.5, 0.9, 1.0):
        assert between(start, end, share).to_view(*point) == pytest.approx((200, 150), abs=1e-6)
    assert between(start, end, 1.0) is end


def test_a_glide_without_zoom_is_even():
    start = fit(PHOTO, VIEW).zoomed(5, 200, 150)
    end = start.panned(-100, 0)
    half = between(start, end, 0.5)
    assert half.center[0] == pytest.approx((start.center[0] + end.center[0]) / 2)


def test_the_visible_part_ends_at_the_photo():
    whole = fit((3000.0, 2000.0), (800.0, 600.0))
    assert whole.visible == (0, 0, 3000, 2000)
    assert not whole.is_zoomed_in
    near = whole.zoomed(4, 400, 300)
    left, top, right, bottom = near.visible
    assert (right - left) * near.scale == pytest.approx(800)
    assert (bottom - top) * near.scale == pytest.approx(600)
    assert near.is_zoomed_in
    assert not whole.panned(300, 0).is_zoomed_in  # pushed aside, but not larger


def test_centering_stops_at_the_edges_of_the_photo():
    near = fit((3000.0, 2000.0), (800.0, 600.0)).zoomed(4, 400, 300)
    assert near.centered(1200, 900).center == (1200, 900)
    assert near.centered(0, 5000).visible == pytest.approx(
        (0, 2000 - 600 / near.scale, 800 / near.scale, 2000)
    )
    narrow = fit((200.0, 4000.0), (800.0, 600.0)).zoomed(3, 400, 300)
    assert narrow.centered(10, 2500).center == (100, 2500)
