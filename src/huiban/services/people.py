# SPDX-License-Identifier: Apache-2.0
"""Whether the officers an act names are there and hold the post their work needs."""

from collections.abc import Iterator, Mapping

from huiban.kernel.permission import ADMIN_ROLES
from huiban.kernel.process import Act, Task
from huiban.kernel.words import Words
from huiban.services import city
from huiban.services.refusal import FieldFault
from huiban.store.models import Account
from huiban.store.rows import CaseRow


def check_named(case: CaseRow, task: Task | None, act: Act) -> None:
    """
    Refuse an act that gives work to somebody who is not an officer on duty.

    Work that has a role and department already goes only to those who hold them; work for a post
    goes to posts and departments there are, and none goes to administrators, who handle no case.

    :raises FieldFault: naming the input and who is meant.
    """
    for path, role, department in _posts(act):
        known = city.common()
        if (role and role not in known.roles) or (
            department and department not in known.departments
        ):
            raise FieldFault(
                path,
                Words(
                    "没有这个岗位或部门，请从名单里选择",
                    "There is no such post or department; choose from the list",
                ),
            )
    for path, number, is_moved in _named(act):
        found = Account.objects.filter(number=number, kind="officer", is_active=True).first()
        if found is None or not ADMIN_ROLES.isdisjoint(found.roles):
            raise FieldFault(
                path,
                Words(
                    f"没有工作人员账号“{number[:64]}”，请从名单里选择",
                    f"There is no officer {number[:64]!r}; choose from the list",
                ),
            )
        if is_moved and task is not None and not _fits(found, task, case):
            raise FieldFault(
                path,
                Words(
                    f"{found.name}不在这个部门或没有这个岗位，请换一位",
                    f"{found.name} does not hold this post; choose somebody else",
                ),
            )


def _named(act: Act) -> Iterator[tuple[str, str, bool]]:
    """Yield path, account number, and whether existing work is moved to them."""
    holder = act.inputs.get("to_holder")
    if isinstance(holder, str) and holder.strip():
        yield "to_holder", holder.strip(), act.name == "transfer"
    listed = act.inputs.get("to")
    for entry in listed if isinstance(listed, list) else []:
        asked = entry.get("holder") if isinstance(entry, Mapping) else None
        if isinstance(asked, str) and asked.strip():
            yield "to", asked.strip(), False


def _posts(act: Act) -> Iterator[tuple[str, str, str]]:
    """Yield path, role and department of the posts an act asks."""
    listed = act.inputs.get("to")
    entries = listed if isinstance(listed, list) else []
    for asked in (act.inputs, *entries):
        if isinstance(asked, Mapping):
            role, department = (asked.get(key) for key in ("role", "department"))
            yield (
                "to",
                role.strip() if isinstance(role, str) else "",
                department.strip() if isinstance(department, str) else "",
            )


def _fits(account: Account, task: Task, case: CaseRow) -> bool:
    in_department = account.department == (task.department or case.department)
    return in_department and (not task.role or task.role in account.roles)
