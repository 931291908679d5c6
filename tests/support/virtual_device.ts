import type { Page } from "playwright-core";

/** A device of Chromium's own making, whose holder always agrees. */
export async function virtualDevice(page: Page) {
  const session = await page.context().newCDPSession(page);
  await session.send("WebAuthn.enable");
  const { authenticatorId } = await session.send(
    "WebAuthn.addVirtualAuthenticator",
    {
      options: {
        protocol: "ctap2",
        transport: "internal",
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    },
  );
  return {
    refuse: () =>
      session.send("WebAuthn.setUserVerified", {
        authenticatorId,
        isUserVerified: false,
      }),
  };
}
