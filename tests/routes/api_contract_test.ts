import assert from "node:assert/strict";
import { createConfig, lintFromString } from "@redocly/openapi-core";
import spectral from "@stoplight/spectral-core";
import { oas } from "@stoplight/spectral-rulesets";
import { createApi } from "../../routes/api/api.ts";

/** As it is committed: what others build on changes by intent or not at all. */
const COMMITTED = new URL("../../routes/api/openapi.json", import.meta.url);

const contract = JSON.stringify(createApi().contract, null, 2) + "\n";

Deno.test("the contract is the committed one", async () => {
  if (Deno.env.get("UPDATE_CONTRACT")) {
    await Deno.writeTextFile(COMMITTED, contract);
  }
  assert.equal(
    contract,
    await Deno.readTextFile(COMMITTED),
    "routes/api/openapi.json: UPDATE_CONTRACT=yes with this test writes it anew",
  );
});

Deno.test("Redocly finds nothing in the contract", async () => {
  const found = await lintFromString({
    source: contract,
    absoluteRef: "openapi.json",
    config: await createConfig({ extends: ["recommended"] }),
  });
  assert.deepEqual(found.map((it) => `${it.ruleId}: ${it.message}`), []);
});

Deno.test("Spectral finds nothing in the contract", async () => {
  const linter = new spectral.Spectral();
  // deno-lint-ignore no-explicit-any -- the packages' own types of rulesets differ
  linter.setRuleset(oas as any);
  const found = await linter.run(JSON.parse(contract));
  assert.deepEqual(found.map((it) => `${it.code}: ${it.message}`), []);
});

interface Operation {
  summary: string;
  requestBody?: { content: Record<string, { schema: unknown }> };
  responses: Record<string, { content?: Record<string, Media> }>;
}
interface Media {
  schema: unknown;
  example?: unknown;
}

Deno.test("every operation has examples of its body and its answers", () => {
  const { paths, components } = JSON.parse(contract);
  for (const [path, item] of Object.entries<object>(paths)) {
    for (const [method, it] of Object.entries<Operation>(item as never)) {
      const contents = [
        it.requestBody?.content,
        ...Object.values(it.responses).map((answer) => answer.content),
      ];
      for (
        const [type, media] of contents.flatMap((it) =>
          Object.entries(it ?? {})
        )
      ) {
        assert.ok(
          hasExample(media, components.schemas),
          `${method} ${path} has no example of its ${type}`,
        );
      }
    }
  }
});

function hasExample(
  { schema, example }: { schema: unknown; example?: unknown },
  schemas: Record<string, { example?: unknown }>,
): boolean {
  const { $ref } = schema as { $ref?: string };
  const named = $ref && schemas[$ref.split("/").at(-1)!];
  return example !== undefined || !!named && named.example !== undefined;
}
