//! The entries of the lists of records, and how they are changed item by item.

use super::email::MOST_ADDRESSES;
use super::external_id::MOST_EXTERNAL_IDS;
use super::fill::Entry;
use super::list_change::{ListItem, Marks};
use super::phone::MOST_NUMBERS;
use super::scalar::MOST_WEBSITES;
use super::social::MOST_HANDLES;
use super::text::{LONGEST_TAG, MOST_TAGS};
use super::{
    Checked, ContactPointLabel, EmailAddress, EmailAddressInput, ExternalId, ExternalIdInput, PhoneNumber,
    PhoneNumberInput, Region, SocialHandle, SocialHandleInput, Url, fold, text,
};
use crate::error::UserError;

/// The maximum length of a text that names an item to remove, in characters.
const LONGEST_NAME: usize = 254;

/// A tag.
impl Entry for String {
    const MOST: usize = MOST_TAGS;

    fn is_same(&self, other: &Self) -> bool {
        fold(self) == fold(other)
    }
}

impl ListItem for String {
    type Input = Self;
    type Removal = Self;

    fn check(tag: Self, _: &Region) -> Checked<Self> {
        text::required(tag, LONGEST_TAG)
    }

    fn named(tag: Self, region: &Region) -> Checked<Self> {
        Self::check(tag, region)
    }
}

impl Entry for PhoneNumber {
    const MOST: usize = MOST_NUMBERS;

    fn is_same(&self, other: &Self) -> bool {
        self.is_same_number(other) && self.extension == other.extension
    }

    fn marks(&mut self) -> Option<(&mut ContactPointLabel, &mut bool)> {
        Some((&mut self.label, &mut self.primary))
    }
}

impl ListItem for PhoneNumber {
    type Input = PhoneNumberInput;
    type Removal = String;

    fn check(input: PhoneNumberInput, region: &Region) -> Checked<Self> {
        Self::check(input, region)
    }

    /// Reads a number, as E.164 or as it was given. Numbers that are not there are no error, but empty texts are.
    fn named(number: String, region: &Region) -> Checked<Self> {
        let input = PhoneNumberInput {
            input: text::required(number, LONGEST_NAME)?,
            extension: None,
            label: None,
            primary: None,
        };
        Self::check(input, region).map_err(|refusals| {
            let whole = |refusal: UserError| UserError {
                field: None,
                ..refusal
            };
            refusals.into_iter().map(whole).collect()
        })
    }

    /// A number without an extension stands for the number with any, and a text for the number that was given so.
    fn stands_for(&self, item: &Self) -> bool {
        let is_as_given = fold(&self.input) == fold(&item.input);
        is_as_given || self.extension.is_none() && self.is_same_number(item)
    }

    fn given(input: &PhoneNumberInput) -> Marks {
        Marks {
            label: input.label,
            primary: input.primary,
        }
    }
}

impl Entry for EmailAddress {
    const MOST: usize = MOST_ADDRESSES;

    fn is_same(&self, other: &Self) -> bool {
        Self::folded(&self.address) == Self::folded(&other.address)
    }

    fn marks(&mut self) -> Option<(&mut ContactPointLabel, &mut bool)> {
        Some((&mut self.label, &mut self.primary))
    }
}

impl ListItem for EmailAddress {
    type Input = EmailAddressInput;
    type Removal = String;

    fn check(input: EmailAddressInput, _: &Region) -> Checked<Self> {
        Self::check(input)
    }

    fn named(address: String, _: &Region) -> Checked<Self> {
        Ok(Self {
            address: text::required(address, LONGEST_NAME)?,
            label: ContactPointLabel::default(),
            primary: false,
        })
    }

    fn given(input: &EmailAddressInput) -> Marks {
        Marks {
            label: input.label,
            primary: input.primary,
        }
    }
}

impl Entry for SocialHandle {
    const MOST: usize = MOST_HANDLES;

    fn is_same(&self, other: &Self) -> bool {
        self.network.key(&self.handle) == other.network.key(&other.handle)
    }

    fn fill_in(&mut self, given: &Self) {
        if self.platform_id.is_none() {
            self.platform_id.clone_from(&given.platform_id);
        }
    }
}

impl ListItem for SocialHandle {
    type Input = SocialHandleInput;
    type Removal = SocialHandleInput;

    fn check(input: SocialHandleInput, _: &Region) -> Checked<Self> {
        Self::check(input)
    }

    fn named(handle: SocialHandleInput, _: &Region) -> Checked<Self> {
        Self::check(handle)
    }

    fn complete(&mut self, given: &Self) {
        if given.platform_id.is_some() {
            self.platform_id.clone_from(&given.platform_id);
        }
    }
}

impl Entry for ExternalId {
    const MOST: usize = MOST_EXTERNAL_IDS;

    fn is_same(&self, other: &Self) -> bool {
        self == other
    }

    /// A record has one value for each source.
    fn yields_to(&self, other: &Self) -> bool {
        self.source == other.source
    }
}

impl ListItem for ExternalId {
    type Input = ExternalIdInput;
    type Removal = ExternalIdInput;

    fn check(input: ExternalIdInput, _: &Region) -> Checked<Self> {
        Self::check(input)
    }

    fn named(id: ExternalIdInput, _: &Region) -> Checked<Self> {
        Self::check(id)
    }

    fn fits(&self, others: &[Self]) -> Checked<()> {
        if others.iter().all(|other| other.source != self.source) {
            return Ok(());
        }
        let message = "must not be a source that the record has a value for; remove that value";
        Err(vec![UserError::invalid(message).under("source")])
    }
}

/// A website.
impl Entry for Url {
    const MOST: usize = MOST_WEBSITES;

    fn is_same(&self, other: &Self) -> bool {
        self == other
    }
}

impl ListItem for Url {
    type Input = Self;
    type Removal = Self;

    fn check(url: Self, _: &Region) -> Checked<Self> {
        url.check()
    }

    fn named(url: Self, _: &Region) -> Checked<Self> {
        url.check()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Refusals;
    use crate::model::check::told;
    use crate::model::list_change::ListChange;
    use crate::model::{ContactPointLabel, SocialNetwork};

    fn change<T: ListItem>(list: &mut Vec<T>, add: Vec<T::Input>, remove: Vec<T::Removal>) -> Checked<()> {
        let mut refusals = Refusals::default();
        let region = "US".parse().unwrap();
        let change = ListChange::<T> {
            add: ("add_items", Some(add)),
            remove: ("remove_items", Some(remove)),
        };
        change.apply(list, &region, &mut refusals);
        refusals.finish()
    }

    fn texts(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    fn number(input: &str) -> PhoneNumberInput {
        PhoneNumberInput {
            input: input.into(),
            extension: None,
            label: None,
            primary: None,
        }
    }

    fn numbers(inputs: &[&str]) -> Vec<PhoneNumber> {
        let region = "US".parse().unwrap();
        let check = |input: &&str| PhoneNumber::check(number(input), &region).unwrap();
        inputs.iter().map(check).collect()
    }

    fn id(source: &str, value: &str) -> ExternalIdInput {
        ExternalIdInput {
            source: source.into(),
            value: value.into(),
        }
    }

    #[test]
    fn tags_are_added_and_removed_whatever_their_case() {
        let mut tags = texts(&["VIP", "Café", "partner"]);
        change(&mut tags, texts(&["vip", " new "]), texts(&["CAFE", "unknown"])).unwrap();
        assert_eq!(tags, ["VIP", "partner", "new"]);
    }

    #[test]
    fn an_item_that_the_list_has_takes_the_marks_that_are_given() {
        let mut list = numbers(&["317 555 0100", "317 555 0101"]);
        list[0].label = ContactPointLabel::Work;
        list[0].primary = true;
        let add = PhoneNumberInput {
            label: Some(ContactPointLabel::Mobile),
            primary: Some(true),
            ..number("+1 (317) 555-0101")
        };
        change(&mut list, vec![add, number("+13175550100")], Vec::new()).unwrap();
        let marks: Vec<_> = list.iter().map(|number| (number.label, number.primary)).collect();
        assert_eq!(
            marks,
            [
                (ContactPointLabel::Work, false),
                (ContactPointLabel::Mobile, true)
            ]
        );
        assert_eq!(
            list[1].input, "317 555 0101",
            "a number stays as it was given first"
        );
    }

    #[test]
    fn numbers_with_other_extensions_are_other_numbers() {
        let mut list = numbers(&["317 555 0100", "317 555 0100 ext. 5", "desk 12"]);
        change(
            &mut list,
            vec![number("317 555 0100 x6")],
            texts(&["+13175550100", "DESK 12"]),
        )
        .unwrap();
        assert_eq!(list, numbers(&["317 555 0100 ext. 5", "317 555 0100 x6"]));
        change(&mut list, Vec::new(), texts(&["317 555 0100 x5"])).unwrap();
        assert_eq!(list, numbers(&["317 555 0100 x6"]));
        change(&mut list, Vec::new(), texts(&["+13175550100"])).unwrap();
        assert_eq!(list, [], "the number has that extension only");
    }

    #[test]
    fn addresses_and_handles_are_compared_folded() {
        let email = |address: &str| EmailAddressInput {
            address: address.into(),
            label: None,
            primary: None,
        };
        let mut list = vec![EmailAddress::check(email("Ada@Engines.example")).unwrap()];
        change(&mut list, vec![email("ada@engines.EXAMPLE")], Vec::new()).unwrap();
        assert_eq!(list.len(), 1);
        change(
            &mut list,
            vec![email("b@engines.example")],
            texts(&["<ADA@engines.example>"]),
        )
        .unwrap();
        assert_eq!(list, [EmailAddress::check(email("b@engines.example")).unwrap()]);

        let handle = |network, handle: &str| SocialHandleInput {
            network,
            handle: handle.into(),
            platform_id: None,
        };
        let mut list = vec![SocialHandle::check(handle(SocialNetwork::X, "Ada")).unwrap()];
        change(
            &mut list,
            vec![
                handle(SocialNetwork::X, "ada"),
                handle(SocialNetwork::Line, "ada"),
            ],
            Vec::new(),
        )
        .unwrap();
        assert_eq!(list.len(), 2);
        let with_id = SocialHandleInput {
            platform_id: Some("4711".into()),
            ..handle(SocialNetwork::X, "@ADA")
        };
        change(
            &mut list,
            vec![with_id, handle(SocialNetwork::X, "ada")],
            Vec::new(),
        )
        .unwrap();
        assert_eq!(list[0].platform_id.as_deref(), Some("4711"));
        assert_eq!(list[0].handle, "Ada");
        change(&mut list, Vec::new(), vec![handle(SocialNetwork::X, "ADA")]).unwrap();
        assert_eq!(list[0].network, SocialNetwork::Line);
    }

    #[test]
    fn an_item_is_not_both_added_and_removed() {
        let mut list = numbers(&["317 555 0100"]);
        let refused = change(
            &mut list,
            vec![number("(317) 555-0101")],
            texts(&["911", "+13175550101"]),
        );
        let message = "must not name an item that is also added; leave it out of one of the two lists";
        assert_eq!(told(refused), [format!("removeItems.1: {message}")]);
        assert_eq!(list, numbers(&["317 555 0100"]));
    }

    #[test]
    fn wrong_items_are_named_by_their_position() {
        let primary = PhoneNumberInput {
            primary: Some(true),
            ..number("911")
        };
        let mut list = numbers(&["317 555 0100"]);
        let refused = change(&mut list, vec![number("911"), number(" ")], texts(&["", "911"]));
        assert_eq!(
            told(refused),
            [
                "addItems.1.input: must not be empty; give 1 to 100 characters",
                "removeItems.0: must not be empty; give 1 to 254 characters"
            ]
        );
        let twice = change(&mut list, vec![primary.clone(), primary], Vec::new());
        assert_eq!(
            told(twice),
            ["addItems.1.primary: must be true for at most one entry of the list; an earlier one has it"]
        );
        assert_eq!(list, numbers(&["317 555 0100"]));
    }

    #[test]
    fn a_list_is_within_its_limit_after_the_changes() {
        let numbered = |count: u8| (0..count).map(|n| n.to_string()).collect::<Vec<_>>();
        let mut tags = numbered(50);
        let message = "must leave at most 50 entries in the list; it would have 51, so remove some";
        assert_eq!(
            told(change(&mut tags, texts(&["new"]), Vec::new())),
            [format!("addItems: {message}")]
        );
        change(&mut tags, texts(&["new"]), texts(&["7"])).unwrap();
        assert_eq!(tags.len(), 50);
        let mut too_many = numbered(60);
        change(&mut too_many, Vec::new(), texts(&["7"])).unwrap();
        assert_eq!(too_many.len(), 59, "a list that was too long already may shrink");
    }

    #[test]
    fn a_source_gets_another_value_by_removing_the_one_it_has() {
        let mut ids = vec![ExternalId::check(id("crm", "1")).unwrap()];
        let message = "must not be a source that the record has a value for; remove that value";
        assert_eq!(
            told(change(&mut ids, vec![id("erp", "1"), id("crm", "2")], Vec::new())),
            [format!("addItems.1.source: {message}")]
        );
        change(&mut ids, vec![id("crm", "2")], vec![id("crm", "1")]).unwrap();
        assert_eq!(ids, [ExternalId::check(id("crm", "2")).unwrap()]);
    }

    #[test]
    fn websites_are_compared_as_written() {
        let url = |text: &str| Url(text.to_owned());
        let mut sites = vec![url("https://a.example"), url("https://b.example")];
        change(
            &mut sites,
            vec![url("https://a.example"), url("https://c.example")],
            vec![url(" https://b.example ")],
        )
        .unwrap();
        assert_eq!(sites, [url("https://a.example"), url("https://c.example")]);
    }
}
