import type { Connection } from "../../db/client.ts";
import { createApp } from "../../routes/app.tsx";
import { loadAssets } from "../../routes/assets.ts";
import { readSettings } from "../../services/config.ts";
import type { Services } from "../../services/context.ts";
import { createServices } from "../../services/program.ts";
import { hasher, type Person } from "./people.ts";

const assets = await loadAssets();
export const ORIGIN = "http://localhost:8000";

const SECRET_KEY = crypto.getRandomValues(new Uint8Array(32));

export interface LogLine {
  level: string;
  event: string;
  [field: string]: unknown;
}

/** The whole program but for its socket: the real middleware, services and database. */
export function program(
  { db }: Pick<Connection, "db">,
  environment: Record<string, string> = {},
  passwordHasher = hasher,
) {
  const log: LogLine[] = [];
  const services: Services = {
    ...createServices(readSettings(environment), db, [SECRET_KEY]),
    hasher: passwordHasher,
    log: (level, event, fields) => log.push({ level, event, ...fields }),
  };
  return { app: createApp(services, assets), services, log };
}

export type Program = ReturnType<typeof program>;

/** A browser as far as the server can tell: cookies, Origin, and the token of the form it has seen. */
export function browser(
  { app }: Pick<Program, "app">,
  { address = "192.0.2.7", origin = ORIGIN }: {
    address?: string;
    origin?: string;
  } = {},
) {
  const cookies = new Map<string, string>();

  async function send(
    method: string,
    path: string,
    { body, headers = {}, htmx = false }: {
      body?: string;
      headers?: Record<string, string>;
      htmx?: boolean;
    } = {},
  ) {
    const response = await app.request(origin + path, {
      method,
      ...(body !== undefined && { body }),
      headers: {
        ...(cookies.size > 0 && {
          cookie: [...cookies].map(([name, it]) => `${name}=${it}`).join("; "),
        }),
        ...(htmx && { "HX-Request": "true", "HX-Request-Type": "partial" }),
        ...headers,
      },
    }, { address });
    for (const cookie of response.headers.getSetCookie()) {
      const [, name, value] = cookie.match(/^([^=]+)=([^;]*)/)!;
      if (/max-age=0/i.test(cookie)) cookies.delete(name!);
      else cookies.set(name!, value!);
    }
    return response;
  }

  async function get(path: string, options: { htmx?: boolean } = {}) {
    return await send("GET", path, options);
  }

  /** Posts fields to a path with the token of the page at `from`. */
  async function post(
    path: string,
    fields: Record<string, string>,
    { from = path, htmx = false, headers = {} }: {
      from?: string;
      htmx?: boolean;
      headers?: Record<string, string>;
    } = {},
  ) {
    const page = await (await get(from)).text();
    return await send("POST", path, {
      body: new URLSearchParams({ csrf: csrfOf(page), ...fields }).toString(),
      headers: {
        "Content-Type": "application/x-www-form-urlencoded",
        Origin: origin,
        "Sec-Fetch-Site": "same-origin",
        ...headers,
      },
      htmx,
    });
  }

  async function signIn({ username, password }: Person) {
    return await post("/sign-in", { identifier: username, password });
  }

  return { get, post, send, signIn, cookies };
}

export type Browser = ReturnType<typeof browser>;

export function csrfOf(html: string): string {
  return html.match(/name="csrf" value="([^"]*)"/)?.[1] ?? "";
}

/** The value of a hidden field of a form. */
export function hidden(html: string, name: string): string {
  return html.match(new RegExp(`name="${name}" value="([^"]*)"`))?.[1] ?? "";
}
