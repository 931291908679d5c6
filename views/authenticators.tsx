import type { ShownAuthenticator } from "../services/own_authenticators.ts";
import { Stored, Time } from "./parts.tsx";

/** The fields' names begin so; the rest is the key. */
export const KEEP = "keep.";

export interface AuthenticatorChoicesProps {
  authenticators: ShownAuthenticator[];
  /** The keys of those that are ticked. */
  kept: readonly string[];
  /** What happens to those that are not. */
  legend: string;
  hint: string;
}

/** One tick for each, none of them set beforehand: only the user knows which are theirs. */
export function AuthenticatorChoices(
  { authenticators, kept, legend, hint }: AuthenticatorChoicesProps,
) {
  if (authenticators.length === 0) return null;
  return (
    <fieldset class="field" id="authenticators">
      <legend>{legend}</legend>
      <p class="hint">{hint}</p>
      {authenticators.map((it) => <Choice it={it} kept={kept} />)}
    </fieldset>
  );
}

function Choice(
  { it, kept }: { it: ShownAuthenticator; kept: readonly string[] },
) {
  const id = `${KEEP}${it.key}`;
  return (
    <div class="field">
      <label class="check-line">
        <input
          type="checkbox"
          name={id}
          value="yes"
          checked={kept.includes(it.key)}
          aria-describedby={`${id}-hint`}
        />
        <span>
          Keep <What it={it} />
        </span>
      </label>
      <p class="hint" id={`${id}-hint`}>
        {it.kind === "recovery_codes" ? "made " : "added "}
        <Time at={it.addedAt} />
        <From it={it} />
      </p>
    </div>
  );
}

function What({ it: { kind, name } }: { it: ShownAuthenticator }) {
  switch (kind) {
    case "passkey":
      return (
        <>
          the passkey <Stored text={name} />
        </>
      );
    case "app":
      return <>the authenticator app</>;
    case "recovery_codes":
      return <>the recovery codes</>;
  }
}

function From({ it: { kind, device, address } }: { it: ShownAuthenticator }) {
  if (kind === "recovery_codes") return null;
  if (!device && !address) return <>; from where is not known</>;
  return (
    <>
      , <Stored text={device} />, from {address}
    </>
  );
}
