import assert from "node:assert/strict";
import {
  type Action,
  forbids,
  type Standing,
} from "../../services/authorization.ts";
import type { Permission } from "../../services/context.ts";

const who = (id: string, ...permissions: Permission[]): Standing => ({
  id,
  disabled: false,
  permissions,
});
const clerk = who("clerk", "user_management");
const admin = who("admin", "administration");
const user = who("user");
const ALL: Action[] = [
  "create_user",
  "edit_user",
  "set_password",
  "disable_user",
  "end_sessions",
  "change_permissions",
];

Deno.test("nobody does anything without the permission for it", () => {
  for (const action of ALL) {
    assert.equal(
      forbids(user, action, who("other"))?.reason,
      "missing_permission",
    );
    assert.equal(
      forbids(undefined, action, who("other"))?.reason,
      "missing_permission",
    );
    assert.equal(
      forbids({ ...clerk, disabled: true }, action, user)?.reason,
      "missing_permission",
    );
  }
  assert.equal(
    forbids(admin, "set_password", user)?.reason,
    "missing_permission",
  );
  assert.equal(
    forbids(clerk, "change_permissions", user)?.reason,
    "missing_permission",
  );
});

Deno.test("never to oneself", () => {
  const both = who("both", "user_management", "administration");
  for (const action of ALL.slice(1)) {
    assert.deepEqual(forbids(both, action, both), { reason: "oneself" });
  }
});

Deno.test("never to somebody who holds a permission that one lacks", () => {
  for (
    const action of [
      "edit_user",
      "set_password",
      "disable_user",
      "end_sessions",
    ] as const
  ) {
    assert.deepEqual(forbids(clerk, action, admin), {
      reason: "outranked",
      permission: "administration",
    });
    assert.equal(
      forbids(clerk, action, who("peer", "user_management")),
      undefined,
    );
    assert.equal(forbids(clerk, action, user), undefined);
  }
});

Deno.test("whoever grants permissions reaches everybody else's", () => {
  assert.equal(
    forbids(
      admin,
      "change_permissions",
      who("x", "audit_log", "user_management"),
    ),
    undefined,
  );
});
