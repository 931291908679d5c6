import { usePage } from "./page.ts";

/**
 * What static/session_warning.js says before the session ends (WCAG 2.2.1). The texts are attributes, so that a
 * browser without scripts shows nothing: there, the form of an ended session comes back after signing in.
 */
export function SessionWarning() {
  const { actor, asset, csrf } = usePage();
  if (!actor?.clock) return null;
  const { idleSeconds, endSeconds } = actor.clock;
  return (
    <section
      id="session-warning"
      aria-label="End of the session"
      data-idle-seconds={idleSeconds}
      data-end-seconds={endSeconds}
      data-script={asset("session_warning.js")}
      data-csrf={csrf()}
      data-idle="You will be signed out in {time}."
      data-idle-button="Stay signed in"
      data-end="Your session ends in {time}. Save what you have typed, then sign in again."
      data-end-button="OK"
      data-over="Your session has ended. If you have typed something, press Save: you sign in and the form comes back. Passwords are not kept."
      data-over-button="Sign in"
      data-minutes="{count} minutes"
      data-minute="less than a minute"
      hidden
    />
  );
}
