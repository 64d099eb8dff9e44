//! The sort orders of lists: one input per noun, all written by one macro.

use async_graphql::Enum;

use crate::store::{Sort, SortField};

/// The direction of a sort order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
pub enum OrderDirection {
    /// Ascending: A to Z, old to new.
    #[default]
    Asc,
    /// Descending: Z to A, new to old.
    Desc,
}

/// The sort order of a noun's lists, as clients give it.
pub trait OrderInput: Copy + Send {
    /// The fields that the noun's lists can be sorted by.
    type Field: SortField;
    /// The sort order of lists that are requested without one.
    const DEFAULT: (Self::Field, OrderDirection);

    /// Returns the field to sort by and the sort direction.
    fn parts(self) -> (Self::Field, OrderDirection);

    /// Returns the requested sort order.
    fn sort(order: Option<Self>) -> Sort<Self::Field> {
        let (by, direction) = order.map_or(Self::DEFAULT, Self::parts);
        Sort {
            by,
            descending: (direction == OrderDirection::Desc) != by.is_reversed(),
        }
    }
}

/// Writes the order input of a noun; its lists have the default order, in this direction, when a client gives none:
/// `order!(ContactOrder, "contacts", ContactOrderField::Name, ascending)`.
macro_rules! order {
    ($order:ident, $many:tt, $field:ident::$default:ident, ascending) => {
        $crate::graphql::order::order!(@ $order, $many, $field::$default, Asc = "ASC");
    };
    ($order:ident, $many:tt, $field:ident::$default:ident, descending) => {
        $crate::graphql::order::order!(@ $order, $many, $field::$default, Desc = "DESC");
    };
    (@ $order:ident, $many:tt, $field:ident::$default:ident, $direction:ident = $name:tt) => {
        #[doc = concat!("The sort order of a list of ", $many, ". Ties are broken by id.")]
        #[derive(Clone, Copy, Debug, async_graphql::InputObject)]
        pub struct $order {
            /// The field to sort by.
            field: $field,
            #[doc = concat!("The sort direction. Defaults to `", $name, "`.")]
            direction: Option<$crate::graphql::order::OrderDirection>,
        }

        impl $crate::graphql::order::OrderInput for $order {
            type Field = $field;
            const DEFAULT: ($field, $crate::graphql::order::OrderDirection) =
                ($field::$default, $crate::graphql::order::OrderDirection::$direction);

            fn parts(self) -> ($field, $crate::graphql::order::OrderDirection) {
                (self.field, self.direction.unwrap_or(Self::DEFAULT.1))
            }
        }
    };
}
pub(crate) use order;
