//! Tests of reading phone numbers.

use super::*;
use crate::model::check::told;

fn input(input: &str) -> PhoneNumberInput {
    PhoneNumberInput {
        input: input.into(),
        extension: None,
        label: Some(ContactPointLabel::Mobile),
        primary: None,
    }
}

fn region(code: &str) -> Region {
    code.parse().unwrap()
}

#[test]
fn national_notations_are_read_in_the_region() {
    for (code, text, e164) in [
        ("US", "(317) 555-0123", "+13175550123"),
        ("US", "317.555.0123", "+13175550123"),
        ("US", "1-317-555-0123", "+13175550123"),
        ("US", "(555) 123-4567", "+15551234567"),
        ("DE", "030 / 123 456-78", "+493012345678"),
        ("DE", "(0151) 23456789", "+4915123456789"),
        ("GB", "020 7946 0958", "+442079460958"),
        ("GB", "07700 900123", "+447700900123"),
        ("FR", "01 42 68 53 00", "+33142685300"),
        ("FR", "06.12.34.56.78", "+33612345678"),
        ("IT", "06 698 12345", "+390669812345"),
    ] {
        assert_eq!(
            PhoneNumber::e164_of(text, &region(code)).as_deref(),
            Some(e164),
            "{code} {text}"
        );
    }
}

#[test]
fn a_country_code_wins_over_the_region() {
    for (code, text, e164) in [
        ("US", "+44 161 496 0541", "+441614960541"),
        ("US", "+44 20 7946 0958", "+442079460958"),
        ("US", "+49 (0)30 12345678", "+493012345678"),
        ("US", "+39 (0)6 698 12345", "+390669812345"),
        ("US", "011 49 30 12345678", "+493012345678"),
        ("DE", "00 1 317 555 0123", "+13175550123"),
        ("DE", "tel:+1-317-555-0123", "+13175550123"),
        ("AQ", "+33 1 42 68 53 00", "+33142685300"),
    ] {
        assert_eq!(
            PhoneNumber::e164_of(text, &region(code)).as_deref(),
            Some(e164),
            "{code} {text}"
        );
    }
}

#[test]
fn the_digits_given_are_the_digits_kept() {
    for (text, e164) in [
        ("+3367a829916", None),
        ("+375 801 123 4567", Some("+3758011234567")),
        ("+7 812 315 98 83", Some("+78123159883")),
        ("+7 800 555-35-35", Some("+78005553535")),
        ("+370 800 12 345", Some("+37080012345")),
        ("+49 (0)30 12345678", Some("+493012345678")),
        ("+44 (0)20 7946 0018", Some("+442079460018")),
        ("+39 06 698 12345", Some("+390669812345")),
    ] {
        assert_eq!(
            PhoneNumber::e164_of(text, &region("US")).as_deref(),
            e164,
            "{text}"
        );
    }
}

#[test]
fn space_digits_and_invisible_characters_of_all_kinds_are_read() {
    for text in [
        "+49\t30\u{202f}90\u{2009}182\u{2007}345",
        "+٤٩ ٣٠ ٩٠١٨٢٣٤٥",
        "+४९ ३० ९०१८२३४५",
        "＋４９ ３０ ９０１８２３４５",
        "\u{202a}+49 30 90182345\u{202c}",
        "tel:+49-30-90182345",
        "sip:+493090182345@example.com",
        "Tel.: +49 30 90182345",
        "0049 30 90182345",
        "00493090182345",
        "493090182345",
    ] {
        assert_eq!(
            PhoneNumber::e164_of(text, &region("US")).as_deref(),
            Some("+493090182345"),
            "{text}"
        );
    }
}

#[test]
fn what_cannot_be_read_is_kept() {
    for text in [
        "ask at the desk",
        "4711",
        "555-CALL",
        "+1 317",
        "+999 12345678",
        "🙂",
        "1".repeat(40).as_str(),
    ] {
        let number = PhoneNumber::check(input(text), &region("US")).unwrap();
        assert_eq!((number.input.as_str(), number.e164), (text, None));
    }
}

#[test]
fn an_extension_is_read_from_the_number_when_none_is_given() {
    for text in [
        "317-555-0123 ext. 5",
        "317-555-0123 x5",
        "tel:+1-317-555-0123;ext=5",
        "(317) 555-0123 #5",
    ] {
        let number = PhoneNumber::check(input(text), &region("US")).unwrap();
        assert_eq!(number.e164.as_deref(), Some("+13175550123"), "{text}");
        assert_eq!(number.extension.as_deref(), Some("5"), "{text}");
    }
    let given = PhoneNumberInput {
        extension: Some(" 007 ".into()),
        ..input("317-555-0123 ext. 5")
    };
    assert_eq!(
        PhoneNumber::check(given, &region("US"))
            .unwrap()
            .extension
            .as_deref(),
        Some("007")
    );
}

#[test]
fn an_extension_is_read_in_every_notation() {
    for text in [
        "+16502530000;ext=136",
        "tel:+16502530000;ext=136",
        "+1 650 253 0000 ext. 136",
        "+1 650 253 0000 x136",
        "+1 650 253 0000 anexo 136",
        "+1 650 253 0000 доб. 136",
        "+16502530000p136",
        "+16502530000w136",
        "+16502530000,136",
        "+16502530000,,136#",
        "+16502530000;136",
        "+16502530000 #136",
    ] {
        let number = PhoneNumber::check(input(text), &region("DE")).unwrap();
        assert_eq!(number.e164.as_deref(), Some("+16502530000"), "{text}");
        assert_eq!(number.extension.as_deref(), Some("136"), "{text}");
    }
}

#[test]
fn a_number_must_have_something_and_has_its_limits() {
    let check = |input| PhoneNumber::check(input, &region("US"));
    assert!(
        check(PhoneNumberInput {
            extension: Some("7".repeat(20)),
            ..input(&"x".repeat(100))
        })
        .is_ok()
    );
    assert_eq!(
        told(check(PhoneNumberInput {
            extension: Some("7".repeat(21)),
            ..input(&"x".repeat(101))
        })),
        [
            "input: must have at most 100 characters; it has 101, so shorten it",
            "extension: must have at most 20 characters; it has 21, so shorten it"
        ]
    );
    assert_eq!(
        told(check(input("  "))),
        ["input: must not be empty; give 1 to 100 characters"]
    );
}

#[test]
fn a_list_has_at_most_twenty_numbers_and_one_primary() {
    let list = |inputs| PhoneNumber::list(inputs, &Region::default());
    assert_eq!(list(vec![input("317-555-0123"); 20]).unwrap().len(), 20);
    assert!(list(vec![input("317-555-0123"); 21]).is_err());
    let primary = PhoneNumberInput {
        primary: Some(true),
        ..input("317-555-0123")
    };
    assert!(told(list(vec![primary.clone(), primary]))[0].starts_with("1.primary: "));
    assert!(told(list(vec![input("1"), input("")]))[0].starts_with("1.input: "));
}

#[test]
fn digits_are_found_however_punctuated() {
    assert_eq!(digits("+1 (317) 555-0123"), "13175550123");
}

#[test]
fn a_number_is_stored_in_the_words_of_the_graph() {
    let stored =
        serde_json::to_value(PhoneNumber::check(input("317 555 0123"), &region("US")).unwrap()).unwrap();
    assert_eq!(
        stored,
        serde_json::json!({
            "input": "317 555 0123", "e164": "+13175550123", "extension": null, "label": "MOBILE", "primary": false
        })
    );
}

#[test]
fn numbers_with_a_code_are_read_as_the_library_reads_them() {
    let mut examples = 0;
    for code in 1..1000 {
        for plan in DATABASE.by_code(&code).unwrap_or_default() {
            let kinds = plan.descriptors();
            let kinds = [
                kinds.fixed_line(),
                kinds.mobile(),
                kinds.toll_free(),
                kinds.voip(),
            ];
            for example in kinds.into_iter().flatten().filter_map(|kind| kind.example()) {
                for text in [format!("+{code}{example}"), format!("+{code} ({example})")] {
                    let notation = Notation::of(&text).unwrap();
                    let given = notation.international.clone().unwrap();
                    assert!(notation.is_plain(), "{text}");
                    assert_eq!(
                        international(&notation, &given),
                        by_library(&notation, &given),
                        "{text}"
                    );
                    examples += 1;
                }
            }
        }
    }
    assert!(examples > 1000, "{examples}");
}
