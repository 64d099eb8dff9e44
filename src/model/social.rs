//! Handles in social networks and messengers.

use async_graphql::resolver_utils::EnumType as _;
use async_graphql::{Enum, InputObject, SimpleObject};
use serde::{Deserialize, Serialize};

use super::{Checked, digits, each, fold, text, whole};
use crate::error::Refusals;

/// The maximum length of a handle or an id, in characters.
const LONGEST_HANDLE: usize = 255;
/// The minimum number of digits of a handle that is compared as a phone number.
const FEWEST_DIGITS: usize = 7;
/// The maximum number of handles of a contact.
pub(super) const MOST_HANDLES: usize = 20;

/// A social network or messenger.
#[expect(
    clippy::doc_markdown,
    reason = "names as the networks write them, for readers of the API's documentation"
)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, Enum)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum SocialNetwork {
    /// Bluesky.
    Bluesky,
    /// Discord.
    Discord,
    /// Facebook, and its Messenger.
    Facebook,
    /// GitHub.
    Github,
    /// Instagram.
    Instagram,
    /// LINE.
    Line,
    /// LinkedIn.
    Linkedin,
    /// Any server of the Mastodon network; the handle names it: `@jane@example.social`.
    Mastodon,
    /// Signal.
    Signal,
    /// Slack.
    Slack,
    /// Microsoft Teams.
    Teams,
    /// Telegram.
    Telegram,
    /// Threads.
    Threads,
    /// TikTok.
    Tiktok,
    /// Viber.
    Viber,
    /// WeChat.
    Wechat,
    /// WhatsApp.
    Whatsapp,
    /// X, formerly Twitter.
    X,
    /// XING.
    Xing,
    /// YouTube.
    Youtube,
    /// Another network, to be named in the handle.
    Other,
}

impl SocialNetwork {
    /// Returns the text by which a handle in this network is compared with others: folded, without the `@` in front, and with
    /// the network behind, so that a search for a handle in any network is a search by its beginning.
    pub fn key(self, handle: &str) -> String {
        let name = Self::items().iter().find(|item| item.value == self);
        let name = name.map_or("", |item| item.name).to_lowercase();
        format!("{}{name}", handle_start(handle))
    }
}

/// Returns the beginning of the [`SocialNetwork::key`] of a handle in every network. Messengers know people by their phone numbers,
/// so a handle that is a number is its digits, however it is written.
pub fn handle_start(handle: &str) -> String {
    let folded = fold(handle);
    let is_number = digits(&folded).len() >= FEWEST_DIGITS
        && folded
            .chars()
            .all(|c| c.is_ascii_digit() || "+-()./ ".contains(c));
    if is_number {
        return format!("{}:", digits(&folded));
    }
    format!("{}:", folded.strip_prefix('@').unwrap_or(&folded))
}

/// A contact's handle in a social network or messenger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, SimpleObject)]
#[serde(rename_all = "camelCase")]
pub struct SocialHandle {
    /// The network.
    pub network: SocialNetwork,
    /// The name, number or address of the contact in the network.
    pub handle: String,
    /// The network's own id of the contact, if it differs from the handle: an id that holds for one page only, or a WhatsApp
    /// id without a number. Contacts are recognized by it as by the handle.
    #[serde(default)]
    pub platform_id: Option<String>,
}

/// Input for a handle in a social network.
#[derive(Clone, Debug, InputObject)]
pub struct SocialHandleInput {
    /// The network.
    pub network: SocialNetwork,
    /// The name, number or address of the contact in the network, 1 to 255 characters.
    pub handle: String,
    /// The network's own id of the contact, if it differs from the handle; at most 255 characters.
    pub platform_id: Option<String>,
}

impl SocialHandle {
    /// Checks a handle of 1 to 255 characters, and an id of at most 255.
    pub fn check(input: SocialHandleInput) -> Checked<Self> {
        let SocialHandleInput {
            network,
            handle,
            platform_id,
        } = input;
        let mut refusals = Refusals::default();
        let handle = refusals.check("handle", text::required(handle, LONGEST_HANDLE));
        let platform_id = refusals.check("platformId", text::optional(platform_id, LONGEST_HANDLE));
        whole(
            refusals,
            handle.zip(platform_id).map(|(handle, platform_id)| Self {
                network,
                platform_id: platform_id.filter(|id| *id != handle),
                handle,
            }),
        )
    }

    /// Returns the texts by which the handle and the id are compared with others. They name the network: equal handles in two
    /// networks may be two people's.
    pub fn keys(&self) -> Vec<String> {
        let texts = std::iter::once(&self.handle).chain(&self.platform_id);
        let mut keys: Vec<String> = texts.map(|text| self.network.key(text)).collect();
        keys.dedup();
        keys
    }

    /// Checks a list of at most 20 handles.
    pub fn list(inputs: Vec<SocialHandleInput>) -> Checked<Vec<Self>> {
        each(inputs, MOST_HANDLES, Self::check)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::check::told;

    fn input(handle: &str) -> SocialHandleInput {
        SocialHandleInput {
            network: SocialNetwork::Linkedin,
            handle: handle.into(),
            platform_id: None,
        }
    }

    #[test]
    fn handles_are_compared_by_network_without_case_and_sign() {
        let keys = |handle: &str, platform_id: Option<&str>| {
            let platform_id = platform_id.map(str::to_owned);
            let given = SocialHandleInput {
                platform_id,
                ..input(handle)
            };
            SocialHandle::check(given).unwrap().keys()
        };
        assert_eq!(keys("@Jane_Doe", None), ["jane_doe:linkedin"]);
        assert_eq!(keys("jane", Some("4711")), ["jane:linkedin", "4711:linkedin"]);
        assert_eq!(keys("jane", Some("jane")), ["jane:linkedin"]);
        assert_eq!(
            keys("+1 (202) 555-0123", Some("12025550123")),
            ["12025550123:linkedin"]
        );
        assert_eq!(
            SocialNetwork::Mastodon.key("@jane@example.social"),
            "jane@example.social:mastodon"
        );
    }

    #[test]
    fn a_handle_has_1_to_255_characters() {
        assert_eq!(SocialHandle::check(input(" @jane ")).unwrap().handle, "@jane");
        assert!(SocialHandle::check(input(&"é".repeat(255))).is_ok());
        assert!(told(SocialHandle::check(input(&"é".repeat(256))))[0].starts_with("handle: "));
        assert!(told(SocialHandle::check(input(" ")))[0].starts_with("handle: "));
    }

    #[test]
    fn a_list_has_at_most_twenty_handles() {
        assert_eq!(SocialHandle::list(vec![input("jane"); 20]).unwrap().len(), 20);
        assert!(SocialHandle::list(vec![input("jane"); 21]).is_err());
        assert!(told(SocialHandle::list(vec![input("jane"), input("")]))[0].starts_with("1.handle: "));
    }

    #[test]
    fn a_handle_is_stored_in_the_words_of_the_graph() {
        let stored = serde_json::to_value(SocialHandle::check(input("jane")).unwrap()).unwrap();
        assert_eq!(
            stored,
            serde_json::json!({ "network": "LINKEDIN", "handle": "jane", "platformId": null })
        );
        let earlier = serde_json::json!({ "network": "LINKEDIN", "handle": "jane" });
        assert_eq!(
            serde_json::from_value::<SocialHandle>(earlier).unwrap(),
            SocialHandle::check(input("jane")).unwrap(),
            "as it was stored before there were ids"
        );
    }
}
