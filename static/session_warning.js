// Warns before the session ends, and lets somebody stay. The server keeps the time and is asked before a warning
// is shown, since another tab may have been used; asking keeps no session open.

const STAY_MS = 120_000; // to press the button; WCAG 2.2.1 asks for 20 seconds at least
const SAVE_MS = 300_000; // to save what was typed, where nothing prolongs the session
const ASK_AGAIN_MS = 10_000; // while a warning stands

const warning = document.getElementById("session-warning");
const modal = document.getElementById("dialog");
const { dataset } = warning;

// When the session ends, by this browser's clock: if nothing is asked for, and in any case.
let idleAt = performance.timeOrigin + dataset.idleSeconds * 1000;
let endAt = performance.timeOrigin + dataset.endSeconds * 1000;
const stayMs = Math.min(STAY_MS, dataset.idleSeconds * 500); // of a short session, its second half
let endIsKnown = false;
let timer;
let before; // what had the focus before the warning

const status = document.createElement("p");
status.setAttribute("role", "status");
const buttons = {
  idle: button(stay),
  end: button(() => {
    endIsKnown = true;
    plan();
  }),
  over: button(() => {
    const next = location.pathname + location.search;
    location.href = `/sign-in?${new URLSearchParams({ next })}`;
  }),
};
buttons.idle.className = "primary"; // the others lead away from what was typed, or nowhere
warning.append(status);

function button(act) {
  const made = document.createElement("button");
  made.type = "button";
  made.addEventListener("click", act);
  return made;
}

/** Shows what is to be said now, and asks again when that may change. */
function plan() {
  clearTimeout(timer);
  const now = Date.now();
  const over = Math.min(idleAt, endAt);
  const moments = [
    ["over", over],
    ["idle", idleAt < endAt ? idleAt - stayMs : Infinity],
    ["end", endIsKnown ? Infinity : endAt - SAVE_MS],
  ];
  const kind = moments.find(([, at]) => at <= now)?.[0];
  show(kind, over - now);
  if (kind === "over") return;
  const next = kind
    ? Math.min(over - now + 500, ASK_AGAIN_MS)
    : Math.min(...moments.map(([, at]) => at)) - now;
  timer = setTimeout(ask, Math.min(next, 2 ** 31 - 1));
}

function show(kind, left) {
  const hadFocus = warning.contains(document.activeElement);
  warning.hidden = kind === undefined;
  const text = kind ? dataset[kind].replace("{time}", inWords(left)) : "";
  if (status.textContent !== text) status.textContent = text; // or it would be read out again
  for (const [name, it] of Object.entries(buttons)) {
    if (name !== kind) it.remove();
    else if (!it.isConnected) {
      it.textContent = dataset[`${name}Button`];
      warning.append(it);
    }
  }
  place();
  if (hadFocus && !warning.contains(document.activeElement)) {
    (before?.isConnected ? before : document.querySelector("main")).focus();
  }
}

function inWords(ms) {
  return ms <= 60_000
    ? dataset.minute
    : dataset.minutes.replace("{count}", Math.ceil(ms / 60_000));
}

/** Nothing outside of an open dialog can be reached. */
function place() {
  const home = modal?.open ? modal : document.body;
  if (warning.parentElement !== home) home.append(warning);
}

async function ask(request) {
  try {
    const answer = await fetch("/session", { ...request, redirect: "manual" });
    const clock = answer.ok
      ? await answer.json()
      : answer.status < 500 && { idleSeconds: 0, endSeconds: 0 };
    if (clock) {
      idleAt = Date.now() + clock.idleSeconds * 1000;
      endAt = Date.now() + clock.endSeconds * 1000;
    }
  } catch {
    // No connection: by this browser's clock.
  }
  plan();
}

function stay() {
  ask({ method: "POST", body: new URLSearchParams({ csrf: dataset.csrf }) });
}

warning.addEventListener("focusin", ({ relatedTarget }) => {
  if (!warning.contains(relatedTarget)) before = relatedTarget;
});
// A computer that slept has missed its timers; in another tab somebody may have signed in again.
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") ask();
});
document.addEventListener("htmx:after:swap", place);
modal?.addEventListener("close", place);
ask();
