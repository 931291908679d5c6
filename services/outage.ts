/** PostgreSQL's and postgres.js's words for "not now": the server is away, shutting down, full, too slow, or
 * has ended one of two that waited for each other. */
const CODES =
  /^(08\w{3}|53\w{3}|57014|57P0[1-3]|25P03|55P03|40001|40P01|CONNECT_TIMEOUT|CONNECTION_(CLOSED|ENDED|DESTROYED)|ECONN(REFUSED|RESET|ABORTED)|EPIPE|ETIMEDOUT|E(HOST|NET)UNREACH|ENOTFOUND|EAI_AGAIN)$/;

/** Did the database fail to answer, rather than the program to ask rightly? Trying again may help. */
export function isOutage(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code } = error as { code?: unknown };
  return (typeof code === "string" && CODES.test(code)) ||
    isOutage(error.cause);
}
