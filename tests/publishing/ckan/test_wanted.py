"""What a package is to look like on a portal, without one: names, keywords, columns, steps."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from yusuan.errors import UsageError
from yusuan.package.descriptor import Seal
from yusuan.publishing import target_of
from yusuan.publishing.ckan.action import faults_in
from yusuan.publishing.ckan.applying import batches_of
from yusuan.publishing.ckan.columns import CHUNK, chunks, same_cell, table_of
from yusuan.publishing.ckan.comparing import compared
from yusuan.publishing.ckan.standing import resource_id, seal_of, seal_of_dataset, standing_of
from yusuan.publishing.ckan.wanted import slug, tags_of, upload_name, wanted

ID = "6f1f9c0e-1111-4a2b-8c3d-000000000001"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("131024.304.budget", "131024-304-budget"),
        ("131024.304.final-accounts", "131024-304-final-accounts"),
        ("131024", "131024"),
        ("131024.n-1a2b3c4d.budget", "131024-n-1a2b3c4d-budget"),
        # What CKAN does not take gets a mark, so that no two of them meet.
        ("131024.304A.budget", "131024-304a-budget-ff04b72b"),
        ("x", "x-2d711642"),
    ],
)
def test_a_dataset_has_a_name_that_ckan_takes(text, name):
    assert slug(text) == name


def test_two_names_never_become_one():
    texts = [
        "131024.304A.budget",
        "131024.304a.budget",
        "131024.304~a.budget",
        "部门",
        "单位",
        "a b",
    ]
    assert len({slug(one) for one in texts}) == len(texts)


def test_keywords_are_tags_of_two_characters_at_least_without_signs():
    keywords = [
        "预算公开",
        "部门预算（2021）",
        "收入/支出",
        "县",
        "Budget",
        "budget",
        "a" * 200,
        "",
    ]
    assert tags_of(keywords) == ["预算公开", "部门预算 2021", "收入 支出", "Budget", "a" * 100]


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("resources/budget_lines.csv", "budget_lines.csv"),
        ("resources/预算 表“一”.csv", "90daa247.csv"),
        ("resources/Budget 2021.CSV", "budget-2021-110f7fb8.csv"),
        ("说明", "4262c45d"),
        ("a/mapping.rml.ttl", "mapping.rml.ttl"),
    ],
)
def test_a_file_is_uploaded_under_a_name_that_ckan_keeps(path, name):
    assert upload_name(path) == name


def test_columns_keep_codes_as_text_and_amounts_exact(root):
    descriptor = json.loads((root / "datapackage.json").read_text("utf-8"))
    (lines,) = [one for one in descriptor["resources"] if one["name"] == "budget_lines"]
    table = table_of(lines)
    kinds = {one["id"]: one["type"] for one in table.fields}
    assert kinds["function_code"] == kinds["org_id"] == "text"
    assert kinds["amount_cny"] == "numeric"
    assert (kinds["fiscal_year"], kinds["char_start"]) == ("int4", "int8")
    (amount,) = [one for one in table.fields if one["id"] == "amount_cny"]
    assert amount["info"]["label"] == "金额（元）"
    assert set(amount["info"]) == {"label", "label_en", "notes", "notes_en"}
    assert table.key == ["document_id", "line_key"]


@pytest.mark.parametrize("name", ["_id", 'a"b', " a", "a ", "字" * 22, ""])
def test_a_table_with_a_column_that_no_datastore_holds_stays_a_file(name):
    schema = {"fields": [{"name": name, "type": "string"}]}
    assert table_of({"format": "csv", "schema": schema}) is None


def test_what_is_no_plain_csv_stays_a_file():
    schema = {"fields": [{"name": "a", "type": "string"}]}
    assert table_of({"format": "csv", "schema": schema}) is not None
    assert table_of({"format": "json", "schema": schema}) is None
    assert table_of({"format": "csv", "schema": schema, "encoding": "gbk"}) is None
    assert table_of({"format": "csv", "schema": schema, "dialect": {"delimiter": ";"}}) is None
    assert table_of({"format": "csv"}) is None


def test_rows_are_sent_in_portions_and_a_missing_value_is_none(tmp_path):
    path = tmp_path / "rows.csv"
    rows = [["一", ""], ['二"，\n', "x"], ["三", "y" * CHUNK], ["四", "z"]]
    text = "a,b\n一,\n" + '"二""，\n",x\n' + f"三,{'y' * CHUNK}\n四,z\n"
    path.write_text(text, "utf-8")
    table = table_of({"format": "csv", "schema": {"fields": [
        {"name": "a", "type": "string"}, {"name": "b", "type": "string"}]}})  # fmt: skip
    portions = list(chunks(table, path))
    assert [len(one) for one in portions] == [3, 1]
    assert [list(row.values()) for one in portions for row in one] == [
        [cell or None for cell in row] for row in rows
    ]


@pytest.mark.parametrize(
    ("kind", "here", "there", "same"),
    [
        ("numeric", "1.50", "1.5", True),
        ("numeric", "1.50", "1.51", False),
        ("numeric", "", "0", False),
        ("int4", "2021", "2021", True),
        ("bool", "true", "t", True),
        ("bool", "true", "f", False),
        ("text", "001", "1", False),
        ("text", None, "", True),
        ("text", None, "x", False),
        ("timestamp", "2021-01-02T03:04:05Z", "2021-01-02 03:04:05", True),
        ("date", "2021-01-02", "2021-01-03", False),
    ],
)
def test_cells_are_the_same_where_their_values_are(kind, here, there, same):
    assert same_cell(kind, here, there) is same


def test_what_a_portal_finds_fault_with_is_found_wherever_it_stands():
    error = {"__type": "Validation Error", "resources": [{}, {"upload": ["File upload too large"]}],
             "name": ["已存在"]}  # fmt: skip
    assert list(faults_in(error)) == [
        (("resources", "1", "upload"), "File upload too large"),
        (("name",), "已存在"),
    ]


# ------------------------------------------------------------------ what is wanted


def test_a_package_becomes_a_dataset_of_its_department_and_kind(small):
    (dataset,) = wanted([small()], None)
    assert (dataset.name, dataset.series) == ("131024-304-budget", "131024.304.budget")
    assert dataset.fields["title"] == "香河县工业和信息化局部门预算（香河县）"
    assert dataset.fields["license_id"] == "cc-by"
    assert (dataset.organization.name, dataset.organization.title) == ("131024", "香河县")
    assert "industry-it" in dataset.subjects
    (edition,) = dataset.editions
    assert edition.name == "2021"
    by_path = {one.path: one for one in edition.files}
    table = by_path["resources/预算 表“一”'1'.csv"]
    assert table.fields["name"] == "2021年 表“一”"
    assert json.loads(table.fields["schema"])["primaryKey"] == ["code"]
    assert table.upload_name.isascii()
    assert by_path["datapackage.json"].table is None


def test_years_and_counties_and_the_newest_speaks(small):
    releases = [small(year=2022), small(year=2021), small(county="330903")]
    first, second = wanted(releases, None)
    assert (first.name, second.name) == ("131024-304-budget", "330903-304-budget")
    assert [one.name for one in first.editions] == ["2021", "2022"]


def test_the_same_year_twice_is_refused(small):
    with pytest.raises(UsageError, match="is the same year"):
        wanted([small(), small(revision=".r2")], None)


def test_a_revision_is_known_by_its_place(small):
    (dataset,) = wanted([small(revision=".r3")], None)
    assert dataset.editions[0].revision == 3


# ------------------------------------------------------------------ against what stands


def standing(dataset, **changes):
    """Return a dataset as CKAN says it stands after it was published whole."""
    resources = []
    for file in dataset.editions[0].files:
        raw = {**file.fields, "id": resource_id(ID, file.key), "size": file.seal.bytes,
               "url": f"http://x/{file.upload_name}", "url_type": "upload", "last_modified": "now",
               "yusuan_wanted": file.digest, "datastore_active": file.table is not None,
               "yusuan_table": file.table.digest if file.table else ""}  # fmt: skip
        resources.append(raw | {"yusuan_seal": seal_of(raw)})
    extras = {"yusuan_series": dataset.series, "yusuan_wanted": dataset.digest,
              "yusuan_editions": json.dumps({"2021": dataset.editions[0].place})}  # fmt: skip
    raw = {**dataset.fields, "id": ID, "metadata_modified": "now", "resources": resources}
    pairs = [{"key": key, "value": value} for key, value in extras.items()]
    seal = seal_of_dataset({**raw, "extras": pairs})
    raw["extras"] = [*pairs, {"key": "yusuan_seal", "value": seal}]
    return raw | changes


def work(dataset, raw, **options):
    given = {"owner_is_new": False, "has_datastore": True, "doubtful": ()} | options
    there = None if raw is None else standing_of(raw)
    return compared(dataset, there, [], **given)


def changed(found):
    return {(one.action, one.path.removeprefix("131024-304-budget")) for one in found.steps
            if one.action != "unchanged"}  # fmt: skip


def test_what_stands_as_it_is_wanted_is_unchanged(small):
    (dataset,) = wanted([small()], None)
    found = work(dataset, standing(dataset))
    assert not found.changes
    assert (found.touched, found.uploads, found.tables) == ([], [], [])


def test_nothing_there_is_all_created(small):
    (dataset,) = wanted([small()], None)
    found = work(dataset, None, owner_is_new=True)
    assert {one.action for one in found.steps} == {"create"}
    assert found.steps[0].path == "organization:131024"
    assert len(found.uploads) == 6
    assert len(found.tables) == 1


def test_a_portal_without_a_datastore_gets_the_files(small):
    (dataset,) = wanted([small()], None)
    found = work(dataset, None, has_datastore=False)
    assert found.tables == []
    assert not any("#datastore" in one.path for one in found.steps)


@pytest.mark.parametrize(
    ("field", "value"),
    [("description", "手改"), ("size", 7), ("last_modified", "later"), ("hash", "0" * 64),
     ("yusuan_path", None), ("url", "http://x/other.csv"), ("yusuan_seal", "0")],
)  # fmt: skip
def test_whatever_somebody_changes_of_a_file_is_noticed(small, field, value):
    (dataset,) = wanted([small()], None)
    raw = standing(dataset)
    raw["resources"][2][field] = value
    found = work(dataset, raw)
    assert found.touched == [f"{dataset.name}/{dataset.editions[0].files[2].key}"]
    assert [one.key for one in found.uploads] == [dataset.editions[0].files[2].key]


def test_the_address_of_the_portal_may_change(small):
    (dataset,) = wanted([small()], None)
    raw = standing(dataset)
    for one in raw["resources"]:
        one["url"] = one["url"].replace("http://x/", "https://data.example/")
    assert not work(dataset, raw).changes


def test_what_was_not_finished_is_finished_without_sending_the_files_again(small):
    (dataset,) = wanted([small()], None)
    raw = standing(dataset)
    for one in raw["resources"]:
        one |= {"yusuan_seal": "", "yusuan_table": ""}
    raw["extras"] = [one for one in raw["extras"] if one["key"] != "yusuan_seal"]
    found = work(dataset, raw)
    assert found.uploads == []
    assert len(found.tables) == 1
    assert len(found.finishing) == 6
    assert ("update", "") in changed(found)
    assert found.touched == []


def test_a_table_that_is_gone_from_the_datastore_is_put_there_again(small):
    (dataset,) = wanted([small()], None)
    raw = standing(dataset)
    number, file = next(
        (number, one) for number, one in enumerate(dataset.editions[0].files) if one.table
    )
    raw["resources"][number]["datastore_active"] = False
    found = work(dataset, raw)
    key = file.key
    assert changed(found) == {("create", f"/{key}#datastore"), ("update", "")}


def test_a_file_that_may_have_been_sent_is_sent_again(small):
    (dataset,) = wanted([small()], None)
    key = dataset.editions[0].files[1].key
    found = work(dataset, standing(dataset), doubtful={key})
    assert [one.key for one in found.uploads] == [key]


def test_words_that_somebody_gave_the_dataset_are_noticed(small):
    (dataset,) = wanted([small()], None)
    found = work(dataset, standing(dataset) | {"title": "手改"})
    assert found.touched == [dataset.name]


def test_an_older_year_does_not_rename_the_dataset(small):
    (dataset,) = wanted([small()], None)
    raw = standing(dataset)
    editions = json.dumps({"2021": dataset.editions[0].place, "2022": "doc/later"})
    for one in raw["extras"]:
        if one["key"] == "yusuan_editions":
            one["value"] = editions
    raw["title"] = "改名后的部门"
    found = work(dataset, raw)
    assert not found.speaks
    assert not found.changes
    assert found.touched == []


def test_a_newer_revision_that_stands_there_is_noticed(small):
    (older,) = wanted([small()], None)
    (newer,) = wanted([small(revision=".r2")], None)
    found = work(older, standing(newer))
    assert [one.name for one in found.newer] == ["2021"]


# ------------------------------------------------------------------ how it is sent


def sized(dataset, *megabytes):
    files = dataset.editions[0].files
    return [replace(file, seal=Seal(int(size * (1 << 20)), "0"))
            for file, size in zip(files, megabytes, strict=False)]  # fmt: skip


def test_files_go_in_one_request_unless_they_are_too_much(small):
    (dataset,) = wanted([small()], None)
    there = standing_of(standing(dataset))
    assert [len(one) for one in batches_of(sized(dataset, 0.1, 0.9, 0.5), there)] == [3]
    assert [len(one) for one in batches_of(sized(dataset, 30, 30, 30), None)] == [2, 1]


def test_a_size_that_the_portal_has_not_taken_before_goes_alone_and_first(small):
    (dataset,) = wanted([small()], None)
    there = standing_of(standing(dataset))
    first, rest = batches_of(sized(dataset, 0.5, 3, 2), there)
    assert [one.seal.bytes >> 20 for one in first] == [3]
    assert len(rest) == 2
    # A dataset that nobody sees yet can't be left half new.
    assert len(list(batches_of(sized(dataset, 0.5, 3, 2), None))) == 1


# ------------------------------------------------------------------ the address


@pytest.mark.parametrize(
    ("address", "portal", "organization"),
    [
        ("ckan+https://data.example", "https://data.example/", None),
        ("ckan+https://data.example/portal/", "https://data.example/portal/", None),
        ("ckan+http://127.0.0.1:5000?organization=xianghe", "http://127.0.0.1:5000/", "xianghe"),
    ],
)
def test_an_address_names_the_portal_and_may_name_the_organisation(
    address, portal, organization, tmp_path
):
    target = target_of(address, tmp_path)
    assert target.portal.client.address == portal
    assert target.organization == organization
    assert target.name == address


@pytest.mark.parametrize(
    "address",
    ["ckan+https://data.example?key=1", "ckan+ftp://data.example", "ckan+https://data.example#a",
     "ckan://data.example", "ckan+https://data.example?organization="],
)  # fmt: skip
def test_an_address_that_says_something_else_is_refused(address, tmp_path):
    with pytest.raises(UsageError):
        target_of(address, tmp_path)
