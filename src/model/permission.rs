//! Permissions of callers.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use async_graphql::{InputType, InputValueError, InputValueResult, Value, registry::Registry};

macro_rules! permissions {
    ($($name:ident = $text:literal),* $(,)?) => {
        /// A permission that a caller may have: `externalContacts:<entity>:<action>`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(u8)]
        pub enum Permission {
            $(#[doc = concat!("`externalContacts:", $text, "`")] $name),*
        }

        impl Permission {
            /// All permissions, in the order of their declaration.
            pub const ALL: &'static [Permission] = &[$(Permission::$name),*];

            /// Returns the permission's name in tokens and in the schema.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Permission::$name => concat!("externalContacts:", $text)),*
                }
            }
        }
    };
}

permissions! {
    ContactView = "contact:view",
    ContactAdd = "contact:add",
    ContactEdit = "contact:edit",
    ContactDelete = "contact:delete",
    ContactMerge = "contact:merge",
    OrganizationView = "organization:view",
    OrganizationAdd = "organization:add",
    OrganizationEdit = "organization:edit",
    OrganizationDelete = "organization:delete",
    OrganizationMerge = "organization:merge",
    RelationshipView = "relationship:view",
    RelationshipAdd = "relationship:add",
    RelationshipEdit = "relationship:edit",
    RelationshipDelete = "relationship:delete",
    NoteView = "note:view",
    NoteAdd = "note:add",
    NoteEdit = "note:edit",
    NoteDelete = "note:delete",
    NoteEditAny = "note:editAny",
    InteractionView = "interaction:view",
    InteractionAdd = "interaction:add",
    InteractionEdit = "interaction:edit",
    WrapUpCodeView = "wrapUpCode:view",
    WrapUpCodeAdd = "wrapUpCode:add",
    WrapUpCodeEdit = "wrapUpCode:edit",
    UserView = "user:view",
    UserEdit = "user:edit",
    TenantView = "tenant:view",
    TenantEdit = "tenant:edit",
    TrashView = "trash:view",
    TrashPurge = "trash:purge",
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// An error: no permission has this name.
#[derive(Debug, thiserror::Error)]
#[error("no permission is called `{0}`")]
pub struct UnknownPermission(String);

impl FromStr for Permission {
    type Err = UnknownPermission;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .iter()
            .copied()
            .find(|permission| permission.name() == text)
            .ok_or_else(|| UnknownPermission(text.to_owned()))
    }
}

/// A permission is a string in the schema, so that a gateway needs no custom type.
impl InputType for Permission {
    type RawValueType = Self;

    fn type_name() -> Cow<'static, str> {
        <String as InputType>::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        <String as InputType>::create_type_info(registry)
    }

    fn parse(value: Option<Value>) -> InputValueResult<Self> {
        match value {
            Some(Value::String(text)) => text.parse().map_err(InputValueError::custom),
            other => Err(InputValueError::expected_type(other.unwrap_or_default())),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.name().to_owned())
    }

    fn as_raw_value(&self) -> Option<&Self> {
        Some(self)
    }
}

/// The set of permissions a caller has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Permissions(u64);

impl Permissions {
    /// Returns the set of all permissions.
    pub fn all() -> Self {
        Permission::ALL.iter().copied().collect()
    }

    /// Whether the set contains this permission.
    pub const fn contains(self, permission: Permission) -> bool {
        self.0 & (1 << permission as u8) != 0
    }

    /// Returns the set without this permission.
    #[must_use]
    pub const fn without(self, permission: Permission) -> Self {
        Self(self.0 & !(1 << permission as u8))
    }

    /// Iterates over the permissions in the set, in the order of their declaration.
    pub fn iter(self) -> impl Iterator<Item = Permission> {
        Permission::ALL
            .iter()
            .copied()
            .filter(move |permission| self.contains(*permission))
    }

    /// Parses the permissions that a token grants. `*` stands for any entity or any action, and `externalContacts:*`
    /// for everything; permissions of other products are ignored.
    pub fn granted<'a>(texts: impl IntoIterator<Item = &'a str>) -> Self {
        texts
            .into_iter()
            .flat_map(|text| {
                Permission::ALL
                    .iter()
                    .copied()
                    .filter(move |permission| matches(text, permission.name()))
            })
            .collect()
    }
}

impl FromIterator<Permission> for Permissions {
    fn from_iter<I: IntoIterator<Item = Permission>>(permissions: I) -> Self {
        Self(
            permissions
                .into_iter()
                .fold(0, |set, permission| set | 1 << permission as u8),
        )
    }
}

fn matches(grant: &str, name: &str) -> bool {
    let (grant, name): (Vec<&str>, Vec<&str>) = (grant.split(':').collect(), name.split(':').collect());
    match (grant.as_slice(), name.as_slice()) {
        ([product, "*"], [mine, _, _]) => product == mine,
        ([product, entity, action], [mine, of, to]) => {
            product == mine && (*entity == "*" || entity == of) && (*action == "*" || action == to)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(grant: &str) -> Vec<&'static str> {
        Permissions::granted([grant])
            .iter()
            .map(Permission::name)
            .collect()
    }

    #[test]
    fn a_star_stands_for_any_entity_or_any_action() {
        assert_eq!(
            names("externalContacts:tenant:*"),
            ["externalContacts:tenant:view", "externalContacts:tenant:edit"]
        );
        assert_eq!(Permissions::granted(["externalContacts:*"]), Permissions::all());
        assert_eq!(Permissions::granted(["externalContacts:*:*"]), Permissions::all());
        assert!(
            names("externalContacts:*:view")
                .iter()
                .all(|name| name.ends_with(":view"))
        );
    }

    #[test]
    fn what_belongs_to_other_products_grants_nothing() {
        for text in [
            "",
            "*",
            "routing:*",
            "externalContacts",
            "externalContacts:contact",
            "externalContacts:contact:view:x",
        ] {
            assert_eq!(names(text), Vec::<&str>::new(), "{text}");
        }
    }

    #[test]
    fn the_first_star_must_stand_for_the_entity() {
        assert_eq!(names("*:contact:view"), Vec::<&str>::new());
    }
}
