//! Handles in social networks and messengers.

use async_graphql::{Enum, InputObject, SimpleObject};
use serde::{Deserialize, Serialize};

use super::{Checked, each, text, whole};
use crate::error::Refusals;

/// The maximum length of a handle, in characters.
const LONGEST_HANDLE: usize = 255;
/// The maximum number of handles of a contact.
const MOST_HANDLES: usize = 20;

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

/// A contact's handle in a social network or messenger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, SimpleObject)]
#[serde(rename_all = "camelCase")]
pub struct SocialHandle {
    /// The network.
    pub network: SocialNetwork,
    /// The name, number or address of the contact in the network.
    pub handle: String,
}

/// Input for a handle in a social network.
#[derive(Clone, Debug, InputObject)]
pub struct SocialHandleInput {
    /// The network.
    pub network: SocialNetwork,
    /// The name, number or address of the contact in the network, 1 to 255 characters.
    pub handle: String,
}

impl SocialHandle {
    /// Checks a handle of 1 to 255 characters.
    pub fn check(input: SocialHandleInput) -> Checked<Self> {
        let SocialHandleInput { network, handle } = input;
        let mut refusals = Refusals::default();
        let handle = refusals.check("handle", text::required(handle, LONGEST_HANDLE));
        whole(refusals, handle.map(|handle| Self { network, handle }))
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
        }
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
            serde_json::json!({ "network": "LINKEDIN", "handle": "jane" })
        );
    }
}
