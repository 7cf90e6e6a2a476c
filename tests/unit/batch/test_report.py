"""The report of a batch, as three files and in a real browser."""

import csv
import io
import json

import numpy as np
import pytest
from PIL import Image

from engine.batch import BatchReport, write_report
from engine.batch.records import Record
from engine.cancel import CancelToken
from engine.i18n import set_language
from tests.support.browser import Page, needs_browser, opened_page

LONG = "a_name_that_a_scanner_made_up_" * 6


@pytest.fixture
def records(tmp_path) -> tuple[Record, ...]:
    """Two photos that are done, one of them with a long name, one failed, one not begun."""
    ramp = np.linspace(20, 230, 300)[None].repeat(200, axis=0).astype(np.uint8)
    for folder in ("album/1910 Süd", "out/1910 Süd"):
        (tmp_path / folder).mkdir(parents=True)
    for name in ("1910 Süd/家族", LONG):
        Image.fromarray(ramp).save(tmp_path / "album" / f"{name}.png")
        red = np.stack((ramp, ramp // 2, ramp // 2), -1)
        Image.fromarray(red).save(tmp_path / "out" / f"{name}-colorized.png")
    return tuple(
        Record(
            tmp_path / "album" / f"{name}.png", at, 1, 1, "", "",
            tmp_path / "out" / f"{name}-colorized.png", None, "unique", *rest,
        )  # type: ignore[arg-type]
        for at, (name, *rest) in enumerate((
            ("1910 Süd/家族", "done", "", "", 1.5, 1),
            (LONG, "done", "", "", 0.25, 1),
            ("damaged", "failed", "It is <damaged> & gone.", "unreadable-photo", 0.0, 1),
            ("later", "waiting"),
        ), 1)
    )  # fmt: skip


@pytest.fixture
def report(records) -> BatchReport:
    return BatchReport(records, "A batch of <4>", 150.0)


def test_the_report_in_three_forms(report, tmp_path):
    page, table, data = write_report(report, tmp_path)
    html = page.read_text("utf-8")
    assert "A batch of &lt;4&gt;" in html
    assert "It is &lt;damaged&gt; &amp; gone." in html
    assert html.index("damaged.png") < html.index("家族.png")  # what failed comes first
    assert html.count("data:image/jpeg;base64,") == 4  # before and after of those that are done
    assert "http" not in html.replace("http-equiv", "")  # it needs nothing from anywhere
    with table.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["state"] for row in rows] == ["done", "done", "failed", "waiting"]
    assert rows[0]["target"] == str(tmp_path / "out" / "1910 Süd" / "家族-colorized.png")
    assert rows[2]["target"] == ""
    whole = json.loads(data.read_text("utf-8"))
    assert whole["counts"] == {"failed": 1, "waiting": 1, "done": 2}
    assert whole["photos"][2]["code"] == "unreadable-photo"


def test_without_time_for_pictures_all_else_is_there(report, tmp_path):
    hurry = CancelToken()
    hurry.cancel()
    page, table, _ = write_report(report, tmp_path, hurry=hurry)
    html = page.read_text("utf-8")
    assert "data:image" not in html
    assert html.count("<tr class=") == 4
    assert len(table.read_text("utf-8").splitlines()) == 5


@pytest.fixture
def page(report, tmp_path, tmp_path_factory):
    path = write_report(report, tmp_path)[0]
    with opened_page(path, tmp_path_factory.mktemp("browser")) as opened:
        yield opened


def texts(page: Page, selector: str) -> list[str]:
    """The words of all elements that are seen."""
    shown = page.value(
        f"Array.from(document.querySelectorAll({selector!r}))"
        ".filter(each => each.getClientRects().length).map(each => each.innerText)"
    )
    return [" ".join(text.split()) for text in shown]


@needs_browser
def test_a_browser_shows_it_and_asks_for_nothing_else(page, tmp_path):
    page.look(1200, 2000)
    assert texts(page, "h1") == ["A batch of <4>"]
    assert texts(page, "p") == ["Time: 2 min"]
    assert texts(page, "nav button") == ["1 failed", "1 not begun", "2 colored"]
    rows = texts(page, "tbody tr")
    assert rows[0] == "damaged.png It is <damaged> & gone. failed"
    assert rows[1] == "later.png not begun"
    assert rows[2] == "家族.png 1910 Süd → 家族-colorized.png colored 1.5 s"
    assert rows[3] == f"{LONG}.png → {LONG}-colorized.png colored 0.2 s"
    links = page.value("Array.from(document.querySelectorAll('td a'), each => each.href)")
    assert len(links) == 6
    assert (tmp_path / "out" / "1910 Süd" / "家族-colorized.png").as_uri() in links
    # Pictures that come into sight are decoded.
    sizes = page.value(
        "Promise.all(Array.from(document.images, each => each.decode()"
        ".then(() => [each.naturalWidth, each.naturalHeight])))"
    )
    assert sizes == [[160, 107]] * 4
    asked = [address for address in page.requests if not address.startswith("data:image/jpeg;")]
    assert asked == [(tmp_path / "photochrom-report.html").as_uri()]
    assert page.complaints == []


@needs_browser
def test_its_rows_are_found_by_words_and_by_state(page):
    page.look(1200, 2000)

    def typed(words: str) -> list[str]:
        page.value(f"search.value = {words!r}; search.dispatchEvent(new Event('input'));")
        return [text.split(".png")[0] for text in texts(page, "tbody tr")]

    def pressed(state: str) -> list[str]:
        page.value(f"document.querySelector('button.{state}').click()")
        return [text.split(".png")[0] for text in texts(page, "tbody tr")]

    assert typed("GONE") == ["damaged"]
    assert typed("süd") == ["家族"]
    assert typed("") == ["damaged", "later", "家族", LONG]
    assert pressed("done") == ["家族", LONG]
    assert typed("süd") == ["家族"]
    assert pressed("failed") == []
    assert page.value("document.querySelector('button.failed').ariaPressed") == "true"
    assert typed("") == ["damaged"]
    assert pressed("failed") == ["damaged", "later", "家族", LONG]
    assert page.complaints == []


@needs_browser
@pytest.mark.parametrize(("width", "scheme"), [(1200, "light"), (1200, "dark"), (420, "dark")])
def test_it_fits_every_width_and_follows_light_and_dark(page, width, scheme):
    page.look(width, 1600, scheme)
    assert page.value("document.documentElement.scrollWidth") == width
    page.value("Promise.all(Array.from(document.images, each => each.decode()))")
    seen = np.asarray(Image.open(io.BytesIO(page.picture())).convert("RGB"), int)
    assert seen.shape == (1600, width, 3)
    paper = seen[-1, 0]
    assert (paper.max() < 64) if scheme == "dark" else (paper.min() > 200)
    # Of the made-up photos half is red, and nothing else is so large.
    red = seen[..., 0] - seen[..., 1:].max(-1) > 40
    assert red.sum() > 5000


@needs_browser
def test_it_says_which_language_it_is_in(records, tmp_path, tmp_path_factory):
    set_language("zh_CN")
    try:
        path = write_report(BatchReport(records, "批处理", 5.0), tmp_path)[0]
    finally:
        set_language("en")
    with opened_page(path, tmp_path_factory.mktemp("browser")) as page:
        assert page.value("document.documentElement.lang") == "zh-CN"
        assert page.value("document.querySelector('nav button').innerText").startswith("1 ")


@needs_browser
def test_the_browser_is_heard_when_a_page_does_what_it_should_not(tmp_path, tmp_path_factory):
    """Or else a report that asks for something, or fails, would pass."""
    bad = tmp_path / "bad.html"
    bad.write_text('<img src="https://nowhere.invalid/a.png"><script>nothing();</script>')
    with opened_page(bad, tmp_path_factory.mktemp("browser")) as page:
        assert page.requests == [bad.as_uri(), "https://nowhere.invalid/a.png"]
        assert any("nothing is not defined" in each for each in page.complaints)
