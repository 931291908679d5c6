// placeholder until the real module is written over it
export function generatePassphrase(_language: "en" | "de"): string {
  return "otter-velvet-canyon-plum-river";
}
