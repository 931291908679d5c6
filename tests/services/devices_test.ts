import assert from "node:assert/strict";
import { deviceName } from "../../services/devices.ts";

Deno.test("a device is named by its browser and system, or else by what it says", () => {
  const chrome =
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36";
  const named = {
    [chrome]: "Chrome on Linux",
    "curl/8.1": "curl/8.1",
    "<script>": "<script>",
    "": "unknown",
  };
  for (const [userAgent, name] of Object.entries(named)) {
    assert.equal(deviceName(userAgent), name);
  }
});
