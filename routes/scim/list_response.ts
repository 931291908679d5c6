/** RFC 7644, 3.4.2; with a cursor RFC 9865, 2. */
export function listResponse(
  resources: unknown[],
  { startIndex = 1, total = resources.length }: {
    startIndex?: number;
    total?: number;
  } = {},
) {
  return {
    schemas: ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
    totalResults: total,
    startIndex,
    itemsPerPage: resources.length,
    Resources: resources,
  };
}

/** Without a total: nothing is counted on the way by key. */
export function cursorResponse(
  resources: unknown[],
  nextCursor: string | undefined,
) {
  return {
    schemas: ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
    itemsPerPage: resources.length,
    nextCursor,
    Resources: resources,
  };
}
