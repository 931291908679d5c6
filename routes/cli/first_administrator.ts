import { createFirstAdministrator } from "../../services/first_administrator.ts";
import { recordCommand } from "../../services/operator.ts";
import { offerSetup, SETUP_LINK_MINUTES } from "../../services/setup.ts";
import { problemText } from "../messages.ts";
import { type Command, done, refused } from "./command.ts";
import { linkLines } from "./reset_password.ts";

const EXISTS = () =>
  refused(
    "administrator_exists",
    "Somebody holds Administration already; `grant` and `reset-password` help where they can't sign in.",
  );

export const setup: Command = {
  does:
    "prints the one-time link with which the first administrator is created",
  async run(context) {
    const token = await offerSetup(context);
    if (token === undefined) return EXISTS();
    await recordCommand(context, { command: "setup" });
    const { origin } = context.settings.PUBLIC_URL;
    const link = {
      url: `${origin}/setup/${token}`,
      minutes: SETUP_LINK_MINUTES,
    };
    return done(linkLines("Create the first administrator", link), link);
  },
};

export const createAdministrator: Command = {
  does: "creates the first administrator; prints a link that sets the password",
  options: {
    username: { value: "USERNAME", required: true },
    name: { value: "NAME", required: true },
    email: { value: "EMAIL" },
  },
  async run(context, { options }) {
    const { username = "", name = "", email = "" } = options;
    const created = await createFirstAdministrator(context, {
      input: { username, name, email, attributes: {} },
    });
    if (created.ok) {
      return done(linkLines("Set the password", created.value), {
        ...created.value,
      });
    }
    if (created.failure.reason === "administrator_exists") return EXISTS();
    const problems = Object.entries(created.failure.problems)
      .map(([field, problem]) => `${field}: ${problemText(problem)}`);
    return refused("invalid", problems.join(" "));
  },
};
