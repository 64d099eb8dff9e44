//! The undo of transfers of relationships.

use std::collections::{HashMap, HashSet};

use uuid::Uuid;

use crate::error::{Result, UserError, UserErrorCode};
use crate::id::{OrganizationId, RelationshipId, TransferId, TypedId as _, UserId};
use crate::model::{Relationship, RestoreLoss};
use crate::store::{PastTransfer, TransferEffect, Tx};

/// The result of undoing a transfer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UndoneTransfer {
    /// The number of relationships that the giver has again.
    pub moved_back: i64,
    /// The number of relationships that are current again.
    pub reopened: i64,
    /// The relationships whose transfer could not be undone.
    pub lost: Vec<RestoreLoss>,
}

/// Undoes a transfer: the giver has the relationships again that the receiver still has, and those that were ended are current
/// again. What others changed meanwhile stays as it is.
pub async fn undo_relationship_transfer(tx: &mut Tx, id: TransferId) -> Result<UndoneTransfer> {
    let transfer = find(tx, id).await?;
    let effects = tx.take_transferred(id).await?;
    if effects.is_empty() {
        return Err(UserError::missing("this transfer was undone already")
            .under("transferId")
            .into());
    }
    let found = Found::lock(tx, &transfer, &effects).await?;
    let mut undo = Undo::new(tx, transfer, &found).await?;
    for (id, effect) in found.in_order(&effects) {
        undo.add(id, effect, &found);
    }
    tx.undo_transfer(transfer.from, &undo.undone).await?;
    tx.change_kept_relationships(undo.kept).await?;
    Ok(undo.result)
}

async fn find(tx: &mut Tx, id: TransferId) -> Result<PastTransfer> {
    let refusal = match tx.find_transfer(id).await? {
        None => UserError::not_found("transfer"),
        Some(transfer) if !tx.is_undoable(transfer.at) => {
            let message = "is too old: a transfer can be undone for as long as deleted records are kept";
            UserError::new(UserErrorCode::Expired, message)
        }
        Some(transfer) => return Ok(transfer),
    };
    Err(refusal.under("transferId").into())
}

/// The relationships of a transfer, as they are now.
struct Found {
    /// Whether the giver exists.
    has_giver: bool,
    /// Those that exist.
    live: HashMap<RelationshipId, Relationship>,
    /// Those in the trash, and those of the giver that were deleted with them.
    kept: HashMap<RelationshipId, Relationship>,
}

impl Found {
    /// Locks relationships and the users of their transfer, and returns them.
    async fn lock(
        tx: &mut Tx,
        transfer: &PastTransfer,
        effects: &HashMap<RelationshipId, TransferEffect>,
    ) -> Result<Self> {
        let ids: Vec<Uuid> = effects.keys().map(|id| id.uuid()).collect();
        let mut roots = tx.keep_in_trash_with(ids.clone()).await?;
        // Locked, so that of two equal relationships of the giver one comes first.
        let users = tx.lock_users(&[transfer.from, transfer.to]).await?;
        let live = by_id(tx.lock_relationships(ids.clone()).await?);
        let missing = effects.keys().filter(|id| !live.contains_key(id));
        roots.extend(
            tx.keep_free_in_trash_with(missing.map(|id| id.uuid()).collect())
                .await?,
        );
        let kept = tx.kept_relationships(roots, ids, transfer.from).await?;
        Ok(Self {
            has_giver: users.iter().any(|user| user.id == transfer.from),
            live,
            kept: by_id(kept),
        })
    }

    /// Returns the relationships of a transfer in the order in which it is undone: of two that would be equal and current, the first
    /// is. Those that exist come before those in the trash.
    fn in_order(
        &self,
        effects: &HashMap<RelationshipId, TransferEffect>,
    ) -> Vec<(RelationshipId, TransferEffect)> {
        let mut all: Vec<_> = effects.iter().map(|(id, effect)| (*id, *effect)).collect();
        all.sort_unstable_by_key(|(id, effect)| (!self.live.contains_key(id), *effect, *id));
        all
    }
}

fn by_id(relationships: Vec<Relationship>) -> HashMap<RelationshipId, Relationship> {
    relationships.into_iter().map(|it| (it.id, it)).collect()
}

/// A transfer that is being undone.
struct Undo<'f> {
    transfer: PastTransfer,
    /// The current relationships of the giver, by organization and type.
    current: HashMap<(OrganizationId, String), RelationshipId>,
    /// The relationships to be undone, as they are now.
    undone: Vec<&'f Relationship>,
    /// Those in the trash, as they are to be restored.
    kept: Vec<Relationship>,
    result: UndoneTransfer,
}

impl<'f> Undo<'f> {
    async fn new(tx: &mut Tx, transfer: PastTransfer, found: &'f Found) -> Result<Self> {
        let all = || found.live.values().chain(found.kept.values());
        let organizations: HashSet<OrganizationId> = all().map(|it| it.organization_id).collect();
        let organizations: Vec<OrganizationId> = organizations.into_iter().collect();
        let current = tx.relationships_between(&[transfer.from], &organizations).await?;
        let current = current
            .into_iter()
            .map(|(id, _, organization, r#type)| ((organization, r#type), id));
        let in_trash = found
            .kept
            .values()
            .filter(|it| it.user_id == transfer.from && it.is_current());
        Ok(Self {
            transfer,
            current: in_trash.map(|it| (role(it), it.id)).chain(current).collect(),
            undone: Vec::new(),
            kept: Vec::new(),
            result: UndoneTransfer::default(),
        })
    }

    /// Undoes the effect on a relationship, or tells why that cannot be.
    fn add(&mut self, id: RelationshipId, effect: TransferEffect, found: &'f Found) {
        let (live, kept) = (found.live.get(&id), found.kept.get(&id));
        let undone = match live.or(kept) {
            None => Err("the relationship does not exist any longer".to_owned()),
            Some(_) if !found.has_giver => Err("the user does not exist any longer".to_owned()),
            Some(now) => self.undone(now, effect),
        };
        let loss = match (undone, live) {
            (Ok(_), Some(now)) => {
                self.undone.push(now);
                match effect {
                    TransferEffect::Moved => self.result.moved_back += 1,
                    TransferEffect::Ended => self.result.reopened += 1,
                }
                return;
            }
            (Ok(undone), None) => {
                self.kept.push(undone);
                let again = match effect {
                    TransferEffect::Moved => "belong to the user",
                    TransferEffect::Ended => "be current",
                };
                format!("the relationship is deleted; it will {again} again when it is restored")
            }
            (Err(reason), _) => reason,
        };
        self.result
            .lost
            .push(RestoreLoss::new("relationships", loss, &id));
    }

    /// Returns a relationship as it was before the transfer, or the reason why it cannot be so again.
    fn undone(&mut self, now: &Relationship, effect: TransferEffect) -> Result<Relationship, String> {
        let PastTransfer { from, to, .. } = self.transfer;
        let undone = match effect {
            TransferEffect::Moved if now.user_id == to => Relationship {
                user_id: from,
                ..now.clone()
            },
            TransferEffect::Ended if now.user_id == from && self.ends_by_transfer(now) => Relationship {
                ended_on: None,
                ..now.clone()
            },
            TransferEffect::Ended if now.user_id == from => {
                return Err("its end was changed after the transfer".to_owned());
            }
            _ => return Err(has_it(now.user_id)),
        };
        if undone.is_current() {
            let other = *self.current.entry(role(&undone)).or_insert(undone.id);
            if other != undone.id {
                return Err(format!(
                    "the user has a current relationship of this type with this organization by now: {other}"
                ));
            }
        }
        Ok(undone)
    }

    /// Whether a relationship ends on the day on which the transfer ended it.
    fn ends_by_transfer(&self, now: &Relationship) -> bool {
        now.ended_on == Some(now.last_day(self.transfer.at.date_naive()))
    }
}

/// The organization and the type, of which a user has only one current relationship.
fn role(relationship: &Relationship) -> (OrganizationId, String) {
    (relationship.organization_id, relationship.type_key.clone())
}

fn has_it(user: UserId) -> String {
    format!("{user} has the relationship by now")
}
