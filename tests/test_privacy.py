"""Personal data is masked length for length, and a budget's own words are left alone.

Every name and number here is invented.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yusuan.privacy import Masked, mask
from yusuan.reading.document import (
    Block,
    Document,
    Paragraph,
    RawCell,
    RawParagraph,
    RawTable,
    Table,
    compose,
)


def paragraph(text: str) -> Document:
    return compose([RawParagraph(text)], format="txt", media_type="text/plain")


def masked(text: str) -> str:
    return mask(paragraph(text))[0].text.removesuffix("\n")


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("赵小明药费", "赵某某药费"),
        ("16.赵小明药费绩效目标表", "16.赵某某药费绩效目标表"),
        (
            "从2012年开始安排欧阳文药费，用于支付军残人员欧阳文的药费。",
            "从2012年开始安排欧阳某药费，用于支付军残人员欧阳某的药费。",
        ),
        ("李四同志遗属补助", "李某同志遗属补助"),
        ("王小明遗属生活补助", "王某某遗属生活补助"),
        ("（专项）张建国抚恤金", "（专项）张某某抚恤金"),
        ("发放李　四丧葬费", "发放李　某丧葬费"),
        ("军残人员高明药费", "军残人员高某药费"),
        ("伤残军人马文的医疗费", "伤残军人马某的医疗费"),
        ("支付2020年周小伦工资", "支付2020年周某某工资"),
        ("给王小明发放慰问金2000元", "给王某某发放慰问金2000元"),
        (
            "支付退休职工刘明、陈小红、高建国的医药费",
            "支付退休职工刘某、陈某某、高某某的医药费",
        ),
        ("关于孙大圣同志病故后丧葬费的请示", "关于孙某某同志病故后丧葬费的请示"),
    ],
)
def test_a_name_beside_health_relief_pension_or_pay_is_masked(text: str, left: str) -> None:
    assert masked(text) == left


BUDGET_WORDS = [
    "高新技术企业补助资金", "安全生产补助", "金融担保补助", "马铃薯补贴", "公务员医疗补助",
    "机关事业单位工资", "工会经费", "毕业生生活补助", "应届毕业生生活补助", "孤儿生活补助",
    "农村老党员生活补助", "高龄津贴", "高温津贴", "高血压医药费", "计划生育补助",
    "优抚对象医疗补助", "村干部工资", "教师工资", "离休干部药费", "老干部医药费", "时间长了工资",
    "高中生生活补助", "单亲母亲救助金", "安置帮教人员生活补助", "蒋辛屯生活补助", "张家口工资",
    "吕梁救助金", "张店工资", "国家抚恤金", "烈士遗属抚恤金", "全科医生津贴", "特岗教师工资",
    "公益性岗位补助费", "警衔津贴", "艰苦边远津贴", "金秋助学救助金", "路灯管理员工资",
    "管护人员工资", "党员生活补助", "和平路社区工资", "康复治疗费", "白内障手术费",
    "结核病治疗费", "伙食补助费", "司法救助金", "常住人口医疗补助", "易地扶贫搬迁生活补助",
    "独生子女伤残死亡", "石油工人工资", "万里街道工资", "用于全县在职人员工资",
    "为困难职工发放慰问金", "向武警发放慰问金", "为高龄发放津贴", "对困难群众发放生活补助",
    "对残疾军人每年的药费实报实销", "残疾军人康复、医疗补助", "职工工资、奖金、津贴",
    "退休人员高温津贴、取暖费", "职工安全的医疗费", "为退役军人、军属发放慰问金",
    "军队转业干部、复员干部医疗补助", "王某某药费", "孙某药费", "军残人员王某某的药费",
    "安排王××药费",
]  # fmt: skip


@pytest.mark.parametrize("text", BUDGET_WORDS)
def test_what_a_budget_says_anyway_is_no_name(text: str) -> None:
    assert mask(paragraph(text))[1] == ()


def test_a_name_without_any_benefit_is_left() -> None:
    assert masked("局长王小明主持会议。") == "局长王小明主持会议。"


def test_a_name_is_masked_wherever_it_stands_once_it_is_found() -> None:
    document = compose(
        [
            RawParagraph("1.赵小明药费"),
            RawTable([[RawCell("收款人", 0), RawCell("赵小明", 1)]]),
            RawParagraph("经办人核对赵小\n明的材料。", page=2),
        ],
        format="docx",
        media_type="x",
    )
    after, places = mask(document)
    assert after.text == "1.赵某某药费\n\t收款人\n\t赵某某\n\n\n经办人核对赵某\n某的材料。\n"
    assert [cell.text for cell in after.tables[0].cells] == ["收款人", "赵某某"]
    assert [place.kind for place in places] == ["name"] * 3
    assert [document.text[place.char_start] for place in places] == ["赵"] * 3


def test_names_in_a_column_of_names_are_masked() -> None:
    rows = [["序号", "姓名", "抚恤金"], ["1", "张三", "2.00"], ["2", "合计", "2.00"]]
    table = RawTable([[RawCell(text, at) for at, text in enumerate(row)] for row in rows])
    after, _ = mask(compose([table], format="docx", media_type="x"))
    assert [cell.text for cell in after.tables[0].cells][3:6] == ["1", "张某", "2.00"]


def test_a_mark_inside_a_name_does_not_hide_it() -> None:
    text = "赵小[bookmark: _a]明药费\n"
    block = Paragraph("赵小明药费", 0, len(text) - 1, ((2, 14),))
    document = Document(text, (block,), "txt", "text/plain", ((2, 16),))
    block = Paragraph("赵小明药费", 0, len(text) - 1, ((2, len("[bookmark: _a]")),))
    after, [place] = mask(Document(text, (block,), "txt", "text/plain", document.residue))
    assert after.text == "赵某[bookmark: _a]某药费\n"
    assert [found.text for found in after.blocks if isinstance(found, Paragraph)] == ["赵某某药费"]
    assert place == Masked("name", 0, text.index("药"))


@pytest.mark.parametrize(
    ("text", "left", "kind"),
    [
        ("身份证110101199003070038", "身份证110101************", "identity-number"),
        ("11010519491231002x，", "110105************，", "identity-number"),
        ("电话13812345678。", "电话138****5678。", "mobile-number"),
        ("138-1234-5678", "138-****-5678", "mobile-number"),
        ("１３８１２３４５６７８", "１３８****５６７８", "mobile-number"),
        ("账号6222021234567890128", "账号***************0128", "bank-account"),
        ("卡号 6222 0212 3456 7890 128", "卡号 **** **** **** ***0 128", "bank-account"),
    ],
)
def test_numbers_of_persons_are_masked(text: str, left: str, kind: str) -> None:
    document, [place] = mask(paragraph(text))
    assert (document.text, place.kind) == (left + "\n", kind)


@pytest.mark.parametrize(
    "text",
    [
        "131024212O9E1HU3OUOQX",  # a project code
        "131024202113812345678",
        "110105194912310021",  # a wrong check digit
        "110105194913310028",  # no such month
        "6222021234567890128",  # nothing says that it is an account
        "账号6222021234567890120",  # a wrong check digit
        "13812345678元",
        "0.13812345678",
        "13812345678.00",
        "12812345678",
    ],
)
def test_other_numbers_are_left(text: str) -> None:
    assert mask(paragraph(text))[1] == ()


def test_kept_data_is_told_but_left() -> None:
    document = paragraph("赵小明药费")
    assert mask(document, keep=True) == (document, (Masked("name", 0, 3),))


def test_a_place_does_not_repeat_the_datum() -> None:
    _, [place] = mask(paragraph("赵小明药费"))
    assert "小明" not in repr(place)


PIECES = st.lists(
    st.one_of(
        st.sampled_from(
            [
                "赵小明",
                "欧阳文",
                "李　四",
                "药费",
                "抚恤金",
                "军残人员",
                "同志",
                "的",
                "、",
                "安排",
                "\n",
            ]
        ),
        st.sampled_from(
            ["110101199003070038", "13812345678", "账号", "6222021234567890128", "12.5万元", " "]
        ),
        st.text("王小明高药费，年1 \r\t", max_size=3),
    ),
    max_size=12,
).map("".join)


def in_text(block: Block, text: str) -> str:
    return "".join(text[block.span(at, at + 1)[0]] for at in range(len(block.text)))


@given(st.lists(st.one_of(PIECES, st.lists(PIECES, min_size=1, max_size=3)), max_size=6))
def test_lengths_and_places_hold_and_masking_again_finds_nothing(
    content: list[str | list[str]],
) -> None:
    document = compose(
        [
            RawParagraph(piece)
            if isinstance(piece, str)
            else RawTable([[RawCell(text, at) for at, text in enumerate(piece)]])
            for piece in content
        ],
        format="docx",
        media_type="x",
    )
    after, places = mask(document)
    assert len(after.text) == len(document.text)
    assert len(after.blocks) == len(document.blocks)
    for before, block in zip(document.blocks, after.blocks, strict=True):
        assert type(before) is type(block)
        if isinstance(block, Table):
            assert all(cell.text == in_text(cell, after.text) for cell in block.cells)
        else:
            assert block.text == in_text(block, after.text)
    inside = {at for place in places for at in range(place.char_start, place.char_end)}
    same = zip(document.text, after.text, strict=True)
    assert all(old == new or at in inside for at, (old, new) in enumerate(same))
    assert [place.char_start for place in places] == sorted(place.char_start for place in places)
    assert mask(after)[1] == ()


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("孙丽、周建国遗属补助", "孙某、周某某遗属补助"),
        ("信访人郑海涛救助资金", "信访人郑某某救助资金"),
        ("发放孙丽、周建国、吴敏遗属补助", "发放孙某、周某某、吴某遗属补助"),
        ("教育、卫生健康、困难职工生活补助", "教育、卫生健康、困难职工生活补助"),
    ],
)
def test_a_list_of_names_is_masked_as_a_whole(text, masked):
    document = compose([RawParagraph(text)], format="txt", media_type="text/plain")
    assert mask(document)[0].text == masked + "\n"
