import { Layout } from "./layout.tsx";
import { usePage } from "./page.ts";

const CONTRACT = "/api/v1/openapi.json";

export interface ApiOperation {
  id: string;
  tag: string;
  method: string;
  path: string;
  summary: string;
  /** In paragraphs. */
  description: string[];
  parameters: {
    name: string;
    place: string;
    required: boolean;
    description: string;
  }[];
  bodies: Example[];
  answers: { status: string; description: string; examples: Example[] }[];
}

interface Example {
  type: string;
  text: string;
}

export interface ApiDocsProps {
  tags: { name: string; description: string; operations: ApiOperation[] }[];
}

/** What programs can do: the contract, to read. */
export function ApiDocsPage({ tags }: ApiDocsProps) {
  return (
    <Layout title="What programs can do">
      <h1>What programs can do</h1>
      <p>
        The contract of the JSON API, under{" "}
        <code>/api/v1</code>; the same in OpenAPI 3.1:{" "}
        <a href={CONTRACT}>openapi.json</a>. Programs sign in with an API token.
        Read too <a href="/api/problems">what each refusal means</a>, or{" "}
        <a href="/api/docs/try">try it out</a>.
      </p>
      {tags.map(({ name, description, operations }) => (
        <section>
          <h2>{name}</h2>
          <p class="hint">{description}</p>
          {operations.map((it) => <Operation operation={it} />)}
        </section>
      ))}
    </Layout>
  );
}

function Operation({ operation }: { operation: ApiOperation }) {
  const { id, method, path, summary, description, parameters } = operation;
  return (
    <details class="card operation" id={id}>
      <summary>
        <code>{`${method} ${path}`}</code> {summary}
      </summary>
      {description.map((it) => <p>{it.replaceAll("`", "")}</p>)}
      {parameters.length > 0 && (
        <>
          <h3>Parameters</h3>
          <ul>
            {parameters.map(({ name, place, required, description }) => (
              <li>
                <code>{name}</code> in the {place}
                {required && ", needed"}
                {description && `: ${description}`}
              </li>
            ))}
          </ul>
        </>
      )}
      {operation.bodies.length > 0 && <h3>Body</h3>}
      <Examples examples={operation.bodies} />
      <h3>Answers</h3>
      <ul>
        {operation.answers.map(({ status, description, examples }) => (
          <li>
            {`${status}: ${description}`}
            <Examples examples={examples} />
          </li>
        ))}
      </ul>
    </details>
  );
}

function Examples({ examples }: { examples: Example[] }) {
  return (
    <>
      {examples.map(({ type, text }) => (
        <>
          <p class="hint">{type}</p>
          <pre tabindex={0}>{text}</pre>
        </>
      ))}
    </>
  );
}

/** The same by Swagger UI, which sends what is asked of it, in the session of whoever looks. */
export function ApiTryPage() {
  const { asset, nonce } = usePage();
  return (
    <Layout title="Try the API">
      <h1>Try the API</h1>
      <p>
        What is sent from here is done by you, at once. To read only:{" "}
        <a href="/api/docs">what programs can do</a>
      </p>
      <noscript>
        <p>This page needs scripts.</p>
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
