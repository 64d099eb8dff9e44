//! Changes to lists, item by item: the items to add and those to remove. They are applied to the list that a record has when
//! it is written, so that two people who add an item at the same time both keep theirs.

use super::check::each;
use super::fill::Entry;
use super::{Checked, ContactPointLabel, Region, one_primary};
use crate::error::{Refusals, UserError, schema_name};

/// An item of a list that is changed item by item.
pub trait ListItem: Entry {
    /// The input for an item to add.
    type Input;
    /// The input for an item to remove.
    type Removal;

    /// Checks an item to add.
    fn check(input: Self::Input, region: &Region) -> Checked<Self>;

    /// Reads an item to remove, which is only compared.
    fn named(removal: Self::Removal, region: &Region) -> Checked<Self>;

    /// Whether `item` is removed by this name if none is the same.
    fn stands_for(&self, item: &Self) -> bool {
        let _ = item;
        false
    }

    /// Checks whether the item may stand beside the others.
    fn fits(&self, others: &[Self]) -> Checked<()> {
        let _ = others;
        Ok(())
    }

    /// Takes what another writing of the item has beside the marks.
    fn complete(&mut self, given: &Self) {
        let _ = given;
    }

    /// Returns the marks that an input gives.
    fn given(input: &Self::Input) -> Marks {
        let _ = input;
        Marks::default()
    }
}

/// The marks that an input gives an item; those that it leaves out stay.
#[derive(Clone, Copy, Debug, Default)]
pub struct Marks {
    /// The item's purpose.
    pub label: Option<ContactPointLabel>,
    /// Whether the item is the one to use first.
    pub primary: Option<bool>,
}

/// The changes to one list, each with the name of its field.
pub struct ListChange<T: ListItem> {
    /// The items to add.
    pub add: (&'static str, Option<Vec<T::Input>>),
    /// The items to remove.
    pub remove: (&'static str, Option<Vec<T::Removal>>),
}

impl<T: ListItem> ListChange<T> {
    /// Removes and adds items. An item that the list has already takes the marks that are given; a primary one makes the
    /// others not primary.
    pub fn apply(self, list: &mut Vec<T>, region: &Region, refusals: &mut Refusals) {
        let (add, remove) = (self.add.1.unwrap_or_default(), self.remove.1.unwrap_or_default());
        let [add_field, remove_field] = [self.add.0, self.remove.0].map(schema_name);
        let marks: Vec<Marks> = add.iter().map(T::given).collect();
        let check = |inputs| each(inputs, T::MOST, |input| T::check(input, region));
        let added = check(add).and_then(|added| {
            one_primary(marks.clone(), |marks| marks.primary == Some(true))?;
            Ok(added)
        });
        let named = each(remove, T::MOST, |removal| T::named(removal, region));
        let added = refusals.check(&add_field, added);
        let named = refusals.check(&remove_field, named);
        let Some((added, named)) = added.zip(named) else {
            return;
        };
        if refusals
            .check(&remove_field, none_is_added(&named, &added))
            .is_none()
        {
            return;
        }
        let mut changed = list.clone();
        for name in &named {
            remove_item(&mut changed, name);
        }
        let added: Vec<(T, Marks)> = added.into_iter().zip(marks).collect();
        if refusals
            .check(&add_field, add_items(&mut changed, added))
            .is_some()
        {
            *list = changed;
        }
    }
}

/// Refuses names of items that are also added.
fn none_is_added<T: ListItem>(named: &[T], added: &[T]) -> Checked<()> {
    let mut refusals = Refusals::default();
    for (position, name) in named.iter().enumerate() {
        if added.iter().any(|item| item.is_same(name)) {
            let message = "must not name an item that is also added; leave it out of one of the two lists";
            refusals.add(UserError::invalid(message).under(position));
        }
    }
    refusals.finish()
}

fn remove_item<T: ListItem>(list: &mut Vec<T>, name: &T) {
    let length = list.len();
    list.retain(|item| !name.is_same(item));
    if list.len() == length {
        list.retain(|item| !name.stands_for(item));
    }
}

fn add_items<T: ListItem>(list: &mut Vec<T>, added: Vec<(T, Marks)>) -> Checked<()> {
    if added.is_empty() {
        return Ok(());
    }
    let mut refusals = Refusals::default();
    for (position, (item, given)) in added.into_iter().enumerate() {
        let place = list.iter().position(|present| present.is_same(&item));
        let place = place.unwrap_or(list.len());
        if let Some(present) = list.get_mut(place) {
            present.complete(&item);
        } else {
            refusals.check(&position.to_string(), item.fits(list));
            list.push(item);
        }
        mark(list, place, given);
    }
    refusals.finish()?;
    if list.len() <= T::MOST {
        return Ok(());
    }
    let message = format!(
        "must leave at most {} entries in the list; it would have {}, so remove some",
        T::MOST,
        list.len()
    );
    Err(vec![UserError::invalid(message)])
}

fn mark<T: ListItem>(list: &mut [T], place: usize, given: Marks) {
    for (other, item) in list.iter_mut().enumerate() {
        let Some((label, primary)) = item.marks() else {
            return;
        };
        if other == place {
            *label = given.label.unwrap_or(*label);
            *primary = given.primary.unwrap_or(*primary);
        } else if given.primary == Some(true) {
            *primary = false;
        }
    }
}

/// Whether a change has items.
pub fn has_items<T>(items: Option<&[T]>) -> bool {
    items.is_some_and(|items| !items.is_empty())
}

/// Refuses those of the changes that have items, since the whole list is given.
pub fn refuse_beside_whole(list: &str, changes: [(&str, bool); 2], refusals: &mut Refusals) {
    for (field, _) in changes.into_iter().filter(|(_, has_items)| *has_items) {
        let message = format!(
            "must not be given together with the whole list `{}`",
            schema_name(list)
        );
        refusals.add(UserError::invalid(message).under(schema_name(field)));
    }
}

/// Declares the changes to the lists of a record: for each list the items to add and those to remove, as an input of the
/// graph.
macro_rules! list_changes {
    (
        $(#[$meta:meta])*
        $lists:ident of $record:ident, beside $changes:ident {
            $($list:ident: {
                $(#[$add_doc:meta])* $add:ident: $input:ty,
                $(#[$remove_doc:meta])* $remove:ident: $removal:ty,
            })*
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, Default, async_graphql::InputObject)]
        pub struct $lists {
            $(
                $(#[$add_doc])* pub $add: Option<Vec<$input>>,
                $(#[$remove_doc])* pub $remove: Option<Vec<$removal>>,
            )*
        }

        impl $lists {
            /// Refuses changes to lists that are also given as a whole.
            fn check_alone(&self, changes: &$changes) -> Checked<()> {
                let mut refusals = Refusals::default();
                $(if !matches!(changes.$list, $crate::model::Patch::Keep) {
                    let changed = [
                        (stringify!($add), $crate::model::list_change::has_items(self.$add.as_deref())),
                        (stringify!($remove), $crate::model::list_change::has_items(self.$remove.as_deref())),
                    ];
                    $crate::model::list_change::refuse_beside_whole(stringify!($list), changed, &mut refusals);
                })*
                refusals.finish()
            }

            /// Refuses to remove items.
            fn check_removes_none(&self) -> Checked<()> {
                let mut refusals = Refusals::default();
                $(if $crate::model::list_change::has_items(self.$remove.as_deref()) {
                    let message = "must not be given with the mode FILL, which takes nothing away";
                    let refusal = UserError::invalid(message);
                    refusals.add(refusal.under($crate::error::schema_name(stringify!($remove))));
                })*
                refusals.finish()
            }

            /// Applies the changes to the lists of a record.
            fn apply(self, record: &mut $record, region: &Region) -> Checked<()> {
                let mut refusals = Refusals::default();
                $($crate::model::list_change::ListChange {
                    add: (stringify!($add), self.$add),
                    remove: (stringify!($remove), self.$remove),
                }
                .apply(&mut record.$list, region, &mut refusals);)*
                refusals.finish()
            }
        }
    };
}
pub(crate) use list_changes;
