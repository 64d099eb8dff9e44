//! Stock tickers.

use async_graphql::{InputObject, SimpleObject};
use serde::{Deserialize, Serialize};

use super::fill::Entry;
use super::{Checked, each, text, whole};
use crate::error::Refusals;

/// The maximum length of a symbol, in characters.
const LONGEST_SYMBOL: usize = 20;
/// The maximum length of an exchange, in characters.
const LONGEST_EXCHANGE: usize = 50;
/// The maximum number of tickers of an organization.
const MOST_TICKERS: usize = 10;

/// The symbol and the exchange under which an organization's shares are traded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, SimpleObject)]
#[serde(rename_all = "camelCase")]
pub struct Ticker {
    /// The ticker symbol, such as `SAP`.
    pub symbol: String,
    /// The stock exchange, such as `XETRA`.
    pub exchange: String,
}

/// Input for a ticker.
#[derive(Clone, Debug, InputObject)]
pub struct TickerInput {
    /// The ticker symbol, such as `SAP`, 1 to 20 characters.
    pub symbol: String,
    /// The stock exchange, such as `XETRA`, 1 to 50 characters.
    pub exchange: String,
}

impl Ticker {
    /// Checks a symbol of 1 to 20 characters and an exchange of 1 to 50.
    pub fn check(input: TickerInput) -> Checked<Self> {
        let mut refusals = Refusals::default();
        let symbol = refusals.check("symbol", text::required(input.symbol, LONGEST_SYMBOL));
        let exchange = refusals.check("exchange", text::required(input.exchange, LONGEST_EXCHANGE));
        whole(
            refusals,
            symbol
                .zip(exchange)
                .map(|(symbol, exchange)| Self { symbol, exchange }),
        )
    }

    /// Checks a list of at most 10 tickers.
    pub fn list(inputs: Vec<TickerInput>) -> Checked<Vec<Self>> {
        each(inputs, MOST_TICKERS, Self::check)
    }
}

impl Entry for Ticker {
    const MOST: usize = MOST_TICKERS;

    fn is_same(&self, other: &Self) -> bool {
        self == other
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::check::told;

    fn input(symbol: &str, exchange: &str) -> TickerInput {
        TickerInput {
            symbol: symbol.into(),
            exchange: exchange.into(),
        }
    }

    #[test]
    fn both_parts_are_there_and_have_their_limits() {
        let ticker = Ticker::check(input(" SAP ", "XETRA")).unwrap();
        assert_eq!(
            (ticker.symbol.as_str(), ticker.exchange.as_str()),
            ("SAP", "XETRA")
        );
        assert!(Ticker::check(input(&"é".repeat(20), &"é".repeat(50))).is_ok());
        assert_eq!(
            told(Ticker::check(input(&"é".repeat(21), &"é".repeat(51)))),
            [
                "symbol: must have at most 20 characters; it has 21, so shorten it",
                "exchange: must have at most 50 characters; it has 51, so shorten it"
            ]
        );
        assert_eq!(told(Ticker::check(input(" ", ""))).len(), 2);
    }

    #[test]
    fn an_organization_has_at_most_ten_tickers() {
        assert_eq!(Ticker::list(vec![input("SAP", "XETRA"); 10]).unwrap().len(), 10);
        assert!(Ticker::list(vec![input("SAP", "XETRA"); 11]).is_err());
        assert!(
            told(Ticker::list(vec![input("SAP", "XETRA"), input("", "XETRA")]))[0].starts_with("1.symbol: ")
        );
    }
}
