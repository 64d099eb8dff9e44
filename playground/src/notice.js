// The notice beside the answer: at most one per tab.

import { useSyncExternalStore } from "react";

/** Notices by the id of their tab; `tab` is the active one. */
let state = { tab: undefined, notices: {}, accepted: false };
const readers = new Set();

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

/** Notes which tab is active. */
export function enter(tab) {
  change({ ...state, tab });
}

/**
 * Tells that a stream ended because it was stopped. The stop button needs no words; but leaving the tab ends a stream, too,
 * and then the tab says so when it is opened again.
 */
export function stopped(count) {
  const { tab } = state;
  put({ kind: "left", count }, state.accepted);
  // GraphiQL stops the stream first and changes the tab then.
  setTimeout(() => {
    if (state.tab === tab && state.notices[tab]?.kind === "left") clear();
  }, 100);
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
