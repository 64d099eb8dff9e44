//! What the text files of this folder say.

use super::names::Names;
use super::prose::Prose;

/// Everything the demo is made of.
pub struct Content {
    /// Names of people, by country.
    pub names: Names,
    /// External companies.
    pub companies: Vec<Company>,
    /// The tenant's own people.
    pub staff: Vec<Colleague>,
    /// What people do, the most frequent first.
    pub titles: Vec<&'static str>,
    /// What is written about them, and said to them.
    pub prose: Prose,
}

/// An external company.
pub struct Company {
    pub name: &'static str,
    /// Customer, partner, supplier …
    pub kind: &'static str,
    pub industry: &'static str,
    pub place: Place,
    pub employees: Option<i32>,
    /// In millions.
    pub revenue: Option<i64>,
    pub currency: &'static str,
    /// Symbol and exchange.
    pub ticker: Option<(&'static str, &'static str)>,
    pub domain: &'static str,
    /// How many of its people are known.
    pub people: usize,
    pub tags: Vec<&'static str>,
}

/// Where somebody is.
pub struct Place {
    pub street: &'static str,
    pub city: &'static str,
    pub region: &'static str,
    pub postal_code: &'static str,
    pub country: &'static str,
}

/// One of the tenant's own people.
pub struct Colleague {
    /// What the identity provider would call the user.
    pub subject: &'static str,
    pub name: &'static str,
    pub title: &'static str,
}

impl Content {
    /// Reads the files.
    pub fn read() -> Self {
        Self {
            names: Names::read(include_str!("names.txt")),
            companies: table(include_str!("companies.txt")).map(company).collect(),
            staff: table(include_str!("staff.txt"))
                .map(|[subject, name, title]| Colleague { subject, name, title })
                .collect(),
            titles: lines(include_str!("titles.txt")).collect(),
            prose: Prose::read(include_str!("notes.txt"), include_str!("calls.txt")),
        }
    }
}

/// The lines that say something.
pub fn lines(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
}

/// Lines of so many cells between bars. The tests see to it that none has another number.
fn table<const CELLS: usize>(text: &'static str) -> impl Iterator<Item = [&'static str; CELLS]> {
    lines(text).filter_map(|line| {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        cells.try_into().ok()
    })
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
        assert_eq!((content.companies.len(), content.staff.len()), (40, 12));
        assert!(content.companies.iter().all(|company| company.people > 0));
    }
}
