/** Prints a CycloneDX 1.6 bill of materials: every package of deno.lock with its digest and licence (ASVS 15.1.2). */

interface Lock {
  npm: Record<string, { integrity: string }>;
}

const ROOT = new URL("../", import.meta.url);
const lock: Lock = JSON.parse(
  await Deno.readTextFile(new URL("deno.lock", ROOT)),
);

/** "@scope/name@1.2.3_peer@4.5.6" is version 1.2.3 of @scope/name; the rest tells its peers. */
function identify(key: string) {
  const at = key.indexOf("@", 1);
  return {
    name: key.slice(0, at),
    version: key.slice(at + 1).split("_")[0]!,
  };
}

async function licenceOf(name: string, version: string) {
  const folder = `${name.replaceAll("/", "+")}@${version}`;
  const file = new URL(
    `node_modules/.deno/${folder}/node_modules/${name}/package.json`,
    ROOT,
  );
  try {
    const { license } = JSON.parse(await Deno.readTextFile(file));
    return typeof license === "string" ? license : undefined;
  } catch (error) {
    // A package for another platform is in the lock file and not on the disk.
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

async function describe([key, { integrity }]: [string, { integrity: string }]) {
  const { name, version } = identify(key);
  const purl = `pkg:npm/${name.replace("@", "%40")}@${version}`;
  const license = await licenceOf(name, version);
  const digest = Uint8Array.fromBase64(integrity.replace(/^sha512-/, ""));
  return {
    type: "library",
    "bom-ref": purl,
    name,
    version,
    purl,
    hashes: [{ alg: "SHA-512", content: digest.toHex() }],
    ...(license && { licenses: [{ expression: license }] }),
  };
}

const components = await Promise.all(Object.entries(lock.npm).map(describe));
const unique = new Map(components.map((it) => [it.purl, it]));
// deno-lint-ignore no-console -- the bill is what this program prints
console.log(JSON.stringify(
  {
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    version: 1,
    metadata: { component: { type: "application", name: "passdesk" } },
    components: [...unique.values()],
  },
  null,
  2,
));
