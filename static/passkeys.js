// Passkeys: asks the browser for one, and sends what it says by the form around the button.
customElements.define(
  "passkey-form",
  class extends HTMLElement {
    connectedCallback() {
      const form = this.querySelector("form");
      const problem = this.querySelector("[role=alert]");
      if (!globalThis.SimpleWebAuthnBrowser?.browserSupportsWebAuthn()) {
        problem.textContent = "This browser has no passkeys.";
        return;
      }
      form.hidden = false;
      this.querySelector("[data-without]")?.remove();
      form.addEventListener("submit", async (event) => {
        event.preventDefault();
        problem.textContent = "";
        const button = form.querySelector("button");
        button.disabled = true;
        try {
          form.elements.response.value = JSON.stringify(
            await ask(this.getAttribute("options"), form),
          );
          form.submit();
        } catch (error) {
          problem.textContent = error.name === "NotAllowedError"
            ? "That did not work, or was stopped. Try again, or take another way."
            : error.name === "InvalidStateError"
            ? "This device has a passkey for your account already."
            : "That did not work. Reload the page and try again.";
        } finally {
          button.disabled = false;
        }
      });
    }
  },
);

/** The options of the server, and the answer of the browser to them. */
async function ask(path, form) {
  const response = await fetch(path, {
    method: "POST",
    body: new URLSearchParams({
      csrf: form.elements.csrf.value,
      next: form.elements.next?.value ?? "/",
    }),
  });
  if (response.redirected) { // the session has ended, or another tab has signed in
    location.href = response.url;
    return await new Promise(() => {});
  }
  if (!response.ok) throw new Error(`${response.status}`);
  const optionsJSON = await response.json();
  return optionsJSON.user
    ? await SimpleWebAuthnBrowser.startRegistration({ optionsJSON })
    : await SimpleWebAuthnBrowser.startAuthentication({ optionsJSON });
}
