// Faults that a test puts into a copy of a database, to see that the checker finds each.

/** An instant before all of the records. */
const YESTERDAY = "'2020-01-01T00:00:00+00:00'";

/** Returns SQL for each fault: `id` writes an id as the engine does; records are rows of the snapshot. */
export function faults(snapshot, id) {
  const { tables } = snapshot;
  const latest = (table, suits = () => true) => tables[table].findLast(suits);
  const inContacts = latest("contacts", ({ version }) => version > 1) ?? latest("contacts");
  const note = latest("notes");
  const interaction = latest("interactions", ({ agent_ids: agents }) => agents.length > 0);
  const word = latest("search_words", (row) => row.id === inContacts.id && row.word.startsWith("n"));
  const timed = latest("search_words", (row) => row.updated_at);
  const deleted = latest("trashed_records");
  const restored = latest("changes", ({ action }) => action === "RESTORED");
  const where = ({ id: key }) => `WHERE id = ${id(key)}`;
  const changes = (row) => `WHERE entity_id = ${id(row.id)}`;
  return {
    "a lost contact": `DELETE FROM contacts ${where(inContacts)}`,
    "a lost version": `UPDATE contacts SET version = version - 1 ${where(inContacts)}`,
    "a version too many": `UPDATE contacts SET version = version + 1 ${where(inContacts)}`,
    "a changed field": `UPDATE contacts SET title = 'another' ${where(inContacts)}`,
    "a changed note": `UPDATE notes SET text = 'another' ${where(note)}`,
    "a lost note": `DELETE FROM notes ${where(note)}`,
    "a lost word": `DELETE FROM search_words ${where(inContacts)} AND word = '${word.word}'`,
    "a word too many": `UPDATE search_words SET word = word || 'x' ${where(inContacts)} AND word = '${word.word}'`,
    "words that stayed": `DELETE FROM notes ${where(note)}; DELETE FROM changes ${changes(note)}`,
    "a word in another place": `UPDATE search_words SET sort_key = 'aaa' ${where(inContacts)} AND word = '${word.word}'`,
    "a word with another time": `UPDATE search_words SET updated_at = ${YESTERDAY} ${where(timed)} AND word = '${timed.word}'`,
    "a lost external id": `DELETE FROM external_ids WHERE owner_id = ${id(latest("external_ids").owner_id)}`,
    "a lost change": `DELETE FROM changes ${changes(inContacts)} AND version = 1`,
    "a lost agent": `DELETE FROM interaction_agents WHERE interaction_id = ${id(interaction.id)}`,
    "an agent at another start": `UPDATE interaction_agents SET started_at = ${YESTERDAY} WHERE interaction_id = ${id(interaction.id)}`,
    "a wrong count": "UPDATE entity_room SET room = room + 1 WHERE slot = 0",
    "a lost user": `DELETE FROM users ${where(latest("users", ({ subject }) => subject.startsWith("agent")))}`,
    "a changed code": `UPDATE wrap_up_codes SET description = 'another' ${where(latest("wrap_up_codes"))}`,
    "a relationship of another user": `UPDATE relationships SET user_id = ${id(inContacts.id)} ${where(latest("relationships"))}`,
    "a note about a contact that is not there": `UPDATE notes SET contact_id = ${id(note.id)}, organization_id = NULL ${where(note)}`,
    "a lost deleted record": `DELETE FROM undo_records ${where(deleted)}`,
    "a deleted record that the trash does not list": `DELETE FROM trashed_records ${where(deleted)}`,
    "a deleted record that is gone": `DELETE FROM undo_records WHERE operation_id = ${id(deleted.id)}; DELETE FROM trashed_records ${where(deleted)}`,
    "a contact that is in the trash, too": `INSERT INTO undo_records SELECT tenant_id, operation_id, ${id(inContacts.id)}, 'contact', record FROM undo_records ${where(deleted)}`,
    "a lost restoration": `DELETE FROM changes WHERE entity_id = ${id(restored.entity_id)} AND version = ${restored.version}`,
    "a reference that stays remembered": `INSERT INTO undo_links (tenant_id, operation_id, kind, child_id) SELECT tenant_id, id, 'employer', id FROM contacts ${where(inContacts)}`,
    "an interaction of a contact that is not there": `UPDATE interactions SET contact_id = ${id(note.id)} ${where(interaction)}`,
    "another primary contact": `UPDATE organizations SET primary_contact_id = ${id(note.id)} ${where(latest("organizations"))}`,
  };
}
