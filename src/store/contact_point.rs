//! The records that have contact points, by the words of the search index.

use std::collections::{BTreeSet, HashMap};

use uuid::Uuid;

use super::bind::IdList;
use super::engine::{Engine, sql};
use super::read::Read;
use super::statement::Statement;
use super::{Table as _, Tx};
use crate::error::Result;
use crate::id::{ContactId, InteractionId, OrganizationId, TypedId};
use crate::model::{ContactPoint, DateTime, Interaction, Subject};

/// The maximum number of records that are examined for a contact point: a switchboard's number may be that of thousands.
pub const MOST_RECOGNIZED: usize = 25;

/// The maximum number of interactions that are linked at once, so that the transaction stays short.
pub const MOST_UNLINKED: i64 = 1_000;
/// A condition on an interaction `i` without a contact: no user removed it.
const IS_OPEN: &str = "(i.linked_by IS NULL OR i.linked_by <> 'UNLINKED')";

/// The records with a contact point.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recognized {
    /// The contacts by id, or one more than [`MOST_RECOGNIZED`] of them.
    pub contacts: Vec<ContactId>,
    /// The organizations by id, or one more than [`MOST_RECOGNIZED`] of them.
    pub organizations: Vec<OrganizationId>,
}

impl Recognized {
    /// Returns the contact, if no other has the contact point.
    pub fn only_contact(&self) -> Option<ContactId> {
        match self.contacts[..] {
            [contact] => Some(contact),
            _ => None,
        }
    }

    /// Returns the organization, if no contact and no other organization has the contact point.
    pub fn only_organization(&self) -> Option<OrganizationId> {
        match self.organizations[..] {
            [organization] if self.contacts.is_empty() => Some(organization),
            _ => None,
        }
    }
}

/// Returns the records of these subjects that have each of the contact points, by one statement.
pub async fn recognize(
    reader: &mut impl Read,
    points: &[ContactPoint],
    subjects: &[Subject],
) -> Result<Vec<Recognized>> {
    let words_of = |point: &ContactPoint, subject: Subject| {
        let is_sought = subjects.contains(&subject);
        if is_sought {
            point.words(subject)
        } else {
            Vec::new()
        }
    };
    let both = [Subject::Contacts, Subject::Organizations];
    let words = points
        .iter()
        .flat_map(|point| both.iter().flat_map(|subject| words_of(point, *subject)));
    let ids_of = find_by_words(reader, words.collect()).await?;
    let recognized = points.iter().map(|point| {
        let ids = |subject| {
            let words = words_of(point, subject);
            let ids = words.iter().filter_map(|word| ids_of.get(word)).flatten();
            let ids: BTreeSet<Uuid> = ids.copied().collect();
            ids.into_iter().take(MOST_RECOGNIZED + 1)
        };
        Recognized {
            contacts: ids(Subject::Contacts).map(ContactId::from_uuid).collect(),
            organizations: ids(Subject::Organizations)
                .map(OrganizationId::from_uuid)
                .collect(),
        }
    });
    Ok(recognized.collect())
}

/// Returns the records that the search index has under each of these words, by one statement; of a word, at most one more than
/// [`MOST_RECOGNIZED`].
pub async fn find_by_words(
    reader: &mut impl Read,
    words: BTreeSet<String>,
) -> Result<HashMap<String, Vec<Uuid>>> {
    let mut ids_of: HashMap<String, Vec<Uuid>> = HashMap::new();
    if words.is_empty() {
        return Ok(ids_of);
    }
    let statement = ids_of_words(reader.engine(), words.into_iter().collect());
    let rows: Vec<(String, Uuid)> = reader.fetch_all(statement.sql()).await?;
    for (word, id) in rows {
        ids_of.entry(word).or_default().push(id);
    }
    Ok(ids_of)
}

/// The statement that selects the words, each with the ids of its records, up to one more than [`MOST_RECOGNIZED`]. SQLite has no
/// LATERAL: there, the ids of a word are gathered in a list, of which a table is made.
fn ids_of_words<'a>(engine: Engine, words: Vec<String>) -> Statement<'a> {
    let most = i64::try_from(MOST_RECOGNIZED + 1).unwrap_or(i64::MAX);
    let mut statement = Statement::new(engine, "SELECT l.listed_text, ");
    statement
        .push(if engine.has_lateral() {
            "w.id FROM "
        } else {
            "unhex(w.value) FROM "
        })
        .texts(words)
        .push(" AS l CROSS JOIN ")
        .push(if engine.has_lateral() {
            "LATERAL ("
        } else {
            "json_each((SELECT json_group_array(hex(of_word.id)) FROM ("
        })
        .push("SELECT s.id FROM search_words AS s WHERE s.tenant_id = $1 AND s.word = l.listed_text")
        .push(" ORDER BY s.word, s.sort_key, s.id")
        .limit(most)
        .push(if engine.has_lateral() {
            ") AS w"
        } else {
            ") AS of_word)) AS w"
        });
    statement
}

/// Returns the start of the latest interaction with each of these contacts that has one.
pub async fn latest_interactions(
    reader: &mut impl Read,
    contacts: &[ContactId],
) -> Result<HashMap<ContactId, DateTime>> {
    if contacts.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<(Uuid, Option<DateTime>)> = reader
        .fetch_all(sql!(
            "SELECT l.listed_id, (SELECT MAX(i.started_at) FROM interactions AS i
                                   WHERE i.tenant_id = $1 AND i.contact_id = l.listed_id)
               FROM " .ids(2) " AS l",
            IdList(contacts.iter().map(|id| id.uuid()).collect()),
        ))
        .await?;
    let latest = rows
        .into_iter()
        .filter_map(|(id, latest)| Some((ContactId::from_uuid(id), latest?)));
    Ok(latest.collect())
}

impl Tx {
    /// Locks an interaction, and the newest ones that have its contact point and no contact, in the order in which all mutations
    /// lock interactions.
    pub async fn lock_with_unlinked(&mut self, interaction: InteractionId) -> Result<()> {
        let mut statement = Statement::new(
            self.engine(),
            "SELECT id FROM interactions WHERE tenant_id = $1 AND id IN (SELECT i.id FROM interactions AS i \
             WHERE i.tenant_id = $1 AND i.id = ",
        );
        statement
            .bind(interaction)
            .push(" UNION ALL SELECT id FROM (SELECT i.id FROM interactions AS i WHERE i.tenant_id = $1 AND i.point_key = ")
            .push("(SELECT p.point_key FROM interactions AS p WHERE p.tenant_id = $1 AND p.id = ")
            .bind(interaction)
            .push(") AND i.contact_id IS NULL AND ")
            .push(IS_OPEN)
            .push(" ORDER BY i.started_at DESC, i.id DESC")
            .limit(MOST_UNLINKED + 2)
            .push(") AS unlinked) ORDER BY id")
            .lock();
        let _: Vec<(Uuid,)> = self.fetch_all(statement.sql()).await?;
        Ok(())
    }

    /// Returns the interactions with this contact point that have no contact, but `except`, the newest first, locked until the
    /// transaction ends; at most one more than [`MOST_UNLINKED`]. Those of which a user removed the contact are left out.
    pub async fn unlinked_interactions(
        &mut self,
        point_key: &str,
        except: InteractionId,
    ) -> Result<Vec<Interaction>> {
        let mut statement = Statement::new(self.engine(), "SELECT ");
        statement
            .push(Interaction::COLUMNS)
            .push(" FROM interactions AS i WHERE i.tenant_id = $1 AND i.contact_id IS NULL AND ")
            .push(IS_OPEN)
            .push(" AND i.id <> ")
            .bind(except)
            .push(" AND i.point_key = ")
            .bind(point_key.to_owned())
            .push(" ORDER BY i.started_at DESC, i.id DESC")
            .limit(MOST_UNLINKED + 1)
            .lock();
        self.fetch_all(statement.sql()).await
    }
}
