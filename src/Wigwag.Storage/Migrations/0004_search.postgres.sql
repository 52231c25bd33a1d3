-- Full text over subject, body and issue, and the trigrams of the same for pieces of identifiers and paths.
CREATE EXTENSION IF NOT EXISTS unaccent;
CREATE EXTENSION IF NOT EXISTS pg_trgm;

-- Words as SQLite's index takes them: without accents, by Porter's stem, none left out.
CREATE TEXT SEARCH DICTIONARY wigwag_stem (TEMPLATE = snowball, LANGUAGE = porter);
CREATE TEXT SEARCH CONFIGURATION wigwag (PARSER = default);
ALTER TEXT SEARCH CONFIGURATION wigwag
  ADD MAPPING FOR asciiword, word, numword, asciihword, hword, numhword, hword_asciipart, hword_part, hword_numpart,
    email, protocol, url, host, url_path, file, sfloat, float, int, uint, version, tag, entity
  WITH unaccent, wigwag_stem;

-- A text without punctuation, which the parser would make paths, addresses and numbers of.
CREATE FUNCTION words_of(written TEXT) RETURNS tsvector LANGUAGE sql STABLE AS $$
  SELECT to_tsvector('wigwag', translate(left(COALESCE(written, ''), 200000), '!"#$%&''()*+,-./:;<=>?@[\]^_`{|}~', repeat(' ', 32)))
$$;

CREATE TABLE messages_words (
  seq   BIGINT NOT NULL PRIMARY KEY,
  words tsvector NOT NULL
);
CREATE INDEX messages_words_by_word ON messages_words USING gin (words);
CREATE INDEX messages_by_piece ON messages USING gin (LOWER(subject || ' ' || body || ' ' || COALESCE(issue_id, '')) gin_trgm_ops);
