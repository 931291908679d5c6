import PostalMime from "postal-mime";
import { onPath } from "./browser.ts";
import { freePort } from "./process.ts";

/** Debian's mail server, where it is installed and we are root, as it wants; CI always is. */
export const postfixPath = Deno.uid() === 0
  ? (await onPath("postfix"))[0] ?? await sbin("postfix")
  : undefined;

async function sbin(name: string) {
  const path = `/usr/sbin/${name}`;
  return await Deno.stat(path).then(() => path, () => undefined);
}

const SERVICES = `
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
proxymap unix - - n - - proxymap
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
tlsmgr unix - - n 1000 1 tlsmgr
error unix - - n - - error
retry unix - - n - - error
postlog unix-dgram n - n - 1 postlogd
`;

/** A Postfix of its own in a folder of its own, that delivers all mail for example.org into one mailbox. */
export async function startPostfix(
  { tls }: { tls?: { key: string; cert: string } } = {},
) {
  const folder = await Deno.makeTempDir({ prefix: "passdesk-postfix-" });
  await Deno.chmod(folder, 0o755);
  const port = freePort();
  for (const name of ["etc", "queue", "data", "mail"]) {
    await Deno.mkdir(`${folder}/${name}`);
  }
  const owner = await idsOf("postfix");
  await Deno.chown(`${folder}/data`, owner.uid, owner.gid);
  await Deno.chown(`${folder}/mail`, owner.uid, owner.gid);
  if (tls) {
    await Deno.writeTextFile(`${folder}/etc/cert.pem`, tls.cert);
    await Deno.writeTextFile(`${folder}/etc/key.pem`, tls.key, { mode: 0o600 });
  }
  const settings = {
    compatibility_level: "3.6",
    queue_directory: `${folder}/queue`,
    data_directory: `${folder}/data`,
    maillog_file: `${folder}/log`,
    maillog_file_prefixes: folder,
    inet_interfaces: "127.0.0.1",
    inet_protocols: "ipv4",
    mydestination: "",
    mynetworks: "127.0.0.0/8",
    smtpd_tls_security_level: tls ? "encrypt" : "none",
    smtpd_tls_cert_file: `${folder}/etc/cert.pem`,
    smtpd_tls_key_file: `${folder}/etc/key.pem`,
    smtpd_recipient_restrictions: "permit_mynetworks, reject",
    virtual_mailbox_domains: "example.org",
    virtual_mailbox_base: `${folder}/mail`,
    virtual_mailbox_maps: "static:all/",
    virtual_minimum_uid: "1",
    virtual_uid_maps: `static:${owner.uid}`,
    virtual_gid_maps: `static:${owner.gid}`,
  };
  await Deno.writeTextFile(
    `${folder}/etc/main.cf`,
    Object.entries(settings).map(([name, it]) => `${name} = ${it}\n`).join(""),
  );
  await Deno.writeTextFile(
    `${folder}/etc/master.cf`,
    `127.0.0.1:${port} inet n - n - - smtpd${SERVICES}`,
  );
  const control = async (what: "start" | "stop") => {
    const { success, stderr } = await new Deno.Command(postfixPath!, {
      args: ["-c", `${folder}/etc`, what],
      stdin: "null",
    }).output();
    if (!success) throw new Error(new TextDecoder().decode(stderr));
  };
  await control("start");

  return {
    url: `smtp://127.0.0.1:${port}`,
    start: () => control("start"),
    stop: () => control("stop"),
    /** What has been delivered, once there is something. */
    delivered: async () => {
      const box = `${folder}/mail/all/new`;
      for (let tries = 0; tries < 200; tries++) {
        const mails = [];
        try {
          for await (const { name } of Deno.readDir(box)) {
            mails.push(
              await PostalMime.parse(await Deno.readFile(`${box}/${name}`)),
            );
          }
        } catch {
          // no mailbox before the first mail
        }
        if (mails.length > 0) return mails;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      throw new Error(await Deno.readTextFile(`${folder}/log`));
    },
    remove: async () => {
      await control("stop");
      await Deno.remove(folder, { recursive: true });
    },
  };
}

async function idsOf(user: string) {
  const passwd = await Deno.readTextFile("/etc/passwd");
  const [, , uid, gid] = passwd.split("\n")
    .find((it) => it.startsWith(`${user}:`))!.split(":");
  return { uid: Number(uid), gid: Number(gid) };
}
