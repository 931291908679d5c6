import type { UserHit, UserSearch } from "../services/user_search.ts";
import { AS_TYPED } from "./form.tsx";
import { Layout } from "./layout.tsx";
import { usePage } from "./page.ts";
import { Marked, searchPath, StateBadges, withFrom } from "./parts.tsx";

export interface UsersProps extends UserSearch {
  /** In words: "name, username or email". */
  searchedBy: string;
  /** The fields that are searched, as people call them. */
  labels: Record<string, string>;
  mayCreate: boolean;
}

export function UsersPage(props: UsersProps) {
  return (
    <Layout title="User Management">
      <div class="title">
        <h1>User Management</h1>
        {props.mayCreate && <a class="button" href="/users/new">New user</a>}
      </div>
      <SearchForm {...props} />
      <SearchResults {...props} />
    </Layout>
  );
}

function SearchForm({ query, searchedBy }: UsersProps) {
  const { nonce } = usePage();
  return (
    <form
      id="search"
      class="search"
      role="search"
      action="/users"
      hx-get="/users"
      hx-trigger="submit, change target:'.filters *', input delay:200ms target:#query"
      hx-target="#results"
      hx-swap="outerHTML"
      hx-replace-url="true"
      hx-sync="this:replace"
      hx-indicator="#progress"
      hx-nonce={nonce}
    >
      <div class="search-line">
        <label for="query">Search by {searchedBy}</label>
        <input
          id="query"
          name="query"
          type="search"
          value={query.query}
          maxlength={200}
          autocomplete="off"
          {...AS_TYPED}
          autofocus
        />
        <button type="submit" class="primary">Search</button>
      </div>
      <fieldset class="filters">
        <legend>Show only</legend>
        <label>
          State
          <select name="state">
            <option value="">any</option>
            <option value="active" selected={query.state === "active"}>
              active
            </option>
            <option value="disabled" selected={query.state === "disabled"}>
              disabled
            </option>
          </select>
        </label>
        <label>
          <input
            type="checkbox"
            name="temporary"
            value="yes"
            checked={query.temporary === true}
          />
          Temporary password
        </label>
        <label>
          <input
            type="checkbox"
            name="staff"
            value="yes"
            checked={query.staff === true}
          />
          Staff
        </label>
      </fieldset>
    </form>
  );
}

/** Fragment: the whole answer to a search. */
export function SearchResults(props: UsersProps) {
  const { hits, query } = props;
  return (
    <section id="results" aria-label="Search results" aria-live="polite">
      {query.after && (
        <p>
          <a href={searchPath(searchState(props))}>Back to the first hits</a>
        </p>
      )}
      {hits.length === 0 ? <NothingFound {...props} /> : (
        <table class="users">
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col">Username</th>
              <th scope="col">Email</th>
              <th scope="col">State</th>
            </tr>
          </thead>
          <tbody>
            <UserRows {...props} />
          </tbody>
        </table>
      )}
    </section>
  );
}

/** Fragment: rows, and a last one that fetches the next when it comes into sight. */
export function UserRows(props: UsersProps) {
  const { nonce } = usePage();
  const from = searchState(props);
  const suffix = withFrom("", from); // once: to put it together takes longer than the row
  const more = props.next &&
    `/users?${new URLSearchParams([
      ...new URLSearchParams(from),
      ["after", props.next],
    ])}`;
  return (
    <>
      {props.hits.map((hit) => (
        <UserRow hit={hit} suffix={suffix} labels={props.labels} />
      ))}
      {more && (
        <tr class="more">
          <td colspan={4}>
            <a
              href={more}
              hx-get={more}
              hx-trigger="click, revealed"
              hx-target="closest tr"
              hx-swap="outerHTML"
              hx-indicator="#progress"
              hx-nonce={nonce}
            >
              More
            </a>
          </td>
        </tr>
      )}
    </>
  );
}

function UserRow(
  { hit, suffix, labels }: {
    hit: UserHit;
    suffix: string;
    labels: UsersProps["labels"];
  },
) {
  const { user } = hit;
  return (
    <tr id={`user-${user.id}`} class={user.disabled ? "disabled" : undefined}>
      <td data-label="Name">
        <a href={`/users/${user.id}${suffix}`}>
          <Marked text={hit.name} />
        </a>
        {hit.matched && (
          <div class="matched">
            {labels[hit.matched.field]}:{" "}
            <span hx-ignore dir="auto">
              <mark>{hit.matched.text}</mark>
            </span>
          </div>
        )}
        {hit.similar && (
          <>
            {" "}
            <span class="badge warn">similar</span>
          </>
        )}
      </td>
      <td data-label="Username">
        <Marked text={hit.username} />
      </td>
      <td data-label="Email">
        {user.email === null
          ? <span class="none">none</span>
          : <Marked text={hit.email} />}
      </td>
      <td data-label="State">
        <StateBadges {...user} />
      </td>
    </tr>
  );
}

function NothingFound({ query, searchedBy }: UsersProps) {
  const filtered = query.state || query.temporary || query.staff;
  return (
    <div class="empty">
      <p>
        <strong>
          {query.query.trim() === "" ? "There is no such user." : (
            <>
              Nobody matches “<span hx-ignore>{query.query}</span>”.
            </>
          )}
        </strong>
      </p>
      <ul>
        <li>Type a part only: the family name, or what stands before the @.</li>
        <li>
          A * stands for any letters: schmi* finds words that begin so, *midtke
          words that end so.
        </li>
        <li>The search looks into {searchedBy}, and nowhere else.</li>
        {filtered && (
          <li>
            Filters are on:{" "}
            <a href={`/users?${new URLSearchParams({ query: query.query })}`}>
              search without them
            </a>.
          </li>
        )}
      </ul>
    </div>
  );
}

/** The search without its page, as the part of an address behind the "?". */
function searchState({ query }: UsersProps): string {
  const { query: text, state, temporary, staff } = query;
  return new URLSearchParams({
    ...(text !== "" && { query: text }),
    ...(state && { state }),
    ...(temporary && { temporary: "yes" }),
    ...(staff && { staff: "yes" }),
  }).toString();
}
