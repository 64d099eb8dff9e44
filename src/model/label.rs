//! The purpose of a phone number, an e-mail address or a postal address.

use async_graphql::Enum;
use serde::{Deserialize, Serialize};

use super::Checked;
use crate::error::{Refusals, UserError};

/// The purpose of a phone number, an e-mail address or a postal address.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, Enum)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ContactPointLabel {
    /// A number or address at work.
    Work,
    /// A mobile phone.
    Mobile,
    /// A number or address at home.
    Home,
    /// The main number or address, such as a switchboard or a head office.
    Main,
    /// A fax machine.
    Fax,
    /// The number or address of the person's assistant.
    Assistant,
    /// A billing address.
    Billing,
    /// A shipping address.
    Shipping,
    /// Another purpose.
    #[default]
    Other,
}

/// Refuses, at its `primary`, every entry but the first that is marked primary.
pub fn one_primary<T>(entries: Vec<T>, is_primary: impl Fn(&T) -> bool) -> Checked<Vec<T>> {
    let mut refusals = Refusals::default();
    for (position, _) in entries
        .iter()
        .enumerate()
        .filter(|(_, entry)| is_primary(entry))
        .skip(1)
    {
        let refusal =
            UserError::invalid("must be true for at most one entry of the list; an earlier one has it");
        refusals.add(refusal.under("primary").under(position));
    }
    refusals.finish()?;
    Ok(entries)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::check::told;

    #[test]
    fn none_or_one_is_primary() {
        assert_eq!(one_primary(vec![false, false], |p| *p).unwrap(), [false, false]);
        assert_eq!(one_primary(vec![false, true], |p| *p).unwrap(), [false, true]);
        assert_eq!(
            told(one_primary(vec![true, false, true], |p| *p)),
            ["2.primary: must be true for at most one entry of the list; an earlier one has it"]
        );
    }

    #[test]
    fn labels_are_stored_as_the_graph_shows_them() {
        assert_eq!(
            serde_json::to_string(&ContactPointLabel::Assistant).unwrap(),
            r#""ASSISTANT""#
        );
        assert_eq!(ContactPointLabel::default(), ContactPointLabel::Other);
    }
}
