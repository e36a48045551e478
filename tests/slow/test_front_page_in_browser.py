"""The front page in a browser: the view in the URL, the table of recordings, charts that lead on, and sound."""

import contextlib

import pytest
from playwright.sync_api import expect
from sample_front_page import write_front_page

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("front")
    with contextlib.chdir(folder):
        return folder / write_front_page()


@pytest.fixture
def page(site, open_page):
    return opened(open_page, site)


def opened(open_page, site, fragment="", **options):
    page = open_page(site / "index.html", fragment, **options)
    page.set_default_timeout(10_000)
    page.locator("#recordings tbody tr").first.wait_for()
    return page


def names(page):
    return page.locator("#recordings tbody th a").all_inner_texts()


def titles(page):
    return page.locator("#recordings thead button").all_inner_texts()


def test_back_and_reload_restore_protocol_and_system_with_the_controls(page):
    page.get_by_label("fair").check()
    page.get_by_label("System", exact=True).select_option("theirs")
    expect(page.locator("#recordings [data-column=error_seconds]").nth(1)).to_have_text("6.50")
    page.go_back()
    expect(page.get_by_label("System", exact=True)).to_have_value("ours")
    expect(page.get_by_label("fair")).to_be_checked()
    page.go_back()
    expect(page.get_by_label("full")).to_be_checked()
    shown = page.locator("#totals tbody tr:visible").first
    assert shown.get_attribute("data-protocol") == "full"
    page.go_forward()
    page.reload()
    expect(page.get_by_label("fair")).to_be_checked()
    assert page.locator("#totals tbody tr:visible").first.get_attribute("data-protocol") == "fair"


def test_the_controls_agree_with_the_tables_after_a_visit_to_a_recording(page):
    page.get_by_label("forgiving").check()
    page.get_by_role("link", name="gecko").last.click()
    page.wait_for_url("**/gecko.html*")
    page.go_back()
    page.locator("#recordings tbody tr").first.wait_for()
    expect(page.get_by_label("forgiving")).to_be_checked()
    expect(page.locator("#recordings [data-column=error_seconds]").nth(1)).to_have_text("5.00")


def test_a_pasted_link_restores_the_view(site, open_page):
    fragment = (
        "system=theirs&protocol=fair&sort=recording&filter=o&corpus=talk&columns=der,duration"
    )
    page = opened(open_page, site, fragment)
    assert names(page) == ["broken", "gecko", "long", "short"]
    assert titles(page) == ["recording", "DER, %", "duration"]
    expect(page.get_by_label("Name contains")).to_have_value("o")
    expect(page.get_by_label("Corpus", exact=True)).to_have_value("talk")


def test_values_of_the_url_that_do_not_exist_are_ignored(site, open_page):
    page = opened(open_page, site, "system=gone&protocol=x&sort=y&page=99&columns=z")
    expect(page.get_by_label("System", exact=True)).to_have_value("ours")
    assert len(names(page)) == 4


def test_the_recordings_begin_with_the_most_seconds_of_error(page):
    assert names(page) == ["gecko", "long", "short", "broken"]
    shares = page.locator("#recordings td[data-column=error_share]").all_inner_texts()
    assert shares == ["58.1", "34.9", "7.0", ""]


def test_eight_columns_are_shown_and_the_others_can_be_chosen(page):
    assert len(titles(page)) == 1 + 8
    page.get_by_text("Columns", exact=True).click()
    page.get_by_label("JER, %").check()
    expect(page.locator("#recordings thead")).to_contain_text("JER, %")
    assert "columns=" in page.url
    page.get_by_role("button", name="Default columns").click()
    expect(page.locator("#recordings thead")).not_to_contain_text("JER, %")


def test_a_row_shows_why_a_recording_is_not_scored_and_what_its_reference_lost(page):
    broken = page.locator("#recordings tbody tr", has_text="broken")
    expect(broken).to_contain_text(
        "prepare_reference failed: broken.rttm:3: the end is before the start"
    )
    expect(page.locator("#recordings tbody tr", has_text="gecko")).to_contain_text(
        "12 turns dropped"
    )


def test_rows_chart_bars_and_points_carry_system_and_protocol(page):
    page.get_by_label("fair").check()
    link = page.locator("#recordings tbody th a").first
    assert link.get_attribute("href").endswith("gecko.html#system=ours&protocol=fair")
    page.locator("#compare .main-svg").first.wait_for()
    page.evaluate(
        "document.querySelector('#compare').emit('plotly_click', {points: [{customdata: 0}]})"
    )
    page.wait_for_url("**/long.html#system=ours&protocol=fair")
    page.go_back()
    page.locator("#bars .main-svg").first.wait_for()
    page.evaluate(
        "document.querySelector('#bars').emit('plotly_click', {points: [{"
        "customdata: diarflow.front.site.bars.system.indexOf('theirs')}]})"
    )
    assert "system=theirs" in page.url and "corpus=talk" in page.url


def test_the_difference_of_two_systems_is_a_column(page):
    # 10 - 12, 6 - 13 and 1.2 - 2 s
    cells = page.locator("#recordings td[data-column=delta]")
    assert cells.all_inner_texts() == ["-2.00", "-7.00", "-0.80", ""]
    page.get_by_label("compared with").select_option("ours-oracle-speech")
    expect(cells.first).to_have_text("+1.00")


def test_the_difference_is_left_out_if_the_other_system_has_no_results(page):
    page.get_by_label("Name contains").fill(names(page)[-1])
    expect(page.locator("#recordings tbody tr")).to_have_count(1)
    assert "difference to the other system, s" not in titles(page)
    page.get_by_label("Name contains").fill("")
    expect(page.locator("#recordings button[data-column=delta]")).to_be_visible()


def test_a_worst_segment_is_played_exactly_and_links_to_its_place(page):
    page.get_by_label("Play 1 s before and after").uncheck()
    row = page.locator("#segments tbody tr").first
    assert "t=2-3.5" in row.get_by_role("link").get_attribute("href")
    row.get_by_role("button").click()
    page.wait_for_function("document.querySelector('#audio').currentTime > 2")
    page.wait_for_function("document.querySelector('#audio').paused")
    assert page.evaluate("document.querySelector('#audio').currentTime") == pytest.approx(
        3.5, abs=0.05
    )


def test_the_worst_error_is_heard_from_the_first_screen_with_the_keyboard_only(page):
    expect(page.locator(".headline:visible .worst")).to_contain_text("worst segment: ")
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.closest('.worst') !== null"):
            break
    focused = page.evaluate("document.activeElement.getBoundingClientRect().bottom")
    assert 0 < focused < 900
    page.keyboard.press("Enter")
    page.wait_for_function("document.querySelector('#audio').currentTime > 0")
    first = page.locator("#segments tbody tr").first
    played = page.locator("#player-text").inner_text()
    assert first.locator("th a").inner_text() in played
    assert first.locator("td").nth(2).inner_text() in played  # start


def test_audio_that_is_missing_is_announced(site, open_page):
    audio = site.parents[1] / "results/talk/audio/long.wav"
    hidden = audio.rename(audio.with_suffix(".hidden"))
    page = open_page(site / "index.html")
    page.locator("#segments tbody button").first.click()
    expect(page.locator("#player-text")).to_contain_text("cannot be played")
    hidden.rename(audio)
    assert all("ERR_FILE_NOT_FOUND" in message for message in open_page.messages)
    open_page.messages.clear()


def test_a_corpus_without_references_has_talk_statistics_and_no_der(page):
    page.get_by_label("Corpus", exact=True).select_option("archive")
    expect(page.locator("#recordings thead")).to_contain_text("turns per minute")
    assert "DER" not in " ".join(titles(page))
    assert names(page)[0] == "crowd"
    sample = page.get_by_role("button", name="Play a sample of speaker1").first
    sample.click()
    expect(page.locator("#player-text")).to_contain_text("sample of speaker1")


def test_a_system_without_results_in_a_corpus_says_so(page):
    page.get_by_label("Corpus", exact=True).select_option("archive")
    page.get_by_label("System", exact=True).select_option("theirs")
    expect(page.locator("#page-range")).to_contain_text("theirs has no result in archive")
    page.get_by_label("Name contains").fill("nothing like this")
    expect(page.locator("#page-range")).to_have_text('no recording contains "nothing like this"')


def test_headers_and_names_stay_in_sight(site, open_page):
    page = opened(open_page, site, "columns=all", viewport={"width": 700, "height": 500})
    style = "(element) => [getComputedStyle(element).position, getComputedStyle(element).top]"
    assert page.locator("#recordings thead th").last.evaluate(style) == ["sticky", "0px"]
    assert page.locator("#recordings tbody th").first.evaluate(style)[0] == "sticky"


def test_the_menu_leads_to_every_section_and_keeps_the_view(page):
    page.get_by_label("fair").check()
    for link in page.locator("nav[aria-label=Contents] a").all():
        link.click()
        target = page.locator(link.get_attribute("href"))
        expect(target).to_be_in_viewport()
    assert page.url.endswith("#protocol=fair")


def test_the_measurements_and_the_run_are_shown(page):
    expect(page.locator("#run-facts")).to_contain_text("20")
    expect(page.locator(".card.measured")).to_contain_text("Cost of ours")
