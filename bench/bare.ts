import { createHash } from "node:crypto";
import postgres from "postgres";

/**
 * What the same machine does with nothing in between: one session look-up, one trigram search, a string.
 * Its search finds in the same column; it knows no tiers, no marks, no permissions and no escaping.
 */
const sql = postgres(Deno.env.get("DATABASE_URL")!, { max: 10 });

Deno.serve(
  { port: Number(Deno.args[0]), onListen: () => {} },
  async (request) => {
    const [id, secret] =
      request.headers.get("cookie")?.split("=")[1]?.split(".") ?? [];
    const [session] = await sql`
    select s.secret_hash, u.name from sessions s join users u on u.id = s.user_id
    where s.id = ${id!} and u.disabled_at is null`;
    const hash = createHash("sha256").update(secret!).digest("base64url");
    if (session?.secret_hash !== hash) {
      return new Response(null, {
        status: 401,
      });
    }
    const query = new URL(request.url).searchParams.get("query") ?? "";
    const found = await sql`
    select id, name, username, email from users
    where search_key like ${`%${query}%`} limit 25`;
    const rows = found.map((it) =>
      `<tr><td><a href="/users/${it.id}">${it.name}</a></td><td>${it.username}</td><td>${it.email}</td></tr>`
    ).join("");
    return new Response(`<table>${rows}</table>`, {
      headers: { "content-type": "text/html; charset=utf-8" },
    });
  },
);
