"""The hospital's own file: what it changes on paper, and that every mistake in it is told at once."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from kiosk.errors import SettingError
from kiosk.model.reading import Mistake
from kiosk.printing.layout import SlipPainter
from kiosk.printing.template import USUAL, Block, Mark, Show, SlipTemplate, load_template, read_template
from tests.printing.hospital import slip_in
from tests.printing.slips import a_slip

NEEDED = (Block(Show.LABEL, 14), Block(Show.CODE, 23.2), Block(Show.DUPLICATE, 4))
SHORT = """
[[blocks]]
show = "label"
size = 14
[[blocks]]
show = "code"
size = 23.2
[[blocks]]
show = "duplicate"
size = 4
"""


def template_of(folder: Path, text: str) -> SlipTemplate:
    path = folder / "slip.toml"
    path.write_text(text, "utf-8")
    return load_template(path)


def complaint(folder: Path, text: str) -> str:
    with pytest.raises(SettingError) as caught:
        template_of(folder, text)
    return str(caught.value)


def test_the_usual_template_shows_all_that_a_slip_says() -> None:
    template = load_template(None)
    shown = {block.show for block in template.blocks} | {
        each.show for block in template.blocks for each in block.beside
    }
    assert shown == set(Show)
    assert template.longest_mm == 90
    assert template == load_template(USUAL)


def test_order_and_choice_of_blocks_are_the_hospitals(tmp_path: Path) -> None:
    assert [block.show for block in template_of(tmp_path, SHORT).blocks] == [Show.LABEL, Show.CODE, Show.DUPLICATE]
    first = SlipPainter(576, SlipTemplate(NEEDED)).render(a_slip())
    last = SlipPainter(576, SlipTemplate(NEEDED[::-1])).render(a_slip())
    assert (first.height, first.rows != last.rows) == (last.height, True)


def test_sizes_spaces_and_lines_show_on_paper() -> None:
    def height(**changes: Any) -> int:
        block = replace(Block(Show.FACILITY, 4.0, second=3.0), **changes)
        return SlipPainter(576, SlipTemplate((*NEEDED, block))).render(a_slip("hi")).height

    usual = height()
    assert height(size=8.0) > usual
    assert height(space=5.0) - usual == 40
    assert height(second=0.0) < usual


@pytest.mark.parametrize("language", ["hi", "ur"])
@pytest.mark.parametrize("centred", [False, True])
def test_marks_make_a_text_stand_out_within_the_paper(language: str, centred: bool) -> None:
    def dark(mark: Mark) -> int:
        template = SlipTemplate((*NEEDED, Block(Show.WHERE, 5.6, mark=mark)), centred=centred)
        picture = SlipPainter(576, template).render(slip_in(language)).image()
        assert picture.crop((572, 0, 576, picture.height)).getcolors() == [(4 * picture.height, 255)]
        return sum(picture.convert("L").histogram()[:128])

    plain, bar, box, black = map(dark, (Mark.NONE, Mark.BAR, Mark.BOX, Mark.BLACK))
    assert plain < bar < box < black


def test_a_slip_may_say_all_in_one_language() -> None:
    painter = SlipPainter(576)
    both = painter.render(a_slip("hi"))
    one = painter.render(replace(a_slip("hi"), facility_second="", department_second="", where_second=""))
    assert one.height < both.height


def test_the_notice_stands_in_both_languages() -> None:
    texts = {"en": "Emergencies are seen first", "hi": "आपात रोगी पहले"}
    plain = SlipTemplate((*NEEDED, Block(Show.NOTICE, 3.1, second=3.1)))
    notice = replace(plain, notice=texts)
    heights = {
        language: [SlipPainter(576, each).render(a_slip(language)).height for each in (plain, notice)]
        for language in ("en", "hi", "gu")
    }
    added = {language: after - before for language, (before, after) in heights.items()}
    assert added["hi"] > added["en"] > 0
    assert added["gu"] == added["en"]


@pytest.mark.parametrize(("mode", "colour"), [("RGBA", (0, 0, 0, 255)), ("L", 60), ("P", 0)])
def test_a_logo_stands_where_the_template_says(tmp_path: Path, mode: str, colour: Any) -> None:
    Image.new(mode, (80, 40), colour).save(tmp_path / "logo.png")
    text = 'logo = "logo.png"\n[[blocks]]\nshow = "logo"\nsize = 10\n'
    with_logo = template_of(tmp_path, text + SHORT)
    without = template_of(tmp_path, text.replace('logo = "logo.png"', "") + SHORT)
    heights = [SlipPainter(576, each).render(a_slip()).height for each in (with_logo, without)]
    assert heights[0] - heights[1] == 80


def test_a_centred_slip_has_its_label_in_the_middle() -> None:
    def first_column(template: SlipTemplate) -> int:
        rows = SlipPainter(576, template).render(a_slip()).image()
        return rows.crop((0, 0, 576, 100)).point(lambda dot: 255 - dot).getbbox()[0]  # type: ignore[index]

    assert first_column(SlipTemplate(NEEDED)) < 10
    assert first_column(SlipTemplate(NEEDED, centred=True)) > 40


def test_all_mistakes_are_told_at_once_each_with_its_line(tmp_path: Path) -> None:
    told = complaint(
        tmp_path,
        'longest_mm = 20\nalign = "middle"\ncolour = "red"\nlogo = "none.png"\nsecond_language = "Hindi"\n'
        '[[blocks]]\nshow = "label"\nsize = 8\n[[blocks]]\nshow = "wehre"\n[[blocks]]\nshow = "code"\nsize = 23\n'
        '[[blocks.beside]]\nshow = "when"\n[[blocks.beside]]\nshow = "label"\nsize = 14\n',
    ).splitlines()
    assert told[0] == f"{tmp_path / 'slip.toml'} has mistakes:"
    assert [line.split(": ", 1)[0] for line in told[1:]] == [
        f"slip.toml:{line}" for line in (1, 1, 2, 3, 4, 5, 8, 10, 14, 17)
    ]
    for expected in (
        "longest_mm must be a whole number from 60 to 200",
        "align must be one of left, centre, not 'middle'",
        "colour is not known; known are align, blocks",
        "none.png cannot be read: No such file or directory",
        "second_language must be a code such as 'en'",
        "block 1: size must be a number from 12 to 24, not 8",
        "block 2: show must be one of facility, heading",
        "block 3, beside 1: size must be a number from 2.5 to 12, not missing",
        "block 3, beside 2: show must be one of facility",
        "blocks need one with show = 'duplicate'",
    ):
        assert any(expected in line for line in told), (expected, told)


@pytest.mark.parametrize("shown", ["label", "code", "duplicate"])
def test_what_patients_need_cannot_be_left_out(tmp_path: Path, shown: str) -> None:
    text = SHORT.replace(f'show = "{shown}"', 'show = "rule"').replace("size = ", "# size = ")
    assert f"blocks need one with show = '{shown}'" in complaint(tmp_path, text)


def test_nothing_stands_twice_but_rules(tmp_path: Path) -> None:
    rule = '[[blocks]]\nshow = "rule"\n'
    template_of(tmp_path, SHORT + rule + rule)
    assert "show label twice" in complaint(tmp_path, SHORT + SHORT.split("[[blocks]]\n")[1].join(["[[blocks]]\n", ""]))


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda path: path.write_bytes(b"<svg/>"), "is no PNG or JPEG picture"),
        (lambda path: path.write_bytes(b""), "is no PNG or JPEG picture"),
        (lambda path: Image.new("1", (5000, 1)).save(path, "PNG"), "is 5000 x 1 dots"),
        (lambda path: path.write_bytes(bytes(5_000_001)), "has over 5 MB"),
        (lambda path: path.mkdir(), "cannot be read: Is a directory"),
    ],
)
def test_a_bad_logo_is_told_as_what_it_is(tmp_path: Path, make: object, told: str) -> None:
    assert callable(make)
    make(tmp_path / "logo.png")
    assert told in complaint(tmp_path, 'logo = "logo.png"\n' + SHORT)


@pytest.mark.parametrize("text", ["blocks = 3", "= 3", "\ud800".encode("utf-16", "surrogatepass")])
def test_what_is_no_template_is_refused(tmp_path: Path, text: str | bytes) -> None:
    path = tmp_path / "slip.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(SettingError, match=r"slip\.toml"):
        load_template(path)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match=r"cannot read the slip template .*none\.toml: No such file"):
        load_template(tmp_path / "none.toml")


KEYS = st.sampled_from(
    [
        "blocks",
        "show",
        "size",
        "beside",
        "bold",
        "lines",
        "mark",
        "space",
        "second",
        "logo",
        "notice",
        "align",
        "narrow",
    ]
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.sampled_from(list(Show)),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=6),
    max_leaves=20,
)


@settings(max_examples=40)
@given(st.dictionaries(KEYS, VALUES, max_size=8))
def test_any_table_is_a_template_or_has_its_mistakes_told(values: dict[str, object]) -> None:
    mistakes: list[Mistake] = []
    template = read_template(values, Path("/nonexistent"), mistakes)
    assert mistakes or {Show.LABEL, Show.CODE, Show.DUPLICATE} <= {block.show for block in template.blocks}
