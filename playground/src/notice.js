// What the page has to say beside the answer; at most one thing at a time.

import { useSyncExternalStore } from "react";

let state = { notice: null, accepted: false };
const readers = new Set();

/** Shows a notice, by its `kind`: `missing`, `refused` (a token), `lost` (a connection) or `listening`. */
export function say(notice) {
  change({ notice, accepted: state.accepted && notice.kind !== "refused" });
}

/** Shows none. */
export function clear() {
  change({ ...state, notice: null });
}

/** Notes that the server took the token. */
export function accept() {
  change({ ...state, accepted: true });
}

/** `notice`, null when there is none, and `accepted`, whether the last token was taken. */
export function useNotice() {
  return useSyncExternalStore(subscribe, () => state);
}

function change(next) {
  state = next;
  readers.forEach((reader) => reader());
}

function subscribe(reader) {
  readers.add(reader);
  return () => readers.delete(reader);
}
