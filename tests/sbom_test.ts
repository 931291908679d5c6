import assert from "node:assert/strict";
import { taskCommand } from "./support/process.ts";

Deno.test("the bill of materials has every package with its digest, and each direct one with its licence (ASVS 15.1.2)", async () => {
  const { code, stdout } = await new Deno.Command(Deno.execPath(), {
    args: await taskCommand("sbom"),
    cwd: new URL("../", import.meta.url),
    env: { NO_COLOR: "1" },
  }).output();
  assert.equal(code, 0);
  const bill = JSON.parse(new TextDecoder().decode(stdout));
  assert.equal(bill.bomFormat, "CycloneDX");
  const byName = new Map<string, Record<string, unknown>>(
    bill.components.map((it: { name: string }) => [it.name, it]),
  );
  for (const { hashes } of bill.components) {
    assert.match(hashes[0].content, /^[0-9a-f]{128}$/);
  }
  const { imports } = JSON.parse(
    await Deno.readTextFile(new URL("../deno.json", import.meta.url)),
  );
  assert.ok(Object.keys(imports).length > 20);
  for (const name of Object.keys(imports)) {
    const component = byName.get(name);
    assert.ok(component, name);
    assert.ok(component.licenses, `${name} has no licence`);
  }
});
