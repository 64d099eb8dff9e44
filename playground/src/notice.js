// The notice beside the answer: at most one per tab.

import { useSyncExternalStore } from "react";

/** Notices by the id of their tab; `tab` is the active one. */
let state = { tab: undefined, notices: {}, accepted: false };
const readers = new Set();
/** The stream that was stopped last, with the time and its number of events, until a tab is entered. */
let ended = null;
/** The longest that a busy machine takes from the end of a stream to the change of its tab, in milliseconds. */
const LONGEST_CHANGE = 2_000;

/** Shows a notice in the active tab, by its `kind`: `missing`, `refused` (a token), `lost`, `left` (a stream) or `listening`. */
export function say(notice) {
  put(notice, state.accepted && notice.kind !== "refused");
}

/** Removes the active tab's notice. */
export function clear() {
  put(null, state.accepted);
}

/** Notes that the server accepted the token. */
export function accept() {
  change({ ...state, accepted: true });
}

/** Notes which tab is active. One that was left just after its stream was stopped says so when it is opened again. */
export function enter(tab) {
  const left = ended && ended.tab !== tab && Date.now() - ended.at < LONGEST_CHANGE;
  const notices = left ? { ...state.notices, [ended.tab]: { kind: "left", count: ended.count } } : state.notices;
  ended = null;
  change({ ...state, tab, notices });
}

/** Notes that a stream was stopped: by the button, which needs no words, or because its tab is being left. */
export function stopped(count) {
  // GraphiQL stops the stream first and changes the tab then.
  ended = { tab: state.tab, count, at: Date.now() };
  clear();
}

/** `notice`, null when the active tab has none, and `accepted`, whether the last token was accepted. */
export function useNotice() {
  const { tab, notices, accepted } = useSyncExternalStore(subscribe, () => state);
  return { notice: notices[tab] ?? null, accepted };
}

function put(notice, accepted) {
  change({ ...state, accepted, notices: { ...state.notices, [state.tab]: notice } });
}

function change(next) {
  state = next;
  readers.forEach((reader) => reader());
}

function subscribe(reader) {
  readers.add(reader);
  return () => readers.delete(reader);
}
