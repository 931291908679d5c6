import { csrfOf, hidden } from "../tests/support/app.ts";
import { PASSWORD, STAFF } from "./database.ts";

/** A visitor of a running Passdesk, over real HTTP. */
export async function visit(origin: string) {
  const page = await fetch(`${origin}/sign-in`);
  const cookie = cookieOf(page, "visit");
  const csrf = csrfOf(await page.text());
  let device = ""; // kept from the first sign-in on, as browsers do

  /** Signs in; gives the session's cookie. */
  async function signIn(username: string): Promise<string> {
    const response = await fetch(`${origin}/sign-in`, {
      method: "POST",
      redirect: "manual",
      headers: { cookie: cookie + device, origin },
      body: new URLSearchParams({
        csrf,
        identifier: username,
        password: PASSWORD,
      }),
    });
    await response.body?.cancel();
    if (response.status !== 303) throw new Error(`sign-in: ${response.status}`);
    device = `; ${cookieOf(response, "device")}`;
    return cookieOf(response, "session");
  }
  return { signIn };
}

/** Staff who set passwords of other people, one form for each. */
export async function desk(origin: string) {
  const { signIn } = await visit(origin);
  const cookie = await signIn(STAFF);
  let number = 0;

  async function setPassword(userId: string) {
    const path = `${origin}/users/${userId}/password`;
    const html = await (await fetch(path, { headers: { cookie } })).text();
    number += 1;
    const response = await fetch(path, {
      method: "POST",
      headers: { cookie, origin },
      body: new URLSearchParams({
        csrf: csrfOf(html),
        formId: hidden(html, "formId"),
        seenSetAt: hidden(html, "seenSetAt"),
        newPassword: `bridge ${number} of ${crypto.randomUUID()}`,
        reason: "no_mailbox",
      }),
    });
    const answer = await response.text();
    if (!answer.includes("is saved")) {
      throw new Error(`set: ${response.status}`);
    }
  }
  return { cookie, setPassword };
}

function cookieOf(response: Response, name: string) {
  const set = response.headers.getSetCookie()
    .find((it) => it.startsWith(`passdesk-${name}=`));
  if (!set) throw new Error(`no ${name} cookie, status ${response.status}`);
  return set.split(";")[0]!;
}
