/** The unique index that a statement has run against; undefined for any other error. */
export function uniqueViolation(error: unknown): string | undefined {
  const cause = error instanceof Error ? error.cause ?? error : undefined;
  const { code, constraint_name, constraint } = (cause ?? {}) as Record<
    string,
    unknown
  >;
  return code === "23505"
    ? String(constraint_name ?? constraint ?? "")
    : undefined;
}
