//! Wrap-up codes in files.

use serde_json::json;
use uuid::Uuid;

use super::{Context, Key, Match, Noun, Stamp, serialized};
use crate::error::{Result, UserError};
use crate::id::{TypedId as _, WrapUpCodeId};
use crate::model::{Checked, Patch, Record, Region, WrapUpCode, WrapUpCodeChanges, fold};
use crate::store::{TextKey, Tx};
use crate::transfer::Object;
use crate::transfer::fields::{Fields, flag, text};

/// Wrap-up codes.
pub struct WrapUpCodes;

/// A row about a wrap-up code.
pub struct Draft {
    stamp: Stamp,
    changes: WrapUpCodeChanges,
}

impl Noun for WrapUpCodes {
    type Record = WrapUpCode;
    type Draft = Draft;
    type Extra = ();

    fn read(fields: &mut Fields<'_>) -> Draft {
        Draft {
            stamp: Stamp::read::<WrapUpCodeId>(fields),
            changes: WrapUpCodeChanges {
                name: fields.patch("name", text),
                description: fields.patch("description", text),
                active: fields.value("active", flag).into(),
            },
        }
    }

    fn stamp(draft: &Draft) -> &Stamp {
        &draft.stamp
    }

    fn keys(draft: &Draft, _: &[Match], _: &Region) -> Vec<Key> {
        match &draft.changes.name {
            Patch::Set(name) => vec![key(&fold(name))],
            Patch::Keep | Patch::Clear => Vec::new(),
        }
    }

    fn held(code: &WrapUpCode) -> Vec<Key> {
        vec![key(&code.name_key)]
    }

    async fn find(tx: &mut Tx, keys: Vec<Key>) -> Result<Vec<Uuid>> {
        super::find_by_text(tx, WrapUpCodeId::KIND, TextKey::WrapUpCodeName, keys).await
    }

    fn create(id: Uuid, record: Record, _: &Draft, _: Context<'_>) -> Checked<WrapUpCode> {
        Ok(WrapUpCode::new(WrapUpCodeId::from_uuid(id), record))
    }

    fn apply(draft: Draft, code: &mut WrapUpCode, _: bool, _: Context<'_>) -> Checked<()> {
        draft.changes.apply(code)
    }

    fn taken(_: &Key) -> UserError {
        UserError::invalid("another wrap-up code has this name").under("name")
    }

    fn export(code: &WrapUpCode) -> Result<Object> {
        serialized(&json!({
            "name": code.name,
            "description": code.description,
            "active": code.active,
        }))
    }
}

fn key(name_key: &str) -> Key {
    Key::Unique(vec![name_key.to_owned()])
}
