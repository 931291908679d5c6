import type { Flood } from "./flooded.ts";

/** 64 wrong sign-ins at once, from four addresses, at people who exist and others. */
export const wrongSignIns: Flood = {
  name: "64 wrong sign-ins at once",
  parallel: 64,
  setUp: ({ signIn, people }) => {
    let number = 0;
    const attack = (attacker: number) => {
      number += 1;
      const username = number % 4 === 0
        ? people[(number >> 2) % people.length]!.username
        : `nobody.${number}`;
      return signIn(username, "wrong", `203.0.113.${attacker % 4}`);
    };
    return Promise.resolve(attack);
  },
};

/** 12 at once, each at an account of which the hash is bcrypt's, and from an address of their own. */
export function wrongOnDear(cost: number): Flood {
  return {
    name: `12 on bcrypt of cost ${cost}`,
    parallel: 12,
    setUp: async ({ signIn, sql, people }) => {
      const victims = people.slice(-12).map((it) => it.username);
      await sql(`update passwords set hash =
        '$2b$${cost}$7JFti0fkDVwYqy8poxolX.BttNGPN.HcW80ik8tkrtVxURbIBvlbu'
        from users where users.id = user_id and username in ('${
        victims.join("', '")
      }')`);
      await sql("delete from rate_limits"); // of the flood before
      return (attacker) =>
        signIn(victims[attacker]!, "wrong", `203.0.113.${100 + attacker}`);
    },
  };
}
