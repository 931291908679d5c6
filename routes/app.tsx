import { Hono } from "hono";
import type { Services } from "../services/context.ts";
import { createApi } from "./api/api.ts";
import { apiFailure } from "./api/failure.ts";
import { accountAuthenticators } from "./account_authenticators.tsx";
import { accountCheck } from "./account_check.tsx";
import { accountPasskeys } from "./account_passkeys.tsx";
import { accountRecoveryCodes } from "./account_recovery_codes.tsx";
import { accountSessions } from "./account_sessions.tsx";
import { accountTotp } from "./account_totp.tsx";
import { accountPassword } from "./account_password.tsx";
import { apiDocs } from "./api_docs.tsx";
import { apiTokens } from "./api_tokens.tsx";
import type { Assets } from "./assets.ts";
import { audit } from "./audit.tsx";
import { refuseCrossSite } from "./cross_site.ts";
import { emailConfirmation, emailStop } from "./email_changes.tsx";
import type { AppEnv } from "./env.ts";
import { limitBody, readForm } from "./form.ts";
import { deadline, frame, refuseUnknownHost } from "./frame.ts";
import { requirePermission, requireUser } from "./guards.ts";
import { methodNotAllowed, refuseUnknownMethod } from "./methods.ts";
import { health } from "./health.ts";
import { help } from "./help.tsx";
import { home } from "./home.ts";
import { notMe } from "./not_me.tsx";
import { passkeySignIn } from "./passkey_sign_in.tsx";
import { refusePlainHttp } from "./plain_http.ts";
import { passwordReset } from "./password_reset.tsx";
import { passwordResets } from "./password_resets.tsx";
import { ID } from "./paths.ts";
import { securityHeaders } from "./security_headers.ts";
import { resume } from "./session.ts";
import { reports } from "./reports.tsx";
import { createScim } from "./scim/scim.ts";
import { sessions } from "./sessions.tsx";
import { secondStep } from "./second_step.tsx";
import { setup } from "./setup.tsx";
import { sessionClock, sessionProlongation } from "./session_clock.ts";
import { signInRoutes } from "./sign_in.tsx";
import { signOutRoutes } from "./sign_out.ts";
import { notFound, onError } from "./trouble.tsx";
import { user } from "./user.tsx";
import { userDisablement } from "./user_disablement.tsx";
import { userEdit } from "./user_edit.tsx";
import { userMails } from "./user_mails.tsx";
import { userPassword } from "./user_password.tsx";
import { userPermissions } from "./user_permissions.tsx";
import { userSecondFactor } from "./user_second_factor.tsx";
import { resumeSearch, users } from "./users.tsx";
import { userSessions } from "./user_sessions.tsx";
import { webhook } from "./webhook.tsx";
import { webhooks } from "./webhooks.tsx";

export function createApp(services: Services, assets: Assets) {
  const staff = requirePermission("user_management");
  const staffOrAdministration = requirePermission(
    "user_management",
    "administration",
  );
  const { api, contract } = createApi();
  const app = new Hono<AppEnv>()
    .route("/health", health(services))
    .use(
      frame(services, assets),
      securityHeaders(services.settings),
      refuseUnknownHost,
      refusePlainHttp,
    )
    .get("/static/:file", assets.handler)
    // Programs, with doors of their own:
    .route("/api/v1", api)
    .route("/scim/v2", createScim())
    .use(deadline, refuseUnknownMethod, limitBody)
    .get("/session", sessionClock)
    .get("/users", resumeSearch)
    .use(resume, readForm)
    .use(refuseCrossSite)
    // The authorization table: who may reach what is read here and nowhere else.
    // Open to everybody:
    .route("/sign-in", signInRoutes)
    .route("/sign-in/second-factor", secondStep)
    .route("/sign-in/passkey", passkeySignIn)
    .route("/setup", setup)
    .route("/password-resets", passwordResets)
    .route("/password-reset", passwordReset)
    .route("/not-me", notMe)
    .route("/email-confirmation", emailConfirmation)
    .route("/email-stop", emailStop)
    // From here on closed, opened by name:
    .use(requireUser)
    .route("/", home)
    .route("/sign-out", signOutRoutes)
    .route("/session", sessionProlongation)
    .route("/account/password", accountPassword)
    .route("/account/authenticators", accountAuthenticators)
    .route("/account/check", accountCheck)
    .route("/account/sessions", accountSessions)
    .route("/account/totp", accountTotp)
    .route("/account/passkeys", accountPasskeys)
    .route("/account/recovery-codes", accountRecoveryCodes)
    .route("/help", help)
    .route("/api", apiDocs(contract))
    .use("/users/new", staff)
    .use("/users", staffOrAdministration)
    .route("/users", users)
    .use(`/users/${ID}`, staffOrAdministration)
    .route(`/users/${ID}`, user)
    .use(`/users/${ID}/edit`, staff)
    .route(`/users/${ID}/edit`, userEdit)
    .use(`/users/${ID}/password/*`, staff)
    .route(`/users/${ID}/password`, userPassword)
    .use(`/users/${ID}/disablement`, staff)
    .route(`/users/${ID}/disablement`, userDisablement)
    .use(`/users/${ID}/sessions`, staff)
    .route(`/users/${ID}/sessions`, userSessions)
    .use(`/users/${ID}/mails`, staff)
    .route(`/users/${ID}/mails`, userMails)
    .use(`/users/${ID}/second-factor`, staff)
    .route(`/users/${ID}/second-factor`, userSecondFactor)
    .use(`/users/${ID}/permissions`, requirePermission("administration"))
    .route(`/users/${ID}/permissions`, userPermissions)
    .use("/api-tokens/*", requirePermission("administration"))
    .route("/api-tokens", apiTokens)
    .use("/sessions", requirePermission("administration"))
    .route("/sessions", sessions)
    .use("/reports/*", staff)
    .route("/reports", reports)
    .use("/audit", requirePermission("audit_log"))
    .route("/audit", audit)
    .use("/webhooks/*", requirePermission("administration"))
    .use("/webhooks/*", requirePermission("audit_log")) // as well
    .route("/webhooks", webhooks)
    .route(`/webhooks/${ID}`, webhook)
    .onError((error, c) =>
      /^\/(api\/v1|scim\/v2)\//.test(c.req.path)
        ? apiFailure(error, c)
        : onError(error, c)
    );
  return app.notFound((c) => methodNotAllowed(c, app) ?? notFound(c));
}
