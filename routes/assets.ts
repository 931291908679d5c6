import { createHash } from "node:crypto";
import {
  brotliCompressSync,
  constants,
  gzipSync,
  zstdCompressSync,
} from "node:zlib";
import type { Context } from "hono";
import { wantedEncoding } from "./encoding.ts";

/** What the pages and the mount table need of the static files. */
export interface Assets {
  /**
   * The path of a file under its hashed name: `url("app.css")` is
   * `/static/app.3f2a91bc.css`. Throws for a name that is not served, which is a bug.
   */
  url(name: string): string;
  /** For `.get("/static/:file", assets.handler)`; Hono answers HEAD with it too. */
  handler(c: Context): Response;
}

/** One way to send a file, with every header it is sent with. */
interface Copy {
  encoding: string;
  bytes: Uint8Array<ArrayBuffer>;
  headers: Record<string, string>;
}

/** The only files that are served. Those with a charset are text: worth compressing. */
const CONTENT_TYPES = new Map([
  ["css", "text/css; charset=utf-8"],
  ["js", "text/javascript; charset=utf-8"],
  ["svg", "image/svg+xml; charset=utf-8"],
  ["ico", "image/x-icon"],
  ["png", "image/png"],
  ["woff2", "font/woff2"],
]);

/**
 * Reads static/ and the two scripts of htmx once, and keeps each file in memory in every
 * encoding that makes it smaller. `folder` ends in a slash; tests give their own.
 */
export async function loadAssets(
  folder = new URL("../static/", import.meta.url),
): Promise<Assets> {
  const paths = new Map<string, string>();
  const copies = new Map<string, () => Copy[]>();

  for (const [name, location] of await sources(folder)) {
    const bytes = withoutSourceMap(name, await Deno.readFile(location));
    const hash = createHash("sha256").update(bytes).digest("hex");
    const hashedName = name.replace(/\.\w+$/, `.${hash.slice(0, 8)}$&`);
    paths.set(name, `/static/${hashedName}`);
    copies.set(hashedName, copier(bytes, contentType(name)!, hash));
  }

  return {
    url(name) {
      const path = paths.get(name);
      if (!path) throw new Error(`no static file is named "${name}"`);
      return path;
    },
    handler(c) {
      const found = copies.get(c.req.param("file") ?? "");
      return found ? send(c, found()) : notFound(c);
    },
  };
}

/** The files to serve by name: those of htmx, of WebAuthn and of the contract's viewer come from the installed packages. */
async function sources(folder: URL): Promise<Map<string, URL>> {
  const htmx = import.meta.resolve("htmx.org"); // …/htmx.org/dist/htmx.js
  const webauthn = import.meta.resolve("@simplewebauthn/browser"); // …/browser/esm/index.js
  const viewer = import.meta.resolve("swagger-ui-dist"); // …/swagger-ui-dist/index.js
  const found = new Map([
    ["htmx.min.js", new URL("./htmx.min.js", htmx)],
    ["hx-csp.min.js", new URL("./ext/hx-csp.min.js", htmx)],
    ["swagger-ui.css", new URL("./swagger-ui.css", viewer)],
    ["swagger-ui-bundle.js", new URL("./swagger-ui-bundle.js", viewer)],
    [
      "simplewebauthn.min.js",
      new URL("../dist/bundle/index.umd.min.js", webauthn),
    ],
  ]);
  for await (const { name, isFile } of Deno.readDir(folder)) {
    if (!isFile || !contentType(name)) continue;
    if (found.has(name)) {
      throw new Error(`static/${name} hides a package's own`);
    }
    found.set(name, new URL(encodeURIComponent(name), folder));
  }
  return found;
}

function contentType(name: string): string | undefined {
  return CONTENT_TYPES.get(name.slice(name.lastIndexOf(".") + 1));
}

/** Maps are not served, so a pointer to one is a 404 in every open developer console. */
function withoutSourceMap(name: string, bytes: Uint8Array<ArrayBuffer>) {
  if (!name.endsWith(".js")) return bytes;
  const source = new TextDecoder().decode(bytes);
  return new TextEncoder().encode(
    source.replace(/(^|\n)\/\/[#@] sourceMappingURL=\S*\s*$/, "$1"),
  );
}

/** Bytes of a file that is compressed when it is first asked for: the viewer of the API's contract, and no other. */
const LARGE = 150_000;

/** Gives the copies of a file: made now, since the first visitor would wait for it, or of a large one, then. */
function copier(
  bytes: Uint8Array<ArrayBuffer>,
  type: string,
  hash: string,
): () => Copy[] {
  if (bytes.length > LARGE) {
    let made: Copy[] | undefined;
    return () => made ??= copiesOf(bytes, type, hash, gzip);
  }
  const made = copiesOf(bytes, type, hash, compress);
  return () => made;
}

/** Every copy worth keeping, the smallest first; the plain one is always the last. */
function copiesOf(
  bytes: Uint8Array<ArrayBuffer>,
  type: string,
  hash: string,
  compress: (bytes: Uint8Array) => Omit<Copy, "headers">[],
): Copy[] {
  const compressed = type.includes("charset") ? compress(bytes) : [];
  return [...compressed, { encoding: "identity", bytes }]
    .filter((it) => it.bytes === bytes || it.bytes.length < bytes.length)
    .sort((a, b) => a.bytes.length - b.bytes.length)
    .map((it) => ({ ...it, headers: headersOf(it, type, hash) }));
}

function compress(bytes: Uint8Array) {
  // 11 would be 2.5 % smaller and take three times as long: 130 ms at start, not 45.
  const brotli = {
    [constants.BROTLI_PARAM_QUALITY]: 10,
    [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
  };
  // Told the size, zstd makes tables to fit it: 6 ms instead of 55 for htmx.
  const zstd = {
    params: { [constants.ZSTD_c_compressionLevel]: 19 },
    pledgedSrcSize: bytes.length,
  };
  return [
    packed("br", brotliCompressSync(bytes, { params: brotli })),
    packed("zstd", zstdCompressSync(bytes, zstd)),
    packed("gzip", gzipSync(bytes, { level: 9 })),
  ];
}

/** Alone, since the best takes seconds for a large file. */
function gzip(bytes: Uint8Array) {
  return [packed("gzip", gzipSync(bytes))];
}

/** zlib answers with a view of a larger buffer: a copy lets go of the rest. */
function packed(encoding: string, bytes: Uint8Array) {
  return { encoding, bytes: new Uint8Array(bytes) };
}

function headersOf(
  { encoding, bytes }: Omit<Copy, "headers">,
  type: string,
  hash: string,
): Record<string, string> {
  return {
    "content-type": type,
    "content-length": String(bytes.length),
    ...(encoding !== "identity" && { "content-encoding": encoding }),
    // Strong, so different bytes need different tags (RFC 9110, 8.8.3.3).
    "etag": `"${hash.slice(0, 16)}-${encoding}"`,
    "vary": "accept-encoding",
    "cache-control": "public, max-age=31536000, immutable",
  };
}

function send(c: Context, copies: Copy[]): Response {
  const encoding = wantedEncoding(c, copies.map((it) => it.encoding));
  const { bytes, headers } = copies.find((it) => it.encoding === encoding)!;
  return isKnown(c.req.header("if-none-match"), headers["etag"]!)
    ? c.body(null, 304, headers)
    : c.body(bytes, 200, headers);
}

/** If-None-Match compares weakly: a proxy may have put W/ before our tag (RFC 9110, 13.1.2). */
function isKnown(ifNoneMatch: string | undefined, etag: string): boolean {
  const tags = ifNoneMatch?.split(",").map((it) => it.trim()) ?? [];
  return tags.some((it) => it === "*" || it.replace(/^W\//, "") === etag);
}

/** Never stored: a page of the next release may ask for a file before this server has it. */
function notFound(c: Context): Response {
  const text = "404 Not Found";
  return c.text(text, 404, {
    "content-length": String(text.length),
    "cache-control": "no-store",
  });
}
