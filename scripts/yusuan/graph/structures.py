"""The cubes of a package: a data structure definition and a dataset for every form.

The W3C's integrity constraints decide what can be a component. Each dimension and measure of a
structure needs a value on every observation (IC-11, IC-14), and that by property, not by
structure: a property that is a dimension in one cube can't be an attribute that may lack in
another. What only some observations have is therefore either an optional attribute everywhere, or
named apart, by `ys:optionalDimension`. No two observations share all dimensions (IC-12): the
document and the row's key are dimensions, since a document may say one thing twice, and two
documents may say it differently.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from yusuan.graph.wording import NAMESPACES, Statements
from yusuan.mapping import TableMap, base_of
from yusuan.messages import LANGUAGES, say

QB = NAMESPACES["qb"]
_DATASET = QB + "dataSet"
_ROLES = ("dimension", "measure", "attribute")
_CLASS_OF = {role: f"qb:{role.capitalize()}Property" for role in _ROLES}


@dataclass(frozen=True, slots=True)
class Cube:
    """One dataset of observations and what its form asks for.

    Attributes:
        dataset: Its IRI.
        titles: Its names.
        required: The columns that this form needs as dimensions, beyond those of the table.
        optional: The columns that it may have.
    """

    dataset: str
    titles: Mapping[str, str]
    required: frozenset[str] = frozenset()
    optional: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        """The last part of its IRI, `dept-project`."""
        return self.dataset.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class Component:
    """One column, or one triple that every row has, as part of a structure.

    Attributes:
        name: Of the column.
        predicate: Its IRI.
        marked: The role that the descriptor gives it, or None.
        required: Whether every row has a value.
    """

    name: str
    predicate: str
    marked: str | None
    required: bool


def cubes(descriptor: Mapping[str, Any], table: TableMap) -> list[Cube]:
    """Return the datasets that the rows of a table are observations of."""
    for predicate, value in table.constants:
        if predicate == _DATASET:
            resource = next(one for one in descriptor["resources"] if one["name"] == table.name)
            return [Cube(value.text, resource["titles"])]
    for column in table.columns:
        if column.predicate == _DATASET and column.value is not None:
            expand = column.value.expander({column.name: 0})
            return [
                Cube(
                    expand([category["value"]]),
                    category["titles"],
                    frozenset(category["dimensions"]["required"]),
                    frozenset(category["dimensions"]["optional"]),
                )
                for category in column.field["categories"]
            ]
    return []


def structures(said: Statements, descriptor: Mapping[str, Any], tables: Sequence[TableMap]) -> None:
    """Say the structure of every cube, and what each component property is."""
    found = {table.name: cubes(descriptor, table) for table in tables}
    parts = {
        table.name: list(_components(said, descriptor, table))
        for table in tables
        if found[table.name]
    }
    roles = _Roles(said, found, parts)
    base = base_of(descriptor) + "dsd/"
    for name, components in parts.items():
        own = frozenset[str]().union(*(one.required | one.optional for one in found[name]))
        for cube in found[name]:
            _structure(said, cube, base)
            for order, component in enumerate(components, start=1):
                if component.name in own - cube.required - cube.optional:
                    continue
                role = roles.of(component, needed=component.name in cube.required)
                if role == "optional":
                    said.add(base + cube.name, said.ontology + "#optionalDimension",
                             component.predicate)  # fmt: skip
                elif role is not None:
                    part = f"{base}component/{name}/{component.name.lstrip('_')}"
                    said.add(base + cube.name, "qb:component", part)
                    if said.is_new(part):
                        _component(said, part, component, role, order)
    roles.say()


def _structure(said: Statements, cube: Cube, base: str) -> None:
    structure = base + cube.name
    said.add(cube.dataset, "rdf:type", "qb:DataSet")
    said.add(cube.dataset, "qb:structure", structure)
    said.text(cube.dataset, "rdfs:label", cube.titles)
    said.add(structure, "rdf:type", "qb:DataStructureDefinition")
    titles = {one: say("structure-title", form=cube.titles[one]).text(one) for one in LANGUAGES}
    said.text(structure, "rdfs:label", titles)


def _component(said: Statements, part: str, component: Component, role: str, order: int) -> None:
    said.add(part, "rdf:type", "qb:ComponentSpecification")
    said.add(part, f"qb:{role}", component.predicate)
    said.plain(part, "qb:order", str(order), "xsd:integer")
    if role == "attribute":
        required = "true" if component.required else "false"
        said.plain(part, "qb:componentRequired", required, "xsd:boolean")


def _components(
    said: Statements, descriptor: Mapping[str, Any], table: TableMap
) -> Iterator[Component]:
    """Yield what of a table can be a component: terms of ours, and those stated to be one."""
    (resource,) = (one for one in descriptor["resources"] if one["name"] == table.name)
    for column in table.columns:
        if column.predicate is not None and _is_component(said, column.predicate):
            required = bool(column.field.get("constraints", {}).get("required"))
            marked = column.field.get("yusuan:component")
            yield Component(column.name, column.predicate, marked, required)
    for virtual in resource["schema"].get("csvw:virtual", ()):
        predicate = said.iri(virtual["csvw:propertyUrl"])
        if _is_component(said, predicate):
            yield Component(
                virtual["name"], predicate, virtual.get("yusuan:component"), required=True
            )


def _is_component(said: Statements, predicate: str) -> bool:
    return said.is_own(predicate) or any(one.startswith(QB) for one in said.types(predicate))


class _Roles:
    """Which role each component property has, over all structures."""

    def __init__(
        self,
        said: Statements,
        found: Mapping[str, list[Cube]],
        parts: Mapping[str, list[Component]],
    ) -> None:
        self._said = said
        self._given: dict[str, set[str]] = {}
        self._fixed: dict[str, set[str]] = {}
        for name, components in parts.items():
            needed = frozenset[str]().union(*(one.required for one in found[name]))
            for one in components:
                types = said.types(one.predicate)
                stated = {role for role in _ROLES if said.iri(_CLASS_OF[role]) in types}
                roles = self._fixed.setdefault(one.predicate, set(stated))
                if one.marked is not None:
                    roles.add(one.marked)
                if one.name in needed:
                    roles.add("dimension")

    def of(self, component: Component, *, needed: bool) -> str | None:
        """Return the role of a component in one structure.

        Args:
            component: The component.
            needed: Whether the form asks for it.

        Returns:
            A role; "optional" for a dimension that may lack here; None for a measure that may.
        """
        fixed = self._fixed[component.predicate]
        always = needed or component.required
        if component.marked is not None:
            role = component.marked
        elif "dimension" in fixed:
            role = "dimension" if always else "optional"
        elif "measure" in fixed and not always:
            return None
        else:
            role = "attribute"
        if role in _ROLES:
            self._given.setdefault(component.predicate, set()).add(role)
        return role

    def say(self) -> None:
        """Say what each of our own properties was used as."""
        for predicate, roles in self._given.items():
            if self._said.is_own(predicate):
                for role in sorted(roles):
                    self._said.add(predicate, "rdf:type", _CLASS_OF[role])
