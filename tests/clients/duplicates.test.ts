// A form that checks while a user types, and does not create anybody twice unless told so.

import assert from "node:assert/strict";
import { test } from "node:test";

import { CreateContactOnce, PossibleDuplicates } from "./operations/duplicates";
import { apollo } from "./support/apollo";
import { ask, everything, withContact } from "./support/server";

test("who may be there already is shown while a contact is typed, refused, and found afterwards", () =>
  withContact(async (contact) => {
    const client = apollo(everything);
    const { data: first } = await client.query({ query: PossibleDuplicates, variables: { id: contact.id } });
    const [firstName, ...rest] = (first?.contact?.displayName ?? "").split(" ");
    const lastName = rest.join(" ");
    const input = { firstName, lastName, socialHandles: [{ network: "X" as const, handle: `once_${contact.id.slice(-12)}` }] };
    const create = async (options: { dryRun?: boolean; onDuplicate?: "REFUSE" }) => {
      const { data } = await client.mutate({
        mutation: CreateContactOnce,
        variables: { input: { ...input, ...options } },
        fetchPolicy: "no-cache",
      });
      return data?.createContact;
    };

    const typed = await create({ dryRun: true, onDuplicate: "REFUSE" });
    assert.deepEqual([typed?.possibleDuplicates, typed?.userErrors], [[], []]);
    const created = await create({ onDuplicate: "REFUSE" });
    const id = created?.contact?.id ?? "";
    assert.ok(id);

    const refused = await create({ onDuplicate: "REFUSE" });
    assert.deepEqual([refused?.contact, refused?.userErrors.map(({ code }) => code)], [null, ["DUPLICATE"]]);
    const [likest] = refused?.possibleDuplicates ?? [];
    assert.equal(likest?.score, 85);
    assert.deepEqual(likest?.record && "id" in likest.record && likest.record.id, id);
    assert.deepEqual(likest?.reasons.map(({ kind }) => kind), ["SAME_HANDLE", "SAME_NAME"]);
    const again = await create({});
    assert.ok(again?.contact?.id);
    const { data: shown } = await client.query({ query: PossibleDuplicates, variables: { id } });
    assert.deepEqual(shown?.contact?.possibleDuplicates.map(({ score }) => score), [85]);
    for (const each of [id, again.contact.id]) {
      await ask(`mutation ($id: ID!) { deleteContact(input: { id: $id }) { deletedContactId } }`, { id: each });
    }
  }));
