import { Layout } from "./layout.tsx";
import { usePage } from "./page.ts";

const CONTRACT = "/api/v1/openapi.json";

/** What programs can do: the contract, shown by Swagger UI. */
export function ApiDocsPage() {
  const { asset, nonce } = usePage();
  return (
    <Layout title="What programs can do">
      <h1>What programs can do</h1>
      <p>
        The contract of the JSON API in OpenAPI 3.1:{" "}
        <a href={CONTRACT}>openapi.json</a>. Programs sign in with an{" "}
        <a href="/api-tokens">API token</a>; what is tried out here is done by
        you. <a href="/api/problems">What each refusal means</a>
      </p>
      <noscript>
        <p>
          Without scripts, read openapi.json itself, or open it with any viewer
          of OpenAPI.
        </p>
      </noscript>
      <link rel="stylesheet" href={asset("swagger-ui.css")} />
      <div id="api-docs" data-contract={CONTRACT} hx-ignore></div>
      <script src={asset("swagger-ui-bundle.js")} nonce={nonce} defer></script>
      <script src={asset("api_docs.js")} nonce={nonce} defer></script>
    </Layout>
  );
}

export interface ProblemsProps {
  problems: { name: string; status: number; title: string }[];
}

/** What the `type` of each refusal leads to. */
export function ProblemsPage({ problems }: ProblemsProps) {
  return (
    <Layout title="Refusals of the API">
      <h1>Refusals of the API</h1>
      <p>
        A request that is refused is answered as application/problem+json (RFC
        9457). Its type names one of these, and its detail says what to do.
      </p>
      <table>
        <thead>
          <tr>
            <th scope="col">Type</th>
            <th scope="col">Status</th>
            <th scope="col">What it means</th>
          </tr>
        </thead>
        <tbody>
          {problems.map(({ name, status, title }) => (
            <tr id={name}>
              <td data-label="Type">
                <code>{name}</code>
              </td>
              <td data-label="Status">{status}</td>
              <td data-label="What it means">{title}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Layout>
  );
}
