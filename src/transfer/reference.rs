//! References of records to other records: by id, by a key in another system, or by a name.

use std::collections::{HashMap, HashSet};

use uuid::Uuid;

use super::fields::{Fields, id, object, text};
use super::points::external_id;
use crate::error::{Result, UserError, UserErrorCode};
use crate::id::{ContactId, OrganizationId, TypedId, UserId, WrapUpCodeId};
use crate::model::{Checked, ExternalId, Organization, Patch, User, WrapUpCode, sort_key};
use crate::store::{TextKey, Tx};

/// A reference to a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reference<I> {
    /// By its id, in this field.
    Id(&'static str, I),
    /// By its key in another system.
    Key(&'static str, ExternalId),
    /// By its name, or the subject of a user.
    Name(&'static str, String),
}

impl<I: TypedId> Reference<I> {
    /// Reads the first of these fields that has a value: an id, a key, a name. Null clears if no field has one.
    pub fn read(
        fields: &mut Fields<'_>,
        id_field: &'static str,
        key_field: Option<&'static str>,
        name_field: Option<&'static str>,
    ) -> Patch<Self> {
        let by_id = fields.patch(id_field, id).map(|id| Self::Id(id_field, id));
        let by_key = key_field.map(|field| {
            let key = fields.patch(field, |value| ExternalId::check(object(external_id)(value)?));
            key.map(|key| Self::Key(field, key))
        });
        let by_name = name_field.map(|field| {
            fields
                .patch(field, text)
                .map(|name| Self::Name(field, name.trim().to_owned()))
        });
        let given: Vec<Patch<Self>> = std::iter::once(by_id).chain(by_key).chain(by_name).collect();
        let is_cleared = given.iter().any(|patch| matches!(patch, Patch::Clear));
        let set = given.into_iter().find(|patch| matches!(patch, Patch::Set(_)));
        set.unwrap_or(if is_cleared { Patch::Clear } else { Patch::Keep })
    }

    /// Reads a name that may be unknown.
    pub fn named(fields: &mut Fields<'_>, field: &'static str) -> Option<Self> {
        let name = fields.value(field, text).map(|name| name.trim().to_owned());
        name.filter(|name| !name.is_empty())
            .map(|name| Self::Name(field, name))
    }

    const fn field(&self) -> &'static str {
        let (Self::Id(field, _) | Self::Key(field, _) | Self::Name(field, _)) = self;
        field
    }
}

/// The references of many records.
#[derive(Debug, Default)]
pub struct References {
    organizations: Targets<OrganizationId>,
    contacts: Targets<ContactId>,
    users: Targets<UserId>,
    codes: Targets<WrapUpCodeId>,
}

#[derive(Debug)]
struct Targets<I> {
    ids: HashSet<Uuid>,
    keys: HashSet<ExternalId>,
    names: HashSet<String>,
    kind: std::marker::PhantomData<I>,
}

impl<I> Default for Targets<I> {
    fn default() -> Self {
        Self {
            ids: HashSet::new(),
            keys: HashSet::new(),
            names: HashSet::new(),
            kind: std::marker::PhantomData,
        }
    }
}

impl<I: TypedId> Targets<I> {
    fn add(&mut self, reference: &Patch<Reference<I>>) {
        match reference {
            Patch::Set(Reference::Id(_, id)) => {
                self.ids.insert(id.uuid());
            }
            Patch::Set(Reference::Key(_, key)) => {
                self.keys.insert(key.clone());
            }
            Patch::Set(Reference::Name(_, name)) => {
                self.names.insert(name.clone());
            }
            Patch::Keep | Patch::Clear => {}
        }
    }
}

impl References {
    /// Adds a reference to an organization.
    pub fn organization(&mut self, reference: &Patch<Reference<OrganizationId>>) {
        self.organizations.add(reference);
    }

    /// Adds a reference to a contact.
    pub fn contact(&mut self, reference: &Patch<Reference<ContactId>>) {
        self.contacts.add(reference);
    }

    /// Adds a reference to a user.
    pub fn user(&mut self, reference: &Patch<Reference<UserId>>) {
        self.users.add(reference);
    }

    /// Adds users by their ids.
    pub fn users(&mut self, ids: &[UserId]) {
        self.users.ids.extend(ids.iter().map(|id| id.uuid()));
    }

    /// Adds a wrap-up code.
    pub fn code(&mut self, id: WrapUpCodeId) {
        self.codes.ids.insert(id.uuid());
    }

    /// Finds the records that are referred to, and keeps them from being deleted until the transaction ends.
    pub async fn resolve(self, tx: &mut Tx) -> Result<Known> {
        let mut known = Known::default();
        known.users.keys = tx
            .find_by_texts(TextKey::UserSubject, self.users.names.into_iter().collect())
            .await?
            .into_iter()
            .map(|(subject, id)| (subject, vec![UserId::from_uuid(id)]))
            .collect();
        let users = ids_of(self.users.ids, known.users.keys.values());
        known.users.there = tx.keep_all::<User>(users).await?.into_iter().collect();
        known.organizations(tx, self.organizations).await?;
        known.contacts.external = tx
            .find_by_external_ids(&self.contacts.keys)
            .await?
            .into_iter()
            .collect();
        let mut contacts = self.contacts.ids;
        contacts.extend(known.contacts.external.values().map(|id: &ContactId| id.uuid()));
        let contacts: Vec<Uuid> = contacts.into_iter().collect();
        let kept = &known.organizations.there;
        let there = tx.keep_contacts(contacts.clone(), kept).await?;
        known.contacts.survivors = survivors(tx, &contacts);
        known.contacts.there = there.iter().map(|(id, _)| *id).collect();
        known.employers = there.into_iter().collect();
        let codes = self.codes.ids.into_iter().collect();
        known.codes = tx.keep_all::<WrapUpCode>(codes).await?.into_iter().collect();
        Ok(known)
    }
}

/// Returns the records that those with these ids were merged into, by the ids of these.
fn survivors<I: TypedId>(tx: &Tx, ids: &[Uuid]) -> HashMap<I, I> {
    let ids = ids.iter().map(|id| I::from_uuid(*id));
    let survivors = ids.map(|id| (id, tx.current_id(id)));
    survivors.filter(|(id, survivor)| id != survivor).collect()
}

fn ids_of<'k, I: TypedId>(ids: HashSet<Uuid>, named: impl Iterator<Item = &'k Vec<I>>) -> Vec<Uuid> {
    let mut ids = ids;
    ids.extend(named.flatten().map(|id| id.uuid()));
    ids.into_iter().collect()
}

/// The records that many records refer to.
#[derive(Debug, Default)]
pub struct Known {
    organizations: Found<OrganizationId>,
    contacts: Found<ContactId>,
    users: Found<UserId>,
    codes: HashSet<WrapUpCodeId>,
    employers: HashMap<ContactId, Option<OrganizationId>>,
}

#[derive(Debug)]
struct Found<I> {
    there: HashSet<I>,
    /// The records that others were merged into, by the ids of these.
    survivors: HashMap<I, I>,
    external: HashMap<ExternalId, I>,
    keys: HashMap<String, Vec<I>>,
}

impl<I> Default for Found<I> {
    fn default() -> Self {
        Self {
            there: HashSet::new(),
            survivors: HashMap::new(),
            external: HashMap::new(),
            keys: HashMap::new(),
        }
    }
}

impl<I: TypedId> Found<I> {
    /// Returns the id of the record that a reference is to.
    fn find(&self, reference: &Reference<I>, key_of: fn(&str) -> String) -> Checked<I> {
        let found = match reference {
            Reference::Id(_, id) => Some(*id),
            Reference::Key(_, key) => self.external.get(key).copied(),
            Reference::Name(_, name) => match self.keys.get(&key_of(name)).map(Vec::as_slice) {
                None | Some([]) => None,
                Some([one]) => Some(*one),
                Some(several) => {
                    let message = format!("{} {}s have this name", several.len(), I::KIND);
                    return Err(vec![UserError::invalid(message).under(reference.field())]);
                }
            },
        };
        let found = found.map(|id| self.survivors.get(&id).copied().unwrap_or(id));
        found.filter(|id| self.there.contains(id)).ok_or_else(|| {
            let how = match reference {
                Reference::Id(..) => "id",
                Reference::Key(..) => "key",
                Reference::Name(..) => "name",
            };
            let message = format!("there is no {} with this {how}", I::KIND);
            vec![UserError::new(UserErrorCode::NotFound, message).under(reference.field())]
        })
    }
}

impl Known {
    async fn organizations(&mut self, tx: &mut Tx, targets: Targets<OrganizationId>) -> Result<()> {
        let mut ids = targets.ids;
        let external: Vec<(ExternalId, OrganizationId)> = tx.find_by_external_ids(&targets.keys).await?;
        let names = targets.names.iter().map(|name| organization_key(name)).collect();
        for (key, id) in tx.find_by_texts(TextKey::OrganizationName, names).await? {
            ids.insert(id);
            let owners = self.organizations.keys.entry(key).or_default();
            owners.push(OrganizationId::from_uuid(id));
        }
        ids.extend(external.iter().map(|(_, id)| id.uuid()));
        self.organizations.external = external.into_iter().collect();
        let ids: Vec<Uuid> = ids.into_iter().collect();
        let there = tx.keep_all::<Organization>(ids.clone()).await?;
        self.organizations.there = there.into_iter().collect();
        self.organizations.survivors = survivors(tx, &ids);
        Ok(())
    }

    /// Returns the organization that a reference is to.
    pub fn organization(&self, reference: &Reference<OrganizationId>) -> Checked<OrganizationId> {
        self.organizations.find(reference, organization_key)
    }

    /// Returns the contact that a reference is to.
    pub fn contact(&self, reference: &Reference<ContactId>) -> Checked<ContactId> {
        self.contacts.find(reference, str::to_owned)
    }

    /// Returns the user that a reference is to.
    pub fn user(&self, reference: &Reference<UserId>) -> Checked<UserId> {
        self.users.find(reference, str::to_owned)
    }

    /// Returns the present employer of a contact.
    pub fn employer(&self, contact: ContactId) -> Option<OrganizationId> {
        self.employers.get(&contact).copied().flatten()
    }

    /// Whether there is a user with this id.
    pub fn has_user(&self, id: UserId) -> bool {
        self.users.there.contains(&id)
    }

    /// Whether there is a wrap-up code with this id.
    pub fn has_code(&self, id: WrapUpCodeId) -> bool {
        self.codes.contains(&id)
    }
}

/// The key of an organization's name, by which it is sorted and found.
fn organization_key(name: &str) -> String {
    sort_key(&[name, ""])
}
