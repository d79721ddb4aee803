"""Cleaning: what is kept, what goes, and that nothing moves the second time."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lms_carbon.question_bank.html import (
    clean_html,
    clean_phrase,
    for_page,
    from_author,
    images_without_words,
    is_blank,
    media_in,
    plain_text,
    to_author,
)
from lms_carbon.question_bank.kinds.plain import plain_phrase

KEPT = [
    "<p>CO<sub>2</sub> &lt; 5 &amp; more<br>next</p>",
    "<ul><li><strong>a</strong></li></ul>",
    '<table><caption>T</caption><thead><tr><th scope="col" colspan="2">H</th></tr></thead>'
    '<tbody><tr><td>1</td><td rowspan="2">2</td></tr></tbody></table>',
    '<math display="block"><mrow><mi>E</mi><mo>=</mo><mfrac><mn>44</mn><mn>12</mn></mfrac></mrow></math>',
    '<p><code>x</code> <em lang="en">y</em></p>',
    f'<p><img src="media:{"a" * 64}.png" alt="A &amp; B"></p>',
    f'<p>See <a href="media:{"b" * 64}.csv">the data</a></p>',
    '<p><math display="block" alttext="x^{2}"><mrow><msup><mi>x</mi><mrow><mn>2</mn></mrow></msup></mrow></math></p>',
]
_pieces = st.sampled_from(
    [
        "<p>",
        "</p>",
        "<table>",
        "<tr>",
        "<td>",
        "</td>",
        "</table>",
        "<math>",
        "<mtext>",
        "</mtext>",
        "</math>",
        "<mi>",
        "<svg>",
        "</svg>",
        "<style>",
        "</style>",
        "<script>",
        "</script>",
        "<a href='https://x.test'>",
        "</a>",
        "<b>",
        "</b>",
        "<ul>",
        "<li>",
        "<img src=x onerror=alert(1)>",
        "<!--",
        "-->",
        "&lt;",
        "&",
        "<",
        ">",
        "text",
        "\n",
        "\x00",
        "\ud800",
        "<annotation-xml encoding='text/html'>",
        "<template>",
        "<title>",
        "<mglyph>",
        "<p style='x'>",
        "<th scope=row>",
        "<caption>",
        '"',
        "\\(",
        "\\)",
        "\\[",
        "\\ce{",
        "}",
        "x^{2}",
    ]
)
_markup = st.lists(_pieces, max_size=14).map("".join) | st.text(max_size=60)


@pytest.mark.parametrize("html", KEPT)
def test_what_a_question_needs_is_kept_as_it_is(html: str) -> None:
    assert clean_html(html) == html


@pytest.mark.parametrize(
    ("html", "cleaned"),
    [
        ("<p style='color:red' onclick='x()' class=y id=z>a</p>", "<p>a</p>"),
        ("<script>alert(1)</script>a<style>b</style>", "a"),
        ("<a href='https://x.test'>a</a>", "a"),
        ("<img src='https://x.test/a.png' onerror=alert(1)>a", "a"),
        (
            "<math><annotation-xml encoding='text/html'><p>b</p></annotation-xml><mi>x</mi></math>",
            "<math><mi>x</mi></math>",
        ),
        ("<svg><a xlink:href='javascript:x'>b</a></svg>a", "a"),
        ("<!-- b -->a<iframe src=x>c</iframe>", "a"),
        ("<h1>a</h1>", "a"),
        ("<img src='https://x.test/a.png' alt='a &amp; b'>", "a &amp; b"),
        (f"<img src='media:{'a' * 64}.csv' alt='a'><a href='media:{'a' * 64}.png'>b</a>", "ab"),
        (f"<img src='media:{'a' * 64}.png' alt='1 < 2'>", f'<img src="media:{"a" * 64}.png" alt="1 ＜ 2">'),
        (f"<a href='media:{'a' * 63}/.csv'>a</a><a href='media:../../x.csv'>b</a>", "ab"),
    ],
)
def test_what_must_go_goes(html: str, cleaned: str) -> None:
    assert clean_html(html) == cleaned


@given(_markup)
def test_cleaning_twice_is_cleaning_once(html: str) -> None:
    for clean in (clean_html, clean_phrase):
        once = clean(html)
        assert clean(once) == once
        lowered = once.lower()
        assert not any(bad in lowered for bad in ("<script", "<style", "<svg", "<a ", "onerror=", "<img"))
        once.encode()


def test_a_phrase_has_no_blocks() -> None:
    assert clean_phrase("<p>a <strong>b</strong></p><table><tr><td>c</td></tr></table>") == "a <strong>b</strong>c"


@pytest.mark.parametrize(
    ("typed", "html"),
    [
        ("x<y and z>1", "<p>x&lt;y and z&gt;1</p>"),
        ("one\ntwo\n\nthree", "<p>one<br>two</p><p>three</p>"),
        ("<p>a</p>", "<p>a</p>"),
        ("a <b>b</b>", "a <b>b</b>"),
        ("", ""),
        ("  \r\n ", ""),
    ],
)
def test_authors_may_type_plain_text_or_markup(typed: str, html: str) -> None:
    assert from_author(typed) == html


@given(_markup)
@example("<div>&lt;b&gt;</div>")
@example("--></p>-->")
def test_editing_without_changing_says_the_same_and_settles(typed: str) -> None:
    for phrase in (False, True):
        html = from_author(typed, phrase=phrase)
        again = from_author(to_author(html, phrase=phrase), phrase=phrase)
        assert plain_text(again) == plain_text(html)
        assert from_author(to_author(again, phrase=phrase), phrase=phrase) == again


@pytest.mark.parametrize("html", KEPT)
def test_markup_is_edited_as_it_is(html: str) -> None:
    assert from_author(to_author(html)) == html


def test_wide_things_scroll_in_a_named_box() -> None:
    page = for_page("<table><caption>Fuel &amp; <b>more</b></caption><tbody><tr><td>1</td></tr></tbody></table>", "en")
    assert page.startswith('<div class="lc-scroll" tabindex="0" role="group" aria-label="Fuel &amp; more"><table ')
    assert '<table class="table table-sm"><caption>' in page
    assert page.endswith("</table></div>")
    assert 'aria-label="表格"' in for_page("<table><tbody><tr><td>1</td></tr></tbody></table>", "zh")
    assert 'aria-label="Formula"' in for_page('<math display="block"><mi>x</mi></math>', "en")
    assert for_page("<p>a <math><mi>x</mi></math></p>", "en") == "<p>a <math><mi>x</mi></math></p>"


def test_a_grouped_number_stays_on_one_line() -> None:
    assert for_page("<p>12 480 t, 2 000 000 t; 5 kg</p>", "en") == "<p>12\u202f480 t, 2\u202f000\u202f000 t; 5 kg</p>"


def test_blank_is_what_says_nothing() -> None:
    assert is_blank("<p> <br></p>")
    assert not is_blank("<p>0</p>")


def test_images_and_data_files_are_handed_out_by_the_bank() -> None:
    html = f'<p><img src="media:{"a" * 64}.png" alt="Chart"> <a href="media:{"b" * 64}.csv">data</a> media:x</p>'
    page = for_page(html, "en")
    assert f'<img src="/questions/media/{"a" * 64}.png" alt="Chart">' in page
    assert f'<a href="/questions/media/{"b" * 64}.csv">data</a> media:x' in page
    assert media_in(html) == [f"{'a' * 64}.png", f"{'b' * 64}.csv"]
    assert plain_text(html) == "Chart data media:x"
    assert not images_without_words(html)
    assert images_without_words(html.replace("Chart", " "))
    assert not is_blank(f'<img src="media:{"a" * 64}.png" alt="">')


def test_chemistry_reads_as_people_type_it() -> None:
    html = from_author("How much \\(\\ce{CO2}\\) of \\(\\frac{44}{12}\\)?")
    assert plain_text(html) == "How much CO2 of 44 12 ?"
    assert plain_phrase(html) == "How much CO2 of \\(\\frac{44}{12}\\)?"


def test_text_around_an_image_or_formula_stays_plain_text_to_its_author() -> None:
    image = f'<img src="media:{"a" * 64}.png" alt="Chart">'
    typed = f"How much \\ce{{CO2}} is that?\n\n{image}\n\nTake \\(x < \\frac{{44}}{{12}}\\) & more."
    html = from_author(typed)
    assert html.count("<p>") == 3
    assert html.count("<math") == 2
    again = to_author(html)
    assert again == typed.replace("\\ce{CO2}", "\\(\\ce{CO2}\\)").replace("x < ", "x \\lt ")
    assert from_author(again) == html
