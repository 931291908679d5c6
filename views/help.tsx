import { Layout } from "./layout.tsx";

export interface HelpProps {
  minLength: number;
  temporaryHours: number;
  mustBeTemporary: boolean;
  searchedBy: string;
}

export function HelpPage(
  { minLength, temporaryHours, mustBeTemporary, searchedBy }: HelpProps,
) {
  return (
    <Layout title="Help">
      <article class="prose">
        <h1>How to change a user's password</h1>
        <p>
          For staff with the permission{" "}
          <em>User Management</em>. If you don't see{" "}
          <em>Account &gt; User Management</em>{" "}
          in the menu, an administrator can grant it to you.
        </p>
        <h2>When</h2>
        <p>Users look after their passwords themselves:</p>
        <ul>
          <li>
            Whoever knows the current password changes it under{" "}
            <em>User &gt; Password/2FA</em>.
          </li>
          <li>
            Whoever has forgotten it presses <em>Reset your password</em>{" "}
            on the sign-in page, and gets a link by email.
          </li>
        </ul>
        <p>Set a password by hand only where that doesn't help:</p>
        <ul>
          <li>the user has no access to the mailbox any more, or</li>
          <li>
            the email doesn't arrive and it is urgent (<em>Show mails</em>{" "}
            in the details tells what the mail server said).
          </li>
        </ul>
        <p>
          First make sure whom you are talking to. A forgotten password is the
          oldest trick of all.
        </p>
        <h2>How</h2>
        <ol>
          <li>
            Open <em>Account &gt; User Management</em>.
          </li>
          <li>Find the user by {searchedBy}, and open the details.</li>
          <li>
            Press <em>Edit</em>.
          </li>
          <li>
            In <em>Attributes</em> press <em>Change password</em>.
          </li>
          <li>
            Type a new password of at least {minLength} characters, or press
            {" "}
            <em>Generate</em>. <em>Show password in clear text</em>{" "}
            shows what you type.
          </li>
          <li>
            Choose the reason, press <em>Save</em>, then <em>Close</em>.
          </li>
          <li>
            Tell the user the password through a secure channel: by telephone or
            in person, not by email.
          </li>
        </ol>
        <h2>Good to know</h2>
        <ul>
          <li>
            Nobody can see the current password, not even an administrator. Only
            a new one can be set.
          </li>
          <li>
            A password that you set is temporary{mustBeTemporary
              ? ""
              : ", unless you untick that"}: the user has to replace it at the
            next sign-in. Unused, it stops working after {temporaryHours} hours.
          </li>
          <li>
            A new password signs the user out at once, everywhere.
          </li>
          <li>
            Common passwords, easily guessed ones, the user's own name and the
            last passwords are refused.
          </li>
          <li>
            Each change is in the audit log: who, whom, when, and the reason.
          </li>
        </ul>
        <h2>Questions</h2>
        <h3>Why is there no Change password button?</h3>
        <p>
          It is your own account (use{" "}
          <em>User &gt; Password/2FA</em>), or the user holds a permission that
          you don't hold. The page says which; ask a colleague who holds it.
        </p>
        <h3>The user can't sign in with the new password.</h3>
        <p>
          Look at the details: is the account disabled, or the temporary
          password expired? Mind capital letters and spaces; they count.
        </p>
        <h3>The user is locked out after too many tries.</h3>
        <p>
          That ends by itself after some minutes; setting a password ends it at
          once.
        </p>
        <h3>The user has lost the telephone with the authenticator app.</h3>
        <p>
          A recovery code signs in without it. Without those, press{" "}
          <em>Remove</em> beside <em>Second factor</em>{" "}
          in the details, once you have made sure whom you talk to.
        </p>
        <h3>I have set the password of the wrong user.</h3>
        <p>
          The old password can't be brought back. Set another one, and tell the
          user.
        </p>
      </article>
    </Layout>
  );
}
