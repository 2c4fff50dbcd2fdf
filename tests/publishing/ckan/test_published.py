"""Changes, years, counties and hands of others on a real CKAN."""

from __future__ import annotations

import pytest

from yusuan.publishing import read_receipt
from yusuan.publishing.errors import TargetError

pytestmark = pytest.mark.service

DATASET = "131024-304-budget"


def test_a_change_replaces_its_file_and_nothing_else(ckan, publish, aim, small):
    publish(ckan.url, small(extra=[("resources/note.txt", b"1")]))
    before = {one["yusuan_path"]: one for one in ckan.show(DATASET)["resources"]}
    later = small(rows=[("001", "甲", "13.50"), ("002", "乙“丙”", "")])
    plan = aim(ckan.url).plan([later])
    assert {(one.action, one.path.removeprefix(f"{DATASET}/2021")) for one in plan.changes} == {
        ("update", DATASET),
        ("update", "/datapackage.json"),
        ("update", "/resources/预算 表“一”'1'.csv"),
        ("update", "/resources/预算 表“一”'1'.csv#datastore"),
        ("delete", "/resources/note.txt"),
    }
    publish(ckan.url, later)
    after = {one["yusuan_path"]: one for one in ckan.show(DATASET)["resources"]}
    assert set(before) - set(after) == {"2021/resources/note.txt"}
    for path, one in after.items():
        # Addresses that somebody has kept still lead there.
        assert (one["id"], one["url"]) == (before[path]["id"], before[path]["url"])
    table = after["2021/resources/预算 表“一”'1'.csv"]
    assert ckan.rows(table) == [["code", "项目 名称", "amount"],
                                ["001", "甲", "13.50"], ["002", "乙“丙”", ""]]  # fmt: skip
    assert aim(ckan.url).plan([later]).changes == []


def test_a_new_year_goes_into_the_same_dataset_and_a_revision_replaces_its_year(
    ckan, publish, aim, small
):
    first, second = small(year=2021), small(year=2022)
    publish(ckan.url, first)
    kept = {one["id"] for one in ckan.show(DATASET)["resources"]}
    publish(ckan.url, second)
    found = ckan.show(DATASET)
    assert kept < {one["id"] for one in found["resources"]}
    assert len(found["resources"]) == 2 * len(kept)
    extras = {one["key"]: one["value"] for one in found["extras"]}
    assert (extras["temporal_start"], extras["temporal_end"]) == ("2021-01-01", "2022-12-31")
    assert {"2021", "2022"} <= {one["name"] for one in found["tags"]} | {"2022"}
    assert aim(ckan.url).plan([first, second]).changes == []

    revised = small(year=2021, revision=".r2", text="修订")
    publish(ckan.url, revised)
    found = ckan.show(DATASET)
    assert len(found["resources"]) == 2 * len(kept)
    assert kept < {one["id"] for one in found["resources"]}
    assert ckan.files(DATASET)["2021/resources/text.txt"] == "修订".encode()
    assert ckan.files(DATASET)["2022/resources/text.txt"] == "原文".encode()


def test_several_counties_go_into_several_organisations(ckan, publish, aim, small):
    releases = [small(), small(county="330903"), small(department="305")]
    publish(ckan.url, *releases)
    owners = {name: ckan.show(name)["organization"]["name"]
              for name in (DATASET, "330903-304-budget", "131024-305-budget")}  # fmt: skip
    assert owners == {DATASET: "131024", "330903-304-budget": "330903",
                      "131024-305-budget": "131024"}  # fmt: skip
    target = aim(ckan.url)
    assert target.plan(releases).changes == []
    assert target.portal.client.reads <= 3 * len(releases)


def test_a_dataset_joins_the_groups_of_its_field_of_work_where_the_portal_has_them(
    ckan, publish, aim, small
):
    ckan.call("group_create", {"name": "industry-it", "title": "Something"})
    ckan.call("group_create", {"name": "water", "title": "水利"})
    release = small()
    publish(ckan.url, release)
    assert "industry-it" in {one["name"] for one in ckan.show(DATASET)["groups"]}
    assert "water" not in {one["name"] for one in ckan.show(DATASET)["groups"]}
    # What an operator adds stays.
    found = ckan.show(DATASET)
    ckan.call("package_patch", {
        "id": found["id"], "groups": [{"name": "industry-it"}, {"name": "water"}],
        "tags": [{"name": one["name"]} for one in found["tags"]] + [{"name": "自己加的"}],
    })  # fmt: skip
    assert aim(ckan.url).plan([release]).changes == []
    publish(ckan.url, small(text="改"))
    found = ckan.show(DATASET)
    assert "water" in {one["name"] for one in found["groups"]}
    assert "自己加的" in {one["name"] for one in found["tags"]}


def test_a_file_that_somebody_adds_to_the_dataset_stays(ckan, publish, small):
    publish(ckan.url, small())
    ckan.call(
        "resource_create", {"package_id": DATASET, "name": "Ours", "url": "https://a.example/"}
    )
    publish(ckan.url, small(text="改"))
    assert "Ours" in {one["name"] for one in ckan.show(DATASET)["resources"]}


def test_a_plan_sends_nothing_but_reads(ckan, aim, small):
    target = aim(ckan.url)
    assert target.plan([small()]).changes
    assert target.portal.client.writes == 0
    assert ckan.show(DATASET) is None


def test_an_organisation_may_be_named(ckan, aim, small):
    target = aim(f"{ckan.url}?organization=xianghe")
    with pytest.raises(Exception, match="has no organisation xianghe") as found:
        target.plan([small()])
    assert found.value.exit_code == 5
    ckan.call("organization_create", {"name": "xianghe", "title": "香河"})
    target.apply(target.plan([small()]))
    assert ckan.show(DATASET)["organization"]["name"] == "xianghe"


@pytest.mark.parametrize("by", ["token", "editor"])
def test_a_dataset_that_somebody_has_deleted_is_published_anew(
    ckan, publish, aim, small, monkeypatch, by
):
    ckan.call("organization_create", {"name": "131024", "title": "香河县"})
    member = {"id": "131024", "username": "editor", "role": "editor"}
    ckan.call("organization_member_create", member)
    monkeypatch.setenv("CKAN_API_TOKEN", getattr(ckan, by))
    release = small()
    publish(ckan.url, release)
    ckan.call("package_delete", {"id": DATASET})
    assert ckan.show(DATASET, token="") is None
    publish(ckan.url, release)
    assert len(ckan.files(DATASET)) == len(release.seals)
    assert aim(ckan.url).plan([release]).changes == []


def test_what_is_done_is_on_record_though_the_next_dataset_fails(ckan, faults, publish, aim, small):
    releases = [small(), small(department="305")]
    with faults.FaultProxy(ckan.url) as proxy:
        created = []
        proxy.faults = lambda seen: (
            ("package_create" in seen.path and created.append(seen))
            or (faults.Fault(answer=500) if len(created) > 1 else None)
        )
        with pytest.raises(TargetError):
            publish(proxy.url, *releases)
        proxy.faults = {}
        target = aim(proxy.url)
        receipt = read_receipt(target.receipt_path)
        assert [one.place for one in receipt.packages] == [f"{DATASET}/2021"]
        publish(proxy.url, *releases)
        assert len(read_receipt(target.receipt_path).packages) == 2


def test_a_portal_without_a_datastore_gets_the_files_and_the_tables_when_it_has_one(
    ckan, publish, aim, small
):
    release = small()
    plain = ckan.beside(**{"ckan.plugins": "dcat"})
    try:
        publish(plain.url, release)
        assert len(ckan.files(DATASET)) == len(release.seals)
        assert aim(plain.url).plan([release]).changes == []
    finally:
        plain.kill()
    plan = aim(ckan.url).plan([release])
    assert [one.path.rpartition("#")[2] for one in plan.changes] == [DATASET, "datastore"]
    aim(ckan.url).apply(plan)
    assert aim(ckan.url).plan([release]).changes == []


def test_what_somebody_edits_while_the_tables_are_loaded_is_noticed(ckan, faults, publish, small):
    def edit():
        ckan.call("package_patch", {"id": DATASET, "title": "手改"})

    publish(ckan.url, small())
    with faults.FaultProxy(ckan.url) as proxy:
        proxy.faults = lambda seen: (
            faults.Fault(do=edit) if "datastore_create" in seen.path else None
        )
        with pytest.raises(TargetError, match="somebody has changed the dataset"):
            publish(proxy.url, small(rows=[("001", "甲", "1")]))
    assert ckan.show(DATASET)["title"] == "手改"
