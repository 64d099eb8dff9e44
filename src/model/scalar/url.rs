//! The scalar for URLs.

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};
use serde::{Deserialize, Serialize};

use super::Given;
use crate::error::UserError;
use crate::model::{Checked, each, site_domain, text};

/// The maximum length of a URL, in characters.
const LONGEST_URL: usize = 2048;
/// The maximum number of websites of an organization.
pub(in crate::model) const MOST_WEBSITES: usize = 20;

/// A URL as it was given. Input is valid only after [`Url::check`].
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, sqlx::Type)]
#[serde(transparent)]
#[sqlx(transparent)]
pub struct Url(pub String);

/// An absolute `http` or `https` URL of at most 2,048 characters, such as `https://example.com/about`. Kept as given.
#[Scalar(name = "URL", specified_by_url = "https://url.spec.whatwg.org/")]
impl ScalarType for Url {
    /// Accepts any text: a bad URL in an input is a user error with its path, not an error of the request.
    fn parse(value: Value) -> InputValueResult<Self> {
        Self::read(&Given::from(&value)).map_err(InputValueError::custom)
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.clone())
    }
}

impl Url {
    /// Reads a value. The message of a refusal continues after the name of the value.
    pub fn read(given: &Given) -> Result<Self, &'static str> {
        match given {
            Given::Text(text) => Ok(Self((*text).to_owned())),
            _ => Err("must be the text of a URL"),
        }
    }

    /// Trims the URL and checks that it is absolute, `http` or `https`, and at most 2,048 characters long.
    pub fn check(self) -> Checked<Self> {
        let text = text::required(self.0, LONGEST_URL)?;
        if is_absolute(&text) {
            Ok(Self(text))
        } else {
            let message = "must be an absolute http or https URL, such as https://example.com/about";
            Err(vec![UserError::invalid(message)])
        }
    }

    /// Checks a URL that may be absent; empty text counts as absent.
    pub fn optional(url: Option<Self>) -> Checked<Option<Self>> {
        let given = url.filter(|url| !text::is_blank(&url.0));
        given.map(Self::check).transpose()
    }

    /// Returns the host name without `www.`, in the form in which domains are compared.
    pub fn domain(&self) -> Option<String> {
        let url = url::Url::parse(&self.0).ok()?;
        url.host_str().map(site_domain)
    }
}

/// Whether the text is an absolute URL as is. The URL standard repairs much while parsing (`http:host`, line breaks);
/// text that needs repair is refused, since it is kept as given and other programs will read it.
fn is_absolute(text: &str) -> bool {
    let slashes = text.split_once("://").is_some_and(|(scheme, rest)| {
        ["http", "https"]
            .iter()
            .any(|known| scheme.eq_ignore_ascii_case(known))
            && !rest.starts_with(['/', '\\'])
    });
    slashes && !text.contains(|c: char| c.is_whitespace() || c.is_control()) && url::Url::parse(text).is_ok()
}

/// Checks an organization's websites, at most 20.
pub fn websites(urls: Vec<Url>) -> Checked<Vec<Url>> {
    each(urls, MOST_WEBSITES, Url::check)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::check::told;

    #[test]
    fn an_empty_text_is_no_url() {
        assert_eq!(Url::optional(Some(Url(" ".into()))), Ok(None));
        assert_eq!(Url::optional(None), Ok(None));
        assert!(Url::optional(Some(Url("about".into()))).is_err());
    }

    #[test]
    fn a_url_is_kept_as_given() {
        for text in [
            "https://example.com",
            "HTTP://Example.com:8080/a?b=c#d",
            "https://straße.de/ä",
            "http://[::1]/",
        ] {
            assert_eq!(Url(format!(" {text} ")).check().unwrap(), Url(text.into()));
        }
    }

    #[test]
    fn a_url_must_be_absolute_and_of_the_web() {
        let refusal = [": must be an absolute http or https URL, such as https://example.com/about"];
        for text in [
            "example.com",
            "/about",
            "//example.com",
            "ftp://example.com",
            "javascript:alert(1)",
            "javascript://example.com/%0aalert(1)",
            "http:example.com",
            "https:///example.com",
            "https://",
            "https://exa\nmple.com",
            "https://example.com/a b",
        ] {
            assert_eq!(told(Url(text.into()).check()), refusal, "{text}");
        }
        assert!(Url(" ".into()).check().is_err());
    }

    #[test]
    fn a_url_has_at_most_2048_characters() {
        let long = |length: usize| Url(format!("https://example.com/{}", "x".repeat(length - 20)));
        assert!(long(2048).check().is_ok());
        assert_eq!(
            told(long(2049).check()),
            [": must have at most 2048 characters; it has 2049, so shorten it"]
        );
    }

    #[test]
    fn an_organization_has_at_most_twenty_websites() {
        let site = Url("https://example.com".into());
        assert_eq!(websites(vec![site.clone(); 20]).unwrap().len(), 20);
        assert!(websites(vec![site.clone(); 21]).is_err());
        assert!(told(websites(vec![site, Url("nowhere".into())]))[0].starts_with("1: "));
    }
}
