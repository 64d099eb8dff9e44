// The kinds of searches, each with the searches that are measured in turn.

import { shuffled } from "./random.mjs";
import { SHORTEST, mistyped } from "./typos.mjs";
import { counted, mostFrequent } from "./values.mjs";

/** The number of searches of a kind that are made of frequent values, and of one that are chosen at random. */
const [FREQUENT, RANDOM] = [10, 40];
const isPlain = (name) => /^[a-z]+$/.test(name);
const isLong = (name) => name.length >= SHORTEST && isPlain(name);
const wordsOf = (text) => text.toLowerCase().match(/\p{L}+/gu) ?? [];
const namesOf = ({ first_name, middle_name, last_name }) =>
  [first_name, middle_name, last_name].filter(Boolean).map((name) => name.toLowerCase());
const first = (values, count = FREQUENT) => values.slice(0, count);

/** Returns the texts of two different words, one of each list. */
const crossed = (ones, others) =>
  ones.flatMap((one) => others.filter((other) => other !== one).map((other) => `${one} ${other}`));

/** Returns a kind of searches, each a text or a text with a filter. */
function kind(name, searches, { field = "contacts", hasFacets = false } = {}) {
  const whole = (search) => (typeof search === "string" ? { query: search } : search);
  return { name, field, hasFacets, searches: searches.map(whole) };
}

/** Returns the kinds of searches over these values. */
export function kinds(values, random) {
  const { contacts, firstNames, lastNames } = values;
  const view = {
    ...values,
    random,
    some: (all) => shuffled(random, [...new Set(all)]).slice(0, RANDOM),
    // Names of several words would be searches of another kind.
    firstNames: firstNames.filter(isPlain),
    lastNames: lastNames.filter(isPlain),
    words: contacts.flatMap(({ first_name, last_name }) => namesOf({ first_name, last_name }).flatMap(wordsOf)),
    employed: contacts.filter((row) => row.first_name && row.organization),
  };
  return [oneWord, severalWords, narrowed, typos, identifiers, organizations, notes, allKinds].flatMap((group) => group(view));
}

function oneWord({ firstNames, lastNames, rareNames, titles, words, some }) {
  const beginnings = (length) =>
    first(mostFrequent(words.filter((word) => word.length > length).map((word) => word.slice(0, length))));
  return [
    kind("frequent first name", first(firstNames), { hasFacets: true }),
    kind("frequent last name", first(lastNames)),
    kind("name chosen at random", some(words.filter(isPlain))),
    kind("rare name", some(rareNames.filter(isPlain))),
    kind("one letter", beginnings(1), { hasFacets: true }),
    kind("two letters", beginnings(2)),
    kind("word of frequent titles", first(mostFrequent(first(titles, 100).flatMap(wordsOf)))),
    kind("frequent title", first(titles)),
  ];
}

function severalWords({ firstNames, lastNames, pairs, titles, contacts, some }) {
  const frequent = first(pairs.filter((names) => names.every(isPlain)).map((names) => names.join(" ")));
  const persons = contacts.filter((row) => row.first_name && row.last_name);
  const outer = persons.map((row) => namesOf({ ...row, middle_name: undefined }));
  const whole = persons.map((row) => namesOf(row).join(" ")).filter((name) => name.split(" ").length === 3);
  const [title] = titles.map(wordsOf);
  return [
    kind("frequent pair of names", frequent, { hasFacets: true }),
    kind("two frequent first names", some(crossed(first(firstNames, 6), first(firstNames, 6)))),
    kind("frequent first and last name", some(crossed(first(firstNames, 7), first(lastNames, 7)))),
    kind("names of a contact", some(outer.map((names) => names.join(" ")))),
    kind("beginnings of names", some(outer.map(([one, other]) => `${one.slice(0, 2)} ${other.slice(0, 3)}`))),
    kind("three names", some(whole)),
    kind("frequent first name and title", first(firstNames).map((name) => `${name} ${title.join(" ")}`)),
    kind("three frequent names", some(crossed(crossed(first(firstNames, 4), first(firstNames, 4)), first(lastNames, 4)))),
  ];
}

function narrowed({ firstNames, lastNames, largest, cities, tags, titles, employed, some }) {
  const names = [...first(firstNames, 6), ...first(lastNames, 4)];
  const within = (filter) => names.map((query) => ({ query, filter }));
  const [employer] = largest;
  const start = (name, count) => wordsOf(name).slice(0, count).join(" ");
  const named = first(largest, 5).flatMap(({ name }) => first(firstNames, 4).map((each) => `${each} ${start(name, 2)}`));
  const colleagues = employed.map((row) => `${row.first_name} ${start(row.organization, 1)}`.toLowerCase());
  return [
    kind("frequent name, largest city", within({ city: cities[0] }), { hasFacets: true }),
    kind("frequent name, frequent tag", within({ tag: tags[0] })),
    kind("frequent name, frequent title", within({ title: titles[0] })),
    kind("frequent name, largest organization", employer ? within({ organizationId: `organization_${employer.id}` }) : []),
    kind("frequent name and words of a large organization", named),
    kind("first name and a word of the organization", some(colleagues)),
  ];
}

function typos({ firstNames, lastNames, rareNames, words, contacts, random, some }) {
  const known = mostFrequent(words);
  const typo = (word, turn) => mistyped(random, word, turn, known);
  const typosIn = (names) => names.map(typo).filter(Boolean);
  const frequent = [...first(firstNames, 25), ...first(lastNames, 25)].filter(isLong);
  const pairs = contacts.filter((row) => row.first_name && row.last_name);
  const plain = pairs.map((row) => namesOf({ ...row, middle_name: undefined })).filter((names) => names.every(isLong));
  const mixed = some(plain.map((names) => names.join(" "))).map((names, turn) => {
    const [one, other] = names.split(" ");
    return [one, typo(other, turn)];
  });
  return [
    kind("typo in a frequent name", typosIn(some(frequent)), { hasFacets: true }),
    kind("typo in a rare name", typosIn(some(rareNames.filter(isLong)))),
    kind("typo in one of two names", mixed.filter(([, other]) => other).map((names) => names.join(" "))),
  ];
}

function identifiers({ contacts, some }) {
  const numbers = contacts.flatMap((row) => row.phone_numbers.filter(({ e164 }) => e164));
  const addresses = contacts.flatMap((row) => row.email_addresses.map(({ address }) => address));
  return [
    kind("last four digits", some(numbers.map(({ e164 }) => e164.slice(-4)))),
    kind("phone number", some(numbers.map(({ input }) => input))),
    kind("e-mail address", some(addresses)),
    kind("local part of an e-mail address", some(addresses.map((address) => address.split("@")[0]))),
  ];
}

function organizations({ employed, some }) {
  const names = employed.map(({ organization }) => organization.toLowerCase());
  const frequent = first(mostFrequent(names.flatMap(wordsOf)));
  const field = "organizations";
  return [
    kind("organizations: frequent word", frequent, { field, hasFacets: true }),
    kind("organizations: whole name", some(names), { field }),
  ];
}

/** Returns the frequent words of notes and those that only one note of the sample has. */
function wordsOfNotes(texts) {
  const all = counted(texts.flatMap((text) => [...new Set(wordsOf(text))].filter((word) => word.length >= SHORTEST)));
  const those = (some) => some.map(([word]) => word);
  return { frequent: those(first(all)), rare: those(all.filter(([, count]) => count === 1)) };
}

function notes({ texts, some }) {
  const { frequent, rare } = wordsOfNotes(texts);
  const field = "notes";
  return [
    kind("notes: frequent word", frequent, { field }),
    kind("notes: two frequent words", some(crossed(frequent, frequent)), { field }),
    kind("notes: first two words of a note", some(texts.map((text) => wordsOf(text).slice(0, 2).join(" "))), { field }),
    kind("notes: rare word", some(rare), { field }),
  ];
}

function allKinds({ firstNames, largest, texts }) {
  const ofNames = first(mostFrequent(largest.flatMap(({ name }) => wordsOf(name))));
  const field = "all";
  return [
    kind("all kinds: frequent first name", first(firstNames), { field, hasFacets: true }),
    kind("all kinds: word of large organizations", ofNames, { field }),
    kind("all kinds: frequent word of notes", wordsOfNotes(texts).frequent, { field }),
  ];
}
