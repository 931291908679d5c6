-- Values that SEARCH_FIELDS may name (db/user_search_values.ts), as they are compared: letters and digits alone, in lower
-- case and without accents, as db/fold.ts has them for the alphabets of Europe.
CREATE FUNCTION search_value(value text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT nullif(CASE WHEN value ~ '^[ -~]*$'
    THEN regexp_replace(lower(value COLLATE "C"), '[^0-9a-z]+', '', 'g')
    ELSE regexp_replace(replace(replace(replace(replace(translate(lower(
      regexp_replace(normalize(value, NFKD), '[\u0300-\u036f\u200b-\u200f\ufe00-\ufe0f]+', '', 'g')),
      'øđðħıłŧς’‘ʼ‐‑–', 'oddhiltσ'), 'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'), 'þ', 'th'), '[ -/:-@[-`{-~]+', '', 'g')
    END, '')
$$;
--> statement-breakpoint
-- The digits of a telephone number, the last one first: a number is known by its end, however much is dialled before it.
CREATE FUNCTION search_digits(value text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT nullif(reverse(ltrim(regexp_replace(regexp_replace(replace(lower(value COLLATE "C"), '(0)', ''),
    '(x|ext|;|#).*$', ''), '[^0-9]+', '', 'g'), '0')), '')
$$;
