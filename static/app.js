// What the pages can't do by themselves. Everything here makes something smoother that works without it.

/** *Show password in clear text*: the link that reloads the form becomes a switch. */
customElements.define(
  "reveal-password",
  class extends HTMLElement {
    connectedCallback() {
      const input = document.getElementById(this.getAttribute("for"));
      const label = this.textContent.trim();
      const toggle = document.createElement("button");
      toggle.type = "button";
      toggle.textContent = label;
      toggle.setAttribute("aria-pressed", "false");
      toggle.addEventListener("click", () => show(input.type === "password"));
      input.form.addEventListener("submit", () => show(false));
      this.replaceChildren(toggle);

      function show(clear) {
        input.type = clear ? "text" : "password";
        toggle.setAttribute("aria-pressed", String(clear));
      }
    }
  },
);

const dialog = document.getElementById("dialog");
const trouble = document.getElementById("trouble");
// What had the focus once does not take it again from whoever has gone on.
const focused = new WeakSet(document.querySelectorAll("[autofocus]"));

document.addEventListener("htmx:after:swap", (event) => {
  const target = event.detail.ctx?.target;
  if (target === dialog && dialog && !dialog.open) {
    dialog.prepend(trouble); // nothing behind the dialog can be read or reached
    dialog.showModal();
  }
  const scope = dialog?.open ? dialog : document;
  const candidates = [
    ...scope.querySelectorAll("[data-focus]"),
    ...scope.querySelectorAll("[autofocus]"),
  ].filter((it) => !focused.has(it));
  for (const it of candidates) focused.add(it);
  candidates[0]?.focus();
});

// A password must not stay in the page after the dialog is gone.
dialog?.addEventListener("close", () => {
  document.querySelector("main").before(trouble);
  trouble.replaceChildren();
  dialog.replaceChildren();
});

/** The forms of the page behind the dialog with something typed into them that is not saved. */
function editedForms() {
  return [...document.querySelectorAll("main form")].filter((form) =>
    [...form.elements].some((it) =>
      it.value !== it.defaultValue && it.defaultValue !== undefined ||
      it.checked !== it.defaultChecked
    )
  );
}

// The session ended behind an open dialog, which leads to the sign-in page. What was typed into the page behind it
// is sent to its form, too: it changes nothing any more, and is kept until its user has signed in.
document.addEventListener("htmx:after:request", (event) => {
  const leads = event.detail.ctx.hx?.redirect;
  if (!dialog?.open || !leads?.startsWith("/sign-in?")) return;
  for (const form of editedForms()) {
    fetch(form.action, {
      method: "POST",
      body: new URLSearchParams(new FormData(form)),
      keepalive: true,
      redirect: "manual", // the sign-in page that it leads to is asked for once
    });
  }
});

document.addEventListener("click", (event) => {
  const leave = event.target.closest?.("[data-keep-edits]");
  if (leave && dialog?.open && editedForms().length > 0) {
    event.preventDefault();
    dialog.close();
  }
  const close = event.target.closest?.("[data-close]");
  if (close && dialog?.open) {
    event.preventDefault();
    dialog.close();
  }
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// No answer at all: say so, and leave everything that was typed where it is.
document.addEventListener("htmx:error", () => {
  trouble.textContent =
    "Passdesk does not answer. Check your connection, then try again; nothing that you typed is lost.";
});
document.addEventListener("htmx:before:request", () => {
  trouble.replaceChildren();
});

// The warning before the session ends: its script is loaded when it may be needed.
const warning = document.getElementById("session-warning");
if (warning) {
  const { script, idleSeconds, endSeconds } = warning.dataset;
  const seconds = Math.min(idleSeconds, endSeconds) - 360;
  setTimeout(
    () => import(script),
    Math.min(Math.max(seconds, 0) * 1000, 2 ** 31 - 1),
  );
}
