import assert from "node:assert/strict";
import { desc, eq, sql } from "drizzle-orm";
import { auditEvents } from "../../db/schema.ts";
import { webhooks } from "../../db/schema_programs.ts";
import {
  changeWebhook,
  removeWebhook,
  renewWebhookSecret,
  setWebhookActive,
} from "../../services/webhook_changes.ts";
import { redeliver, testWebhook } from "../../services/webhook_deliveries.ts";
import { createWebhook } from "../../services/webhooks.ts";
import { program } from "../support/app.ts";
import { testOnEach } from "../support/database.ts";
import { administrator, contextOf, webhookTo } from "../support/webhooks.ts";

for (const permission of ["administration", "audit_log"] as const) {
  testOnEach(
    `each change asks for ${permission} again, in its own transaction, and records the refusal (ASVS 8.3.1)`,
    async ({ db }) => {
      const running = program({ db }, { WEBHOOK_TARGETS: "hooks.example.org" });
      const context = contextOf(running);
      const url = "https://hooks.example.org/";
      const { id } = await webhookTo(running, url);
      const stored = () =>
        db.select().from(webhooks).where(eq(webhooks.id, id));
      const before = await stored();
      const actor = await administrator(db); // and so it says still, in the request that is under way
      await db.execute(
        sql`delete from permissions where user_id = ${actor.userId} and permission = ${permission}`,
      );
      const input = { url: `${url}other`, events: ["user_created" as const] };
      const refused = [
        await createWebhook(context, { actor, input }),
        await changeWebhook(context, { actor, id, input }),
        await renewWebhookSecret(context, { actor, id }),
        await setWebhookActive(context, { actor, id, active: false }),
        await testWebhook(context, { actor, id }),
        await redeliver(context, { actor, id, eventId: id }),
        await removeWebhook(context, { actor, id }),
      ];
      for (const it of refused) {
        assert.deepEqual(it, {
          ok: false,
          failure: { reason: "missing_permission", permission },
        });
      }
      assert.deepEqual(await stored(), before);
      const events = await db.select().from(auditEvents)
        .where(eq(auditEvents.actorId, actor.userId))
        .orderBy(desc(auditEvents.id));
      assert.equal(events.length, refused.length);
      assert.ok(
        events.every((it) =>
          it.event === "authz_fail" && it.detail.action === "manage_webhooks"
        ),
      );
    },
  );
}

testOnEach(
  "what changes nothing is no event, and what is gone is said to be",
  async ({ db }) => {
    const running = program({ db }, { WEBHOOK_TARGETS: "hooks.example.org" });
    const { id, actor, context } = await webhookTo(
      running,
      "https://hooks.example.org/",
    );
    const count = () => db.$count(auditEvents);
    const before = await count();
    await setWebhookActive(context, { actor, id, active: true });
    assert.equal(await count(), before);
    assert.ok((await removeWebhook(context, { actor, id })).ok);
    assert.ok((await removeWebhook(context, { actor, id })).ok, "twice");
    assert.deepEqual(
      await setWebhookActive(context, { actor, id, active: false }),
      { ok: false, failure: { reason: "not_found" } },
    );
    assert.equal(await count(), before + 1);
  },
);
