//! Web addresses as people paste them.

use url::Url;

use super::site_domain;

/// Returns the domain of a web address as people paste it: with a scheme, with `www.`, or with a path. Returns `None` for
/// a bare domain and for other text.
pub fn domain_of_web_address(text: &str) -> Option<String> {
    let lower = text.to_lowercase();
    let is_address = |text: &str| {
        let host = text.split(['/', '?', '#', ':']).next().unwrap_or_default();
        let is_host = host.contains('.') && host.chars().any(char::is_alphabetic);
        is_host && !text.contains('@') && (text.starts_with("www.") || text.contains('/'))
    };
    let url = match lower.split_once("://") {
        Some(("http" | "https", _)) => Url::parse(&lower),
        None if is_address(&lower) => Url::parse(&format!("https://{lower}")),
        _ => return None,
    };
    url.ok()?.domain().map(site_domain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pasted_web_address_is_its_domain() {
        for text in [
            "https://www.quarkworks.example/about?x=1",
            "HTTPS://quarkworks.example/",
            "http://quarkworks.example:8080",
            "www.quarkworks.example",
            "quarkworks.example/",
        ] {
            assert_eq!(
                domain_of_web_address(text).as_deref(),
                Some("quarkworks.example"),
                "{text}"
            );
        }
        for text in [
            "quarkworks.example",
            "and/or",
            "a@b.example/",
            "smith",
            "ftp://a.example",
            "1.2/3",
        ] {
            assert_eq!(domain_of_web_address(text), None, "{text}");
        }
    }
}
