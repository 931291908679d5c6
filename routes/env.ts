import type { Actor, ServiceContext } from "../services/context.ts";
import type { UserSearch } from "../services/user_search.ts";

/**
 * Everything a handler may read from `c.var`, all of it set by middleware. What every request runs through takes
 * `c.get`: `c.var` puts all of them into a new object each time.
 */
export interface AppEnv {
  Variables: {
    services: ServiceContext;
    /** Set behind `requireUser`, and wherever a session came along. */
    actor: Actor;
    /** What `resumeSearch` found beside the actor. */
    search?: UserSearch | undefined;
    /** The fields of a POST, none of them twice. */
    form: URLSearchParams;
    /** The fields come from a form that was kept when a session had ended. */
    restored?: boolean;
    nonce: string;
    /** Aborted at the deadline of the request. */
    over: AbortController;
    asset: (name: string) => string;
  };
  Bindings: {
    address?: string;
    /** Has the connection ended before the whole request was there? */
    isCut?: () => boolean;
    /** Ends the connection at once, whatever has been answered. */
    cut?: () => void;
  };
}
