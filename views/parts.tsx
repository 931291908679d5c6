import type { MarkedText } from "../services/user_search.ts";

/** A moment in UTC, as the database and the log have it. */
export function Time({ at }: { at: Date | null }) {
  if (!at) return <>never</>;
  const iso = at.toISOString();
  return <time datetime={iso}>{iso.slice(0, 16).replace("T", " ")} UTC</time>;
}

/** Stored text with what matched marked. htmx is told to leave it alone, as all stored text. */
export function Marked({ text }: { text: MarkedText }) {
  return (
    <span hx-ignore dir="auto">
      {text.map((it) => it.match ? <mark>{it.text}</mark> : it.text)}
    </span>
  );
}

/** Stored text: escaped, and out of htmx's reach. */
export function Stored({ text }: { text: string | null }) {
  if (text === null || text === "") return <span class="none">none</span>;
  return <span hx-ignore dir="auto">{text}</span>;
}

export function StateBadges(
  { disabled, temporary, staff }: {
    disabled: boolean;
    temporary: boolean;
    staff: boolean;
  },
) {
  return (
    <>
      {disabled
        ? <span class="badge bad">disabled</span>
        : <span class="badge">active</span>}
      {temporary && (
        <>
          {" "}
          <span class="badge warn">temporary password</span>
        </>
      )}
      {staff && (
        <>
          {" "}
          <span class="badge staff">staff</span>
        </>
      )}
    </>
  );
}

/** Where a search stood: its part of the address, carried along so that *Close* leads back to it. */
export function searchPath(from: string, anchor = ""): string {
  return (from === "" ? "/users" : `/users?${from}`) +
    (anchor && `#user-${anchor}`);
}

export function withFrom(path: string, from: string): string {
  return from === "" ? path : `${path}?${new URLSearchParams({ from })}`;
}
