import assert from "node:assert/strict";
import type { Permission } from "../../services/context.ts";
import { setSuspension } from "../../db/authenticators.ts";
import { type Browser, browser, csrfOf, program } from "../support/app.ts";
import { plantPasskey } from "../support/authenticators.ts";
import { testOnEach } from "../support/database.ts";
import { person } from "../support/people.ts";

const U = "/users/:id";
const EVERYBODY = [
  "GET /health/live",
  "GET /health/ready",
  "GET /sign-in",
  "POST /sign-in",
  "POST /sign-in/passkey",
  "POST /sign-in/passkey/options",
  "GET /sign-in/second-factor",
  "POST /sign-in/second-factor",
  "GET /setup",
  "GET /setup/:token",
  "POST /setup",
  "POST /setup/check",
  "GET /email-confirmation",
  "GET /email-confirmation/:token",
  "POST /email-confirmation",
  "GET /email-stop",
  "GET /email-stop/:token",
  "POST /email-stop",
  "GET /not-me",
  "GET /not-me/:token",
  "POST /not-me",
  "GET /password-resets/new",
  "POST /password-resets/new",
  "GET /password-resets/:token",
  "GET /password-reset",
  "POST /password-reset",
  "POST /password-reset/check",
  "GET /session",
  "GET /static/:file",
];
const SIGNED_IN = [
  ...EVERYBODY,
  "GET /",
  "POST /sign-out",
  "POST /session",
  "GET /account/password",
  "POST /account/password",
  "POST /account/password/check",
  "GET /account/authenticators",
  "POST /account/authenticators",
  "GET /account/check",
  "POST /account/check",
  "POST /account/check/passkey",
  "POST /account/passkeys",
  "POST /account/passkeys/options",
  "POST /account/passkeys/removal",
  "GET /account/totp",
  "POST /account/totp",
  "POST /account/totp/confirmation",
  "GET /account/totp/removal",
  "POST /account/totp/removal",
  "POST /account/recovery-codes",
  "GET /account/sessions",
  "POST /account/sessions",
  "GET /help",
  "GET /api/docs",
  "GET /api/docs/try",
  "GET /api/problems",
];
const LOOKING = ["GET /users", `GET ${U}`];
const MANAGING = [
  "GET /users/new",
  "POST /users/new",
  `GET ${U}/edit`,
  `POST ${U}/edit`,
  `GET ${U}/password`,
  `POST ${U}/password`,
  `POST ${U}/password/check`,
  `GET ${U}/disablement`,
  `POST ${U}/disablement`,
  `GET ${U}/sessions`,
  `POST ${U}/sessions`,
  "GET /reports",
  "POST /reports/:id/settlement",
  `GET ${U}/mails`,
  `GET ${U}/second-factor`,
  `POST ${U}/second-factor`,
];
const W = "/webhooks/:id";
const GRANTING = [
  `GET ${U}/permissions`,
  `POST ${U}/permissions`,
  "GET /api-tokens",
  "GET /api-tokens/new",
  "POST /api-tokens/new",
  "POST /api-tokens/:id/revocation",
  "GET /sessions",
  "POST /sessions",
];
/** What goes to a webhook is the audit log, so it takes both. */
const SENDING = [
  "GET /webhooks",
  "GET /webhooks/new",
  "POST /webhooks/new",
  `GET ${W}`,
  `GET ${W}/edit`,
  `POST ${W}/edit`,
  `POST ${W}/pause`,
  `GET ${W}/secret`,
  `POST ${W}/secret`,
  `GET ${W}/removal`,
  `POST ${W}/removal`,
  `POST ${W}/tests`,
  `POST ${W}/redeliveries`,
];

/** Who may come in where: the authorization table of the README, asked of the program itself. */
const DOORS: Record<string, { holds: Permission[]; open: string[] }> = {
  "a plain user": { holds: [], open: SIGNED_IN },
  "holders of user_management": {
    holds: ["user_management"],
    open: [...SIGNED_IN, ...LOOKING, ...MANAGING],
  },
  "holders of audit_log": {
    holds: ["audit_log"],
    open: [...SIGNED_IN, "GET /audit"],
  },
  "holders of administration": {
    holds: ["administration"],
    open: [...SIGNED_IN, ...LOOKING, ...GRANTING],
  },
  "holders of administration and audit_log": {
    holds: ["administration", "audit_log"],
    open: [...SIGNED_IN, ...LOOKING, ...GRANTING, ...SENDING, "GET /audit"],
  },
  "holders of everything": {
    holds: ["user_management", "audit_log", "administration"],
    open: [
      ...SIGNED_IN,
      ...LOOKING,
      ...MANAGING,
      ...GRANTING,
      ...SENDING,
      "GET /audit",
    ],
  },
};

type Program = ReturnType<typeof program>;

/** Every registered route, knocked on with a right token; which of them open. */
async function knock(
  { app }: Program,
  visitor: Browser,
  { subjectId, tokenPage, forced }: {
    subjectId: string;
    tokenPage: string;
    /** The one page that somebody is led to who has to do something first. */
    forced?: string;
  },
): Promise<string[]> {
  const open = new Set<string>();
  const csrf = csrfOf(await (await visitor.get(tokenPage)).text());
  const routes = new Set(
    app.routes.filter((it) =>
      it.method !== "ALL" && it.path !== "/sign-out" &&
      !/^\/(api\/v1|scim)\//.test(it.path) // programs' doors have a test of their own
    )
      .map((it) => `${it.method} ${it.path}`),
  );
  const last = forced ? [`POST ${forced}`] : []; // what was to be done first is done by it
  for (const it of last) routes.delete(it);
  for (const route of [...routes, ...last, "POST /sign-out"]) { // last: it ends the session
    const [method, path] = route.split(" ") as [string, string];
    const response = await visitor.send(
      method,
      path.replace(/:id\{.*?\}\)?\S*?(?=\/|$)/, subjectId)
        .replace(/:(token|file)/, "some"),
      method === "GET" ? {} : {
        body: new URLSearchParams({ csrf }).toString(),
        headers: {
          "Content-Type": "application/x-www-form-urlencoded",
          Origin: "http://localhost:8000",
        },
      },
    );
    await response.body?.cancel();
    const shut = isShut(response, route, forced);
    if (!shut && path.includes("/users")) {
      assert.notEqual(
        response.status,
        404,
        `${route} was not really knocked on`,
      );
    }
    if (!shut) open.add(route.replace(/:id\{[^/]*\}/, ":id"));
  }
  return [...open].sort();
}

/** Sent away: to sign in, to the forced change, or refused. (The pages of a link refuse by the link, not by their door.) */
function isShut(
  response: Response,
  route: string,
  forced: string | undefined,
) {
  const to = response.headers.get("location") ?? "";
  const awayTo = to.split("?")[0];
  if (response.status === 403) {
    return !/ \/(setup|password-reset|sign-in|not-me|email-)/.test(route);
  }
  return response.status === 303 && to !== "/sign-in?done=signed-out" &&
    (awayTo === "/sign-in" ||
      forced && awayTo === forced && route !== "GET /");
}

testOnEach(
  "a stranger gets through the public doors and no others (ASVS 6.1.3, 8.2.1)",
  async ({ db }) => {
    const running = program({ db });
    const subject = await person(db);
    const open = await knock(running, browser(running), {
      subjectId: subject.id,
      tokenPage: "/sign-in",
    });
    assert.deepEqual(open, [...EVERYBODY].sort());
  },
);

for (const [who, { holds, open }] of Object.entries(DOORS)) {
  testOnEach(
    `${who} get through their doors and no others (ASVS 8.2.1)`,
    async ({ db }) => {
      const running = program({ db });
      const subject = await person(db);
      const visitor = browser(running);
      await visitor.signIn(await person(db, { permissions: holds }));
      const opened = await knock(running, visitor, {
        subjectId: subject.id,
        tokenPage: "/help",
      });
      assert.deepEqual(opened, [...open].sort());
    },
  );
}

testOnEach(
  "whoever signed in with a temporary password gets nowhere before replacing it (ASVS 6.4.1)",
  async ({ db }) => {
    const running = program({ db });
    const subject = await person(db);
    const visitor = browser(running);
    await visitor.signIn(
      await person(db, {
        temporary: true,
        permissions: ["user_management", "audit_log", "administration"],
      }),
    );
    const open = await knock(running, visitor, {
      subjectId: subject.id,
      tokenPage: "/account/password",
      forced: "/account/password",
    });
    assert.deepEqual(
      open,
      [
        ...EVERYBODY,
        "GET /", // leads to the page, as every other address does
        "GET /account/password",
        "POST /account/password",
        "POST /account/password/check",
        "POST /session",
        "POST /sign-out",
      ].sort(),
    );
  },
);

testOnEach(
  "whoever has authenticators to confirm gets nowhere before that",
  async ({ db }) => {
    const running = program({ db });
    const subject = await person(db);
    const user = await person(db, {
      permissions: ["user_management", "audit_log", "administration"],
    });
    const visitor = browser(running);
    await visitor.signIn(user);
    await plantPasskey(db, { userId: user.id });
    await setSuspension(db, { userId: user.id, why: "permission_gained" });
    const open = await knock(running, visitor, {
      subjectId: subject.id,
      tokenPage: "/account/authenticators",
      forced: "/account/authenticators",
    });
    assert.deepEqual(
      open,
      [
        ...EVERYBODY,
        "GET /", // leads to the page, as every other address does
        "GET /account/authenticators",
        "POST /account/authenticators",
        "GET /account/check",
        "POST /account/check",
        "POST /account/check/passkey",
        "POST /session",
        "POST /sign-out",
      ].sort(),
    );
  },
);
