import { Notice } from "./form.tsx";
import { Layout } from "./layout.tsx";

export interface TroubleProps {
  title: string;
  /** What happened and what to do. */
  text: string;
  requestId?: string | undefined;
}

/** Every refusal and failure that has no form to go back to. */
export function TroublePage(props: TroubleProps) {
  return (
    <Layout title={props.title}>
      <section class="narrow">
        <h1>{props.title}</h1>
        <TroubleText {...props} />
        <p>
          <a class="button" href="/">Go to the start</a>
        </p>
      </section>
    </Layout>
  );
}

/** Fragment: goes above the page that stays, so that nothing typed is lost. */
export function TroubleNotice(props: TroubleProps) {
  return (
    <Notice kind="bad">
      <strong>{props.title}.</strong> <TroubleText {...props} />
    </Notice>
  );
}

function TroubleText({ text, requestId }: TroubleProps) {
  return (
    <>
      <p>{text}</p>
      {requestId && (
        <p class="hint">
          If you ask for help, give this number: <code>{requestId}</code>
        </p>
      )}
    </>
  );
}
