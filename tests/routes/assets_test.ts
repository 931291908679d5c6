import assert from "node:assert/strict";
import {
  brotliDecompressSync,
  gunzipSync,
  zstdDecompressSync,
} from "node:zlib";
import { Hono } from "hono";
import { type Assets, loadAssets } from "../../routes/assets.ts";

const CSS = "body { color: CanvasText; background: Canvas }\n".repeat(40);
const SCRIPT = "export const answer = 42;\n".repeat(20);
const FOREVER = "public, max-age=31536000, immutable";

interface Site {
  assets: Assets;
  folder: URL;
  get(path: string, headers?: HeadersInit, method?: string): Promise<Response>;
}

/** A real app over a folder of its own, so that no test hangs on what static/ holds today. */
async function withSite(test: (site: Site) => Promise<void>) {
  const path = await Deno.makeTempDir();
  const folder = new URL(`file://${path}/`);
  try {
    await Promise.all(
      Object.entries({
        "app.css": CSS,
        "app.js": `${SCRIPT}//# sourceMappingURL=app.js.map\n`,
        "mark.svg": '<svg xmlns="http://www.w3.org/2000/svg"/>',
        "tiny.css": "a{}",
        "font.woff2": "\0".repeat(900),
        "icon.ico": "\0",
        "app.js.map": "{}",
        "source.ts": "export {};",
        "dump.sql": "select 1;",
        "README": "no extension",
      }).map(([name, text]) => Deno.writeTextFile(new URL(name, folder), text)),
    );
    await Deno.mkdir(new URL("folder.css", folder));
    const assets = await loadAssets(folder);
    const app = new Hono<{ Variables: { actor: string } }>()
      .get("/static/:file", assets.handler);
    const get: Site["get"] = async (path, headers = {}, method = "GET") =>
      await app.request(path, { method, headers });
    await test({ assets, folder, get });
  } finally {
    await Deno.remove(path, { recursive: true });
  }
}

async function bytesOf(response: Response) {
  return new Uint8Array(await response.arrayBuffer());
}

async function decoded(response: Response) {
  const bytes = await bytesOf(response);
  const decode = {
    br: brotliDecompressSync,
    zstd: zstdDecompressSync,
    gzip: gunzipSync,
  }[response.headers.get("content-encoding") ?? ""];
  return new TextDecoder().decode(decode ? decode(bytes) : bytes);
}

Deno.test("assets: a hashed name carries the hash of the content, before the extension", () =>
  withSite(async ({ assets, folder }) => {
    assert.match(assets.url("app.css"), /^\/static\/app\.[0-9a-f]{8}\.css$/);
    assert.match(
      assets.url("hx-csp.min.js"),
      /^\/static\/hx-csp\.min\.[0-9a-f]{8}\.js$/,
    );
    await Deno.writeTextFile(new URL("app.css", folder), `${CSS} /* new */`);
    const next = await loadAssets(folder);
    assert.notEqual(next.url("app.css"), assets.url("app.css"));
    assert.equal(next.url("app.js"), assets.url("app.js"));
  }));

Deno.test("assets: asking for the address of a file that is not served is a bug", () =>
  withSite(({ assets }) => {
    for (const name of ["nope.css", "app.js.map", "source.ts", "__proto__"]) {
      assert.throws(() => assets.url(name), /no static file is named/);
    }
    return Promise.resolve();
  }));

Deno.test("assets: the encoding is the one of the highest q, then the smallest", () =>
  withSite(async ({ assets, get }) => {
    const expected: [accept: string | undefined, encoding: string | null][] = [
      [undefined, null],
      ["", null],
      ["gzip", "gzip"],
      ["br", "br"],
      ["zstd", "zstd"],
      ["GZip", "gzip"],
      ["gzip;q=0.5, br;q=0.9", "br"],
      ["br;q=0.5, gzip;q=0.9", "gzip"],
      ["br ; q=0.1 ,\tzstd ; q=0.2", "zstd"],
      ["br;q=0, gzip", "gzip"],
      ["br;q=0.000, zstd;q=0.0, gzip;q=0", null],
      ["gzip;q=0.5", "gzip"],
      ["gzip;q=0.5, identity", null],
      ["identity", null],
      ["deflate", null],
      ["brotli, x-br", null],
      ["*;q=0", null],
      ["*;q=0, gzip;q=0.1", "gzip"],
      ["identity;q=0", null], // nothing is acceptable: plain, as RFC 9110 advises
      ["identity;q=0, gzip;q=0.2", "gzip"],
    ];
    for (const [accept, encoding] of expected) {
      const response = await get(
        assets.url("app.css"),
        accept === undefined ? {} : { "accept-encoding": accept },
      );
      const { headers } = response;
      assert.equal(headers.get("content-encoding"), encoding, String(accept));
      assert.equal(headers.get("vary"), "accept-encoding");
      assert.equal(await decoded(response), CSS, String(accept));
    }
  }));

Deno.test("assets: among equals the smallest copy is sent, whatever the browser's order", () =>
  withSite(async ({ assets, get }) => {
    const url = assets.url("htmx.min.js");
    async function length(accept: string) {
      const response = await get(url, { "accept-encoding": accept });
      return Number(response.headers.get("content-length"));
    }
    const each = await Promise.all(["br", "zstd", "gzip"].map(length));
    const smallest = Math.min(...each);
    for (const accept of ["gzip, deflate, br, zstd", "zstd,gzip,br", "*"]) {
      assert.equal(await length(accept), smallest, accept);
    }
    assert.ok(smallest < 13_000, `htmx takes ${smallest} bytes of the 40 kB`);
  }));

Deno.test("assets: a copy that is not smaller is not kept, and fonts are left alone", () =>
  withSite(async ({ assets, get }) => {
    for (const name of ["tiny.css", "font.woff2", "icon.ico"]) {
      const response = await get(assets.url(name), {
        "accept-encoding": "gzip, br, zstd",
      });
      assert.equal(response.headers.get("content-encoding"), null, name);
      await response.body?.cancel();
    }
  }));

Deno.test("assets: content-length is the length of what is sent, for GET and HEAD", () =>
  withSite(async ({ assets, get }) => {
    for (const accept of ["identity", "gzip", "br", "zstd"]) {
      const asked = { "accept-encoding": accept };
      const full = await get(assets.url("app.js"), asked);
      const head = await get(assets.url("app.js"), asked, "HEAD");
      assert.equal(head.status, 200);
      assert.deepEqual([...head.headers], [...full.headers]);
      assert.equal((await bytesOf(head)).length, 0);
      const { length } = await bytesOf(full);
      assert.equal(full.headers.get("content-length"), String(length));
    }
  }));

Deno.test("assets: every encoding has a strong tag of its own", () =>
  withSite(async ({ assets, get }) => {
    const tags = new Set<string>();
    for (const accept of ["identity", "gzip", "br", "zstd"]) {
      const { headers } = await get(
        assets.url("app.css"),
        { "accept-encoding": accept },
        "HEAD",
      );
      tags.add(headers.get("etag")!);
    }
    assert.equal(tags.size, 4);
    for (const tag of tags) assert.match(tag, /^"[^"]+"$/);
  }));

Deno.test("assets: a known tag is answered by 304 with the same headers and no body", () =>
  withSite(async ({ assets, get }) => {
    const url = assets.url("app.css");
    const asked = { "accept-encoding": "br" };
    const full = await get(url, asked);
    await full.body?.cancel();
    const tag = full.headers.get("etag")!;

    for (const known of [tag, `W/${tag}`, `"other", ${tag}`, "*"]) {
      for (const method of ["GET", "HEAD"]) {
        const response = await get(
          url,
          { ...asked, "if-none-match": known },
          method,
        );
        assert.equal(response.status, 304, known);
        assert.deepEqual([...response.headers], [...full.headers]);
        assert.equal(response.body, null);
      }
    }
  }));

Deno.test("assets: the tag of another encoding, or of nothing, is answered in full", () =>
  withSite(async ({ assets, get }) => {
    const url = assets.url("app.css");
    const br = await get(url, { "accept-encoding": "br" }, "HEAD");
    const brTag = br.headers.get("etag")!;
    for (const unknown of [brTag, '"other"', brTag.slice(1, -1), ""]) {
      const response = await get(url, {
        "accept-encoding": "gzip",
        "if-none-match": unknown,
      });
      assert.equal(response.status, 200, unknown);
      assert.equal(await decoded(response), CSS);
    }
  }));

Deno.test("assets: each kind of file has its content type, and is kept for ever", () =>
  withSite(async ({ assets, get }) => {
    const types = {
      "app.css": "text/css; charset=utf-8",
      "app.js": "text/javascript; charset=utf-8",
      "htmx.min.js": "text/javascript; charset=utf-8",
      "mark.svg": "image/svg+xml; charset=utf-8",
      "icon.ico": "image/x-icon",
      "font.woff2": "font/woff2",
    };
    for (const [name, type] of Object.entries(types)) {
      const { headers } = await get(assets.url(name), {}, "HEAD");
      assert.equal(headers.get("content-type"), type);
      assert.equal(headers.get("cache-control"), FOREVER);
    }
  }));

Deno.test("assets: a pointer to a source map is not sent, the rest of the script is", () =>
  withSite(async ({ assets, get }) => {
    const response = await get(assets.url("app.js"));
    assert.equal(await response.text(), SCRIPT);
  }));

Deno.test("assets: htmx and its CSP extension are those of the installed package", () =>
  withSite(async ({ assets, get }) => {
    const dist = new URL(
      "../../node_modules/htmx.org/dist/",
      import.meta.url,
    );
    const files = {
      "htmx.min.js": "htmx.min.js",
      "hx-csp.min.js": "ext/hx-csp.min.js",
    };
    for (const [name, path] of Object.entries(files)) {
      const response = await get(assets.url(name), { "accept-encoding": "br" });
      const installed = await Deno.readTextFile(new URL(path, dist));
      assert.equal(await decoded(response), installed);
    }
  }));

Deno.test("assets: anything but a hashed name is not found", () =>
  withSite(async ({ assets, get }) => {
    const hashed = assets.url("app.css");
    const strangers = [
      "/static/app.css", // the name without its hash
      "/static/htmx.min.js",
      "/static/app.00000000.css", // a hash of something else
      hashed.toUpperCase().replace("/STATIC/", "/static/"),
      `${hashed}.map`,
      `${hashed}/`,
      `${hashed}%00`,
      "/static/app.js.map",
      "/static/source.ts",
      "/static/dump.sql",
      "/static/README",
      "/static/folder.css",
      "/static/__proto__",
      "/static/constructor",
      "/static",
      "/static/",
      "/static/.",
      "/static/..%2fdeno.json",
      "/static/..%2Fdeno.json",
      "/static/%2e%2e%2fdeno.json",
      "/static/%252e%252e%252fdeno.json",
      "/static/..%5cdeno.json",
      "/static/../deno.json",
      "/static//etc/passwd",
      "/static/%2fetc%2fpasswd",
      `/static/x%2f..%2f${hashed.slice(8)}`,
      "/static/%E0%A4%A",
    ];
    for (const path of strangers) {
      for (const method of ["GET", "HEAD"]) {
        const response = await get(path, { "if-none-match": "*" }, method);
        assert.equal(response.status, 404, `${method} ${path}`);
        assert.notEqual(response.headers.get("cache-control"), FOREVER);
        await response.body?.cancel();
      }
    }
  }));

Deno.test("assets: a file that is not found says so in a length that is right, and is not stored", () =>
  withSite(async ({ get }) => {
    const response = await get("/static/app.00000000.css");
    const { length } = await bytesOf(response);
    assert.equal(response.headers.get("content-length"), String(length));
    assert.equal(response.headers.get("cache-control"), "no-store");
  }));

Deno.test("assets: only GET and HEAD are answered", () =>
  withSite(async ({ assets, get }) => {
    for (const method of ["POST", "PUT", "DELETE"]) {
      const response = await get(assets.url("app.css"), {}, method);
      assert.equal(response.status, 404);
      await response.body?.cancel();
    }
  }));

Deno.test("assets: a file of ours may not take the name of one of htmx", () =>
  withSite(async ({ folder }) => {
    await Deno.writeTextFile(new URL("htmx.min.js", folder), "alert(1)");
    await assert.rejects(() => loadAssets(folder), /hides a package's own/);
  }));

Deno.test("assets: what lies in static/ loads", async () => {
  const assets = await loadAssets();
  assert.match(
    assets.url("favicon.svg"),
    /^\/static\/favicon\.[0-9a-f]{8}\.svg$/,
  );
});
