import { Hono } from "hono";
import { HelpPage } from "../views/help.tsx";
import type { AppEnv } from "./env.ts";
import { searchLabels } from "../services/search_fields.ts";
import { searchedBy } from "./messages.ts";
import { respond } from "./respond.tsx";

export const help = new Hono<AppEnv>()
  .get("/", (c) => {
    const { settings } = c.var.services;
    return respond(c, {
      page: HelpPage,
      props: {
        minLength: settings.PASSWORD_MIN_LENGTH,
        temporaryHours: settings.TEMPORARY_PASSWORD_HOURS,
        mustBeTemporary: settings.FORCE_TEMPORARY === "on",
        searchedBy: searchedBy(Object.values(searchLabels(settings))),
      },
    });
  });
