/** Whom a piece of work is for. */
export interface Turn {
  /** The network that it came from. */
  place?: string;
  /** A user's id, or what stands for an unknown one. */
  account?: string;
}

interface Waiting<Item> {
  item: Item;
  turn: Turn;
  /** The turns that its place and its account, whichever had more, have had or will have before this one. */
  tag: number;
  /** The same of its account alone: it orders those of one place. */
  accountTag: number;
}

/** Above this many keys, those are forgotten that are no longer ahead of anybody. */
const MANY_KEYS = 1_000;

/**
 * A waiting line with fair turns (start-time fair queueing, Goyal et al. 1996): each place and each account
 * gets one turn for each turn of the others, however often it stands in line. So a flood from few places, or at
 * few accounts, waits behind everybody else. Within a place the account that has had the fewest turns is next,
 * since a whole company can share an address.
 */
export function createFairLine<Item>() {
  const line: Waiting<Item>[] = []; // in order of arrival
  const taken = new Map<string, number>(); // the tag of each key's next turn
  let now = 0; // the tag of the last turn that began

  function enter(item: Item, turn: Turn): Waiting<Item> {
    const { tag, accountTag } = tagsOf(turn);
    // Each counts for itself: a busy place must not put the accounts that it tries behind its own line.
    for (const key of keysOf(turn)) taken.set(key, nextOf(key) + 1);
    return { item, turn, tag, accountTag };
  }

  function tagsOf(turn: Turn) {
    const [place, account] = [placeKey(turn), accountKey(turn)]
      .map((key) => nextOf(key ?? "")) as [number, number];
    return { tag: Math.max(place, account), accountTag: account };
  }

  function nextOf(key: string) {
    return Math.max(now, taken.get(key) ?? 0);
  }

  function begin(tag: number) {
    now = Math.max(now, tag);
    if (taken.size < MANY_KEYS) return;
    for (const [key, next] of taken) if (next <= now) taken.delete(key);
  }

  function remove(waiting: Waiting<Item>) {
    line.splice(line.indexOf(waiting), 1);
  }

  /** Whoever of the same place comes before (or, with -1, behind) the others in there, with the given tag. */
  function ofSamePlace(found: Waiting<Item>, order: 1 | -1): Waiting<Item> {
    const { place } = found.turn;
    if (place === undefined) return found;
    const chosen = first(
      line.filter((it) => it.turn.place === place),
      (it) => order * it.accountTag,
    )!;
    [found.tag, chosen.tag] = [chosen.tag, found.tag];
    return chosen;
  }

  return {
    length: () => line.length,
    /** Nobody waits: the turn begins at once. */
    pass(turn: Turn) {
      begin(enter(undefined as Item, turn).tag);
    },
    join(item: Item, turn: Turn) {
      line.push(enter(item, turn));
    },
    /** Takes the one out of the line whose turn it is. */
    next(): Item | undefined {
      const found = first(line, (it) => it.tag);
      if (!found) return undefined;
      const chosen = ofSamePlace(found, 1);
      remove(chosen);
      begin(chosen.tag);
      return chosen.item;
    },
    /** Takes the last one out, if a newcomer with that turn would stand before it: a full line refuses a flood. */
    displace(turn: Turn): Item | undefined {
      const last = first(line.toReversed(), (it) => -it.tag);
      if (!last) return undefined;
      const { tag, accountTag } = tagsOf(turn);
      const chosen = ofSamePlace(last, -1);
      const samePlace = turn.place !== undefined &&
        turn.place === chosen.turn.place;
      const before = samePlace
        ? accountTag < chosen.accountTag
        : tag < chosen.tag;
      if (!before) return undefined;
      remove(chosen);
      giveBack(chosen.turn);
      return chosen.item;
    },
    /** Takes one out that waits no longer, if it still stands in line. */
    leave(item: Item) {
      const waiting = line.find((it) => it.item === item);
      if (!waiting) return;
      remove(waiting);
      giveBack(waiting.turn);
    },
    /** Nothing runs and nobody waits: all begin anew. */
    clear() {
      taken.clear();
      now = 0;
    },
  };

  function giveBack(turn: Turn) {
    for (const key of keysOf(turn)) taken.set(key, (taken.get(key) ?? 1) - 1);
  }
}

function placeKey({ place }: Turn) {
  return place === undefined ? undefined : `place ${place}`;
}

function accountKey({ account }: Turn) {
  return account === undefined ? undefined : `account ${account}`;
}

function keysOf(turn: Turn): string[] {
  return [placeKey(turn), accountKey(turn)].filter((it) => it !== undefined);
}

/** The first of those with the least `value`. */
function first<Item>(items: Item[], value: (item: Item) => number) {
  let [found] = items;
  for (const it of items) if (value(it) < value(found!)) found = it;
  return found;
}
