//! Amounts of money.

use async_graphql::{InputObject, SimpleObject};
use iso_currency::Currency;
use serde::{Deserialize, Serialize};

use super::{Checked, Decimal, whole};
use crate::error::{Refusals, UserError};

/// An amount of money.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, SimpleObject)]
#[serde(rename_all = "camelCase")]
pub struct Money {
    /// The amount in the currency's main unit.
    pub amount: Decimal,
    /// The currency's code: three upper-case letters, such as `EUR` (ISO 4217).
    pub currency: String,
}

/// Input for an amount of money.
#[derive(Clone, Debug, InputObject)]
pub struct MoneyInput {
    /// The amount in the currency's main unit, zero or more.
    pub amount: Decimal,
    /// The currency's code: three letters, such as `EUR` (ISO 4217).
    pub currency: String,
}

impl Money {
    /// Checks that the amount is not negative and the currency exists.
    pub fn check(input: MoneyInput) -> Checked<Self> {
        let MoneyInput { amount, currency } = input;
        let mut refusals = Refusals::default();
        let amount = refusals.check("amount", not_negative(amount));
        let currency = refusals.check("currency", existing(&currency));
        whole(
            refusals,
            amount
                .zip(currency)
                .map(|(amount, currency)| Self { amount, currency }),
        )
    }
}

fn not_negative(amount: Decimal) -> Checked<Decimal> {
    if amount.0 < rust_decimal::Decimal::ZERO {
        return Err(vec![UserError::invalid(
            "must not be negative; give zero or more",
        )]);
    }
    Ok(amount)
}

fn existing(code: &str) -> Checked<String> {
    Currency::from_code(&code.trim().to_ascii_uppercase())
        .map(|currency| currency.code().to_owned())
        .ok_or_else(|| {
            vec![UserError::invalid(
                "must be a currency code of ISO 4217, three letters such as EUR",
            )]
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::check::told;

    fn input(amount: &str, currency: &str) -> MoneyInput {
        MoneyInput {
            amount: Decimal(amount.parse().unwrap()),
            currency: currency.into(),
        }
    }

    #[test]
    fn money_is_stored_without_losing_a_digit() {
        let stored = serde_json::to_value(Money::check(input("1250000.50", " eur ")).unwrap()).unwrap();
        assert_eq!(
            stored,
            serde_json::json!({ "amount": "1250000.50", "currency": "EUR" })
        );
    }

    #[test]
    fn an_amount_may_be_zero_and_not_less() {
        assert!(Money::check(input("0", "USD")).is_ok());
        assert_eq!(
            told(Money::check(input("-0.01", "USD"))),
            ["amount: must not be negative; give zero or more"]
        );
    }

    #[test]
    fn the_currency_must_exist() {
        for code in ["", "EURO", "AAA", "€", "978"] {
            assert_eq!(
                told(Money::check(input("1", code))),
                ["currency: must be a currency code of ISO 4217, three letters such as EUR"],
                "{code}"
            );
        }
    }
}
