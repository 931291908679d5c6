// Shows the contract of the API; requests that are tried out go by the session of whoever looks.
const docs = document.querySelector("#api-docs");

const dark = matchMedia("(prefers-color-scheme: dark)");
const follow = () =>
  document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", follow);
follow();

globalThis.SwaggerUIBundle({
  url: docs.dataset.contract,
  domNode: docs,
  deepLinking: true,
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
  validatorUrl: null, // no other host is asked
  withCredentials: true,
});
