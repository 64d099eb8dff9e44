// Duplicates that a screen merges: both ids show one contact, until the merge is undone.

import assert from "node:assert/strict";
import { test } from "node:test";

import { ContactCard } from "./operations/contacts";
import { MergeContacts, UndoContactMerge } from "./operations/merge";
import { apollo } from "./support/apollo";
import { everything, withContact } from "./support/server";

test("merged contacts are one entry of the cache, whichever id is asked for, and part again", () =>
  withContact((first) =>
    withContact(async (second) => {
      const client = apollo(everything);
      const card = async (id: string) => {
        const { data } = await client.query({ query: ContactCard, variables: { id }, fetchPolicy: "network-only" });
        return data?.contact?.id;
      };
      const merge = async (preview: boolean) => {
        const { data } = await client.mutate({
          mutation: MergeContacts,
          variables: { first: first.id, second: second.id, values: { title: "Countess" }, preview },
          fetchPolicy: preview ? "no-cache" : "network-only",
        });
        assert.deepEqual(data?.mergeContacts?.userErrors, []);
        return data?.mergeContacts;
      };

      const previewed = await merge(true);
      assert.equal(previewed?.contact?.title, "Countess");
      assert.deepEqual([await card(first.id), await card(second.id)], [first.id, second.id]);

      const merged = await merge(false);
      assert.deepEqual(merged?.contact?.mergedIds, [second.id]);
      assert.deepEqual(merged?.merge?.fields, previewed?.merge?.fields);
      assert.deepEqual([await card(first.id), await card(second.id)], [first.id, first.id]);
      const cached = Object.keys(client.cache.extract() as object).filter((key) => key.startsWith("Contact:"));
      assert.ok(cached.includes(`Contact:${first.id}`));

      const mergeId = merged?.merge?.id ?? "";
      const undone = await client.mutate({ mutation: UndoContactMerge, variables: { mergeId } });
      const { restored, kept, lost, userErrors } = undone.data?.undoContactMerge ?? {};
      assert.deepEqual([kept, lost, userErrors], [[], [], []]);
      assert.deepEqual(restored?.map(({ id }) => id), [second.id]);
      assert.deepEqual([await card(first.id), await card(second.id)], [first.id, second.id]);
    }),
  ));
