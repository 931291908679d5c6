/** What nodemailer tells a logger of one try, as far as it is looked at here. */
interface Entry {
  tnx?: string;
}

export interface AnswerWatch {
  /** For nodemailer, with `transactionLog`: that is how it tells of each command and each answer. */
  logger: Record<
    "trace" | "debug" | "info" | "warn" | "error" | "fatal",
    (entry: unknown, ...message: unknown[]) => void
  >;
  /** Aborted where an answer took too long. */
  signal: AbortSignal;
  /** What is being waited for, for people. */
  waitingFor: () => string;
  /** Whether the server has agreed to TLS and nothing has come of it yet. */
  upgrading: () => boolean;
  end: () => void;
}

/**
 * Watches one try to hand a mail over. A timeout of the socket would begin anew with each byte, so that a server
 * that trickles its answer would hold the try for as long as it likes; here each answer has to be whole in time.
 *
 * @param answerSeconds until the server is reached and greets, and for each answer
 * @param dataSeconds for the answer to the message, which a server that has got it may take ten minutes for: who
 * gives up sooner sends it twice (RFC 5321, 4.5.3.2.6)
 */
export function watchAnswers(
  { answerSeconds, dataSeconds }: {
    answerSeconds: number;
    dataSeconds: number;
  },
): AnswerWatch {
  const tooLate = new AbortController();
  let command = "";
  let timer: ReturnType<typeof setTimeout>;
  const wait = (seconds: number) => {
    clearTimeout(timer);
    timer = setTimeout(() => tooLate.abort(), seconds * 1000);
  };
  const hear = (entry: unknown, ...message: unknown[]) => {
    const { tnx } = entry as Entry;
    if (tnx === "client") {
      command = `${message[0]}`.split(" ")[0]!;
    } else if (tnx === "message") {
      command = "the message";
      wait(dataSeconds);
    } else if (tnx === "server" && command !== "the message") {
      wait(answerSeconds);
    }
  };
  wait(answerSeconds);
  return {
    logger: {
      trace: hear,
      debug: hear,
      info: hear,
      warn: hear,
      error: hear,
      fatal: hear,
    },
    signal: tooLate.signal,
    waitingFor: () => command || "the connection",
    upgrading: () => command === "STARTTLS",
    end: () => clearTimeout(timer),
  };
}
