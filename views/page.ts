import { createContext, useContext } from "hono/jsx";
import type { Actor } from "../services/context.ts";

/** What every page and fragment may need of the request, so that no component passes it on. */
export interface PageFacts {
  /** Marks the markup that htmx may act on (hx-csp); new for each response. */
  nonce: string;
  /** Makes a token that is bound to the session, for a form. */
  csrf: () => string;
  actor: Actor | undefined;
  path: string;
  /** The form holds what was typed before the session ended. */
  restored: boolean;
  /** The hashed address of a file in static/. */
  asset: (name: string) => string;
}

export const PageContext = createContext<PageFacts>({
  nonce: "",
  csrf: () => "",
  actor: undefined,
  path: "/",
  restored: false,
  asset: (name) => name,
});

export function usePage(): PageFacts {
  return useContext(PageContext);
}
