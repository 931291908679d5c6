import type { AttributeSetting } from "../services/config.ts";
import type { UserInput } from "../services/user_fields.ts";
import { Field } from "./form.tsx";

export type FieldErrors = Record<string, string | undefined>;

export interface UserFieldsProps {
  input: UserInput;
  errors: FieldErrors;
  attributes: readonly AttributeSetting[];
  /** What somebody else has saved meanwhile, by field. */
  saved?: Record<string, string>;
}

/** The fields of a user that staff may write, with what was typed and what is wrong with it. */
export function UserFields(
  { input, errors, attributes, saved = {} }: UserFieldsProps,
) {
  const common = (name: string) => ({
    name,
    error: errors[name],
    hint: saved[name] === undefined
      ? undefined
      : `Saved meanwhile: ${saved[name] || "(empty)"}`,
  });
  return (
    <div class="fields">
      <Field {...common("name")} label="Name" value={input.name} required />
      <Field
        {...common("username")}
        label="Username"
        value={input.username}
        required
      />
      <Field
        {...common("email")}
        label="Email"
        type="email"
        value={input.email}
      />
      {attributes.map(({ name, label, type, required }) => (
        <Field
          {...common(`attributes.${name}`)}
          label={label}
          type={type}
          value={input.attributes[name] ?? ""}
          required={required}
        />
      ))}
    </div>
  );
}

export function fieldLabels(attributes: readonly AttributeSetting[]) {
  return Object.fromEntries([
    ["name", "Name"],
    ["username", "Username"],
    ["email", "Email"],
    ...attributes.map((it) => [`attributes.${it.name}`, it.label]),
  ]);
}
