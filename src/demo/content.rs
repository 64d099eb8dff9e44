//! The content of the text files of this folder.

use super::names::Names;
use super::prose::Prose;
use super::table::{lines, table};

/// All the content of the demo.
pub struct Content {
    /// Names of people, by country.
    pub names: Names,
    /// External companies.
    pub companies: Vec<Company>,
    /// The tenant's own staff.
    pub staff: Vec<Colleague>,
    /// Job titles, the most frequent first.
    pub titles: Vec<&'static str>,
    /// Texts about companies and people.
    pub prose: Prose,
}

/// An external company.
pub struct Company {
    pub name: &'static str,
    /// The company type: customer, partner, supplier …
    pub kind: &'static str,
    pub industry: &'static str,
    pub place: Place,
    pub employees: Option<i32>,
    /// The revenue in millions.
    pub revenue: Option<i64>,
    pub currency: &'static str,
    /// The symbol and the exchange.
    pub ticker: Option<(&'static str, &'static str)>,
    pub domain: &'static str,
    /// The number of its people in the demo.
    pub people: usize,
    pub tags: Vec<&'static str>,
}

/// A place where companies and people are.
pub struct Place {
    pub street: &'static str,
    pub city: &'static str,
    pub region: &'static str,
    pub postal_code: &'static str,
    pub country: &'static str,
}

/// A member of the tenant's own staff.
pub struct Colleague {
    /// The user's subject at the identity provider.
    pub subject: &'static str,
    pub name: &'static str,
    pub title: &'static str,
}

impl Content {
    /// Reads the files.
    pub fn read() -> Self {
        Self {
            names: Names::read(include_str!("names.txt"), 0.0),
            companies: table(include_str!("companies.txt")).map(company).collect(),
            staff: table(include_str!("staff.txt"))
                .map(|[subject, name, title]| Colleague { subject, name, title })
                .collect(),
            titles: lines(include_str!("titles.txt")).collect(),
            prose: Prose::read(include_str!("notes.txt"), include_str!("calls.txt")),
        }
    }
}

fn company(cells: [&'static str; 15]) -> Company {
    let [
        name,
        kind,
        industry,
        street,
        city,
        region,
        postal_code,
        country,
        employees,
        revenue,
        currency,
        ticker,
        domain,
        people,
        tags,
    ] = cells;
    Company {
        name,
        kind,
        industry,
        place: Place {
            street,
            city,
            region,
            postal_code,
            country,
        },
        employees: employees.parse().ok(),
        revenue: revenue.parse().ok(),
        currency,
        ticker: ticker.split_once(':'),
        domain,
        people: people.parse().unwrap_or_default(),
        tags: tags
            .split(',')
            .map(str::trim)
            .filter(|tag| !tag.is_empty())
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_understood() {
        let content = Content::read();
        assert_eq!(
            content.companies.len(),
            lines(include_str!("companies.txt")).count()
        );
        assert_eq!(content.staff.len(), lines(include_str!("staff.txt")).count());
        assert_eq!((content.companies.len(), content.staff.len()), (41, 13));
        assert!(content.companies.iter().all(|company| company.people > 0));
    }
}
