//! Subscribers whose number is written in two ways.

/// The countries where mobile numbers are also written without their first digit: the country code, the digits before the
/// one that marks a mobile number, that digit, and the number of digits after it.
const MOBILE_DIGITS: [(&str, usize, char, usize); 3] = [
    ("+52", 0, '1', 10), // Mexico, where the digit is no longer dialled
    ("+54", 0, '9', 10), // Argentina
    ("+55", 2, '9', 8),  // Brazil, whose older numbers have no ninth digit
];

/// Returns the number without the digit that marks a mobile number, if it has one that is left out elsewhere.
pub fn without_mobile_digit(e164: &str) -> Option<String> {
    MOBILE_DIGITS.iter().find_map(|&(code, area, digit, rest)| {
        let national = e164.strip_prefix(code)?;
        let (area, local) = national.split_at_checked(area)?;
        let number = local.strip_prefix(digit)?;
        (number.len() == rest).then(|| [code, area, number].concat())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digit_of_mobile_numbers_is_left_out_where_it_may_be() {
        for (given, shorter) in [
            ("+5215512345678", Some("+525512345678")),
            ("+525512345678", None),
            ("+5491123456789", Some("+541123456789")),
            ("+541123456789", None),
            ("+5511987654321", Some("+551187654321")),
            ("+551187654321", None),
            ("+12025550123", None),
        ] {
            assert_eq!(without_mobile_digit(given).as_deref(), shorter, "{given}");
        }
    }
}
