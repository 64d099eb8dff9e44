//! Internet domains.

use unicode_normalization::UnicodeNormalization as _;

/// Returns the form in which domains are compared: lower case, in the letters of their own script, as `bücher.example`
/// is written both so and as `xn--bcher-kva.example`.
pub fn domain_key(domain: &str) -> String {
    match idna::domain_to_unicode(domain) {
        (key, Ok(())) => key,
        _ => domain.to_lowercase().nfc().collect(),
    }
}

/// Returns the [`domain_key`] of a website's host name, without `www.`.
pub fn site_domain(host: &str) -> String {
    let key = domain_key(host);
    key.strip_prefix("www.").map(str::to_owned).unwrap_or(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_internationalized_domain_has_one_form() {
        for domain in [
            "bücher.example",
            "BÜCHER.example",
            "bu\u{308}cher.example",
            "xn--bcher-kva.example",
            "XN--BCHER-KVA.EXAMPLE",
        ] {
            assert_eq!(domain_key(domain), "bücher.example", "{domain}");
        }
        assert_eq!(domain_key("xn--zz-"), "xn--zz-", "no valid domain, as given");
        assert_eq!(site_domain("WWW.Straße.de"), "straße.de");
    }
}
