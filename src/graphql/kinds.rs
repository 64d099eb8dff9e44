//! The kinds of records that a list of several kinds has.

use super::context::ContextExt;
use crate::error::{Error, Result};
use crate::model::{EntityKind, Permission};

/// Returns the requested kinds, in the order of all, if the caller may view each of them. Without a request, returns the kinds
/// that the caller may view, and refuses a caller who may view none.
pub fn viewed_kinds(
    ctx: &impl ContextExt,
    argument: &'static str,
    asked: Option<Vec<EntityKind>>,
) -> Result<Vec<EntityKind>> {
    let kinds: Vec<EntityKind> = match asked {
        Some(asked) if asked.is_empty() => {
            return Err(Error::argument(
                argument,
                "must name at least one kind, or be left out",
            ));
        }
        // Each once, however often it is asked for.
        Some(asked) => {
            let all = EntityKind::ALL.iter().copied();
            let kinds: Vec<EntityKind> = all.filter(|kind| asked.contains(kind)).collect();
            kinds.iter().try_for_each(|kind| ctx.require(kind.permission()))?;
            kinds
        }
        None => {
            let may_view = |kind: &EntityKind| ctx.caller().permissions.contains(kind.permission());
            EntityKind::ALL.iter().copied().filter(may_view).collect()
        }
    };
    if kinds.is_empty() {
        return Err(Error::Forbidden(Permission::ContactView));
    }
    Ok(kinds)
}
