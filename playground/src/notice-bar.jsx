// The line over the answer that shows the notice.

import { useGraphiQL, useGraphiQLActions } from "@graphiql/react";
import { useEffect, useLayoutEffect } from "react";

import { enter, useNotice } from "./notice.js";

/** `renewable`: whether a reload of the page brings a fresh token. */
export function NoticeBar({ renewable }) {
  const { notice, accepted } = useNotice();
  useActiveTab();
  useSchemaOnceAccepted(accepted);
  const Text = notice && TEXTS[notice.kind];
  return (
    <div role="status" className={notice ? `notice notice-${notice.kind}` : "notice"}>
      {Text && <Text {...notice} renewable={renewable} />}
    </div>
  );
}

const TEXTS = { missing: Missing, refused: Refused, lost: Lost, left: Left, listening: Listening };

function Missing() {
  return (
    <>
      <strong>There is no token yet.</strong>
      <p>
        Put the one that your identity provider gave you into the headers, after <code>Bearer</code>.
      </p>
    </>
  );
}

function Refused({ reason, expired, renewable }) {
  return (
    <>
      <strong>{expired ? "The token has expired." : refusal(reason)}</strong>
      {renewable ? (
        <p>
          <button type="button" onClick={() => location.reload()}>
            Reload the page
          </button>{" "}
          for a fresh one, or put the one that <code>external-contacts token</code> prints into the headers.
        </p>
      ) : (
        <p>Get a new one from your identity provider, and put it into the headers.</p>
      )}
    </>
  );
}

/** The server's words, where it gives any. */
function refusal(reason) {
  return `The server does not accept the token${reason ? `: ${reason}` : ""}.`;
}

function Lost({ code, reason }) {
  return (
    <>
      <strong>The connection ended{reason ? `: ${reason}` : ""} ({code}).</strong>
      <p>What happens from now on is missed. Run the subscription again to listen again.</p>
    </>
  );
}

function Left({ count }) {
  return (
    <>
      <strong>The stream ended when this tab was left{count > 0 && `, after ${count === 1 ? "1 event" : `${count} events`}`}.</strong>
      <p>Run the subscription again to listen again.</p>
    </>
  );
}

function Listening({ count }) {
  if (count === 0) return <p>Listening: what happens from now on is shown here.</p>;
  return <p>{count === 1 ? "Listening: 1 event so far." : `Listening: ${count} events so far, the newest first.`}</p>;
}

/** A notice belongs to the tab that it was made in. */
function useActiveTab() {
  const tab = useGraphiQL(({ tabs, activeTabIndex }) => tabs[activeTabIndex]?.id);
  useLayoutEffect(() => enter(tab), [tab]);
}

/** A page that was opened without a token, or with a bad one, has no schema yet. */
function useSchemaOnceAccepted(accepted) {
  const { introspect } = useGraphiQLActions();
  const isMissing = useGraphiQL(({ schema, isIntrospecting }) => !schema && !isIntrospecting);
  useEffect(() => {
    if (accepted && isMissing) introspect();
  }, [accepted]);
}
