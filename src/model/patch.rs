//! Partial updates of records.

/// A change to one field of a record.
///
/// It is named after HTTP's PATCH, because a [`Change`](super::Change) is an entry of the change feed. The inputs of
/// the graph have `MaybeUndefined` instead, which only says how a client wrote it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Patch<T> {
    /// Leaves the field unchanged.
    #[default]
    Keep,
    /// Clears the field.
    Clear,
    /// Sets the field.
    Set(T),
}

impl<T> Patch<T> {
    /// Returns the change of a new record, which has no value to keep.
    #[must_use]
    pub fn of_new(self) -> Self {
        match self {
            Self::Keep => Self::Clear,
            patch => patch,
        }
    }
}

impl<T> Patch<T> {
    /// Returns the change with another value.
    pub fn map<U>(self, value: impl FnOnce(T) -> U) -> Patch<U> {
        match self {
            Self::Keep => Patch::Keep,
            Self::Clear => Patch::Clear,
            Self::Set(given) => Patch::Set(value(given)),
        }
    }

    /// Returns the new value, if there is one.
    pub fn value(self) -> Option<T> {
        match self {
            Self::Set(value) => Some(value),
            Self::Keep | Self::Clear => None,
        }
    }
}

impl<T> From<Option<T>> for Patch<T> {
    /// Sets the field to a value that is known, and leaves it unchanged otherwise.
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Keep, Self::Set)
    }
}

/// Declares a partial update of a record: for each field its type, and the check that turns a new value, or `None` for a
/// cleared field, into the record's value. What stands after `with` is part of the update, and is not a field.
///
/// An update that is `filled` also changes lists item by item, and can write only the fields that are empty, each by its `Fill`.
macro_rules! changes {
    (
        $(#[$meta:meta])*
        $changes:ident of $record:ident, in $context:ident: $context_type:ty {
            $($field:ident: $type:ty => $check:expr,)*
        }
        filled with $lists:ident
    ) => {
        $crate::model::changes! {
            $(#[$meta])*
            $changes of $record, in $context: $context_type {
                $($field: $type => $check,)*
            }
            with {
                /// Changes lists item by item.
                lists: $lists,
                /// Whether fields that are not empty are overwritten.
                mode: $crate::model::UpsertMode,
            }
        }

        impl $changes {
            /// Writes the changed fields and list items into `record` by the mode, and collects every field that is wrong.
            fn write_by_mode(
                mut self,
                record: &mut $record,
                $context: $context_type,
                refusals: &mut $crate::error::Refusals,
            ) {
                let lists = std::mem::take(&mut self.lists);
                let before = (self.mode == $crate::model::UpsertMode::Fill).then(|| record.clone());
                let mut may_apply = refusals.check("lists", lists.check_alone(&self)).is_some();
                if before.is_some() {
                    may_apply &= refusals.check("lists", lists.check_removes_none()).is_some();
                }
                self.write(record, $context, refusals);
                if may_apply {
                    refusals.check("lists", lists.apply(record, $context));
                }
                if let Some(before) = before.filter(|_| refusals.is_empty()) {
                    Self::fill(before, record, refusals);
                }
            }

            /// Takes back what was changed in fields that were not empty.
            fn fill(before: $record, after: &mut $record, refusals: &mut $crate::error::Refusals) {
                $(refusals.set(
                    stringify!($field),
                    $crate::model::Patch::Set(after.$field.clone()),
                    &mut after.$field,
                    |given| $crate::model::fill::Fill::fill(before.$field, given.unwrap_or_default()),
                );)*
            }
        }
    };
    (
        $(#[$meta:meta])*
        $changes:ident of $record:ident $(, in $context:ident: $context_type:ty)? {
            $($field:ident: $type:ty => $check:expr,)*
        }
        $(with {
            $($(#[$doc:meta])* $extra:ident: $extra_type:ty,)*
        })?
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, Default)]
        pub struct $changes {
            $(
                #[doc = concat!("Changes `", stringify!($record), "::", stringify!($field), "`.")]
                pub $field: $crate::model::Patch<$type>,
            )*
            $($(
                $(#[$doc])*
                pub $extra: $extra_type,
            )*)?
        }

        impl $changes {
            /// Writes the changed fields into `record` and collects every field that is wrong.
            fn write(self, record: &mut $record, $($context: $context_type,)? refusals: &mut $crate::error::Refusals) {
                $(refusals.set(stringify!($field), self.$field, &mut record.$field, $check);)*
            }
        }
    };
}
pub(crate) use changes;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Refusals;
    use crate::model::text;

    #[derive(Debug, Default, PartialEq)]
    struct Book {
        short_title: Option<String>,
        r#type: String,
    }

    changes! {
        BookChanges of Book, in longest: usize {
            short_title: String => |title| text::optional(title, longest),
            r#type: String => |kind| text::required(kind.unwrap_or_default(), longest),
        }
    }

    fn book() -> Book {
        Book {
            short_title: Some("Emma".to_owned()),
            r#type: "novel".to_owned(),
        }
    }

    #[test]
    fn fields_are_kept_cleared_or_set() {
        let mut kept = book();
        let mut refusals = Refusals::default();
        BookChanges::default().write(&mut kept, 5, &mut refusals);
        assert_eq!(kept, book());

        let changes = BookChanges {
            short_title: Patch::Clear,
            r#type: Patch::Set("play".to_owned()),
        };
        changes.write(&mut kept, 5, &mut refusals);
        assert_eq!(
            kept,
            Book {
                short_title: None,
                r#type: "play".to_owned()
            }
        );
        assert!(refusals.is_empty());
    }

    #[test]
    fn every_wrong_field_is_named_as_in_the_schema() {
        let mut kept = book();
        let mut refusals = Refusals::default();
        let changes = BookChanges {
            short_title: Patch::Set("Persuasion".to_owned()),
            r#type: Patch::Clear,
        };
        changes.write(&mut kept, 5, &mut refusals);

        let paths: Vec<_> = refusals
            .finish()
            .unwrap_err()
            .into_iter()
            .filter_map(|error| error.field)
            .collect();
        assert_eq!(paths, [["shortTitle"], ["type"]]);
        assert_eq!(kept, book());
    }
}
