//! Texts about people and companies, with the details filled in.

use fastrand::Rng;

use super::table::lines;

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const WEEKDAYS: [&str; 5] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"];
const PRODUCTS: [&str; 8] = [
    "the call-back queue",
    "the chat module",
    "voice analytics",
    "the partner portal",
    "the reporting package",
    "the mobile app",
    "the archive",
    "workforce planning",
];

/// Texts with placeholders.
#[derive(Default)]
pub struct Prose {
    /// Notes about contacts, each with whether it is pinned.
    pub about_contacts: Vec<(&'static str, bool)>,
    /// Notes about organizations, each with whether it is pinned.
    pub about_organizations: Vec<(&'static str, bool)>,
    /// Names of wrap-up codes with their descriptions.
    pub codes: Vec<(&'static str, &'static str)>,
    /// Subject lines of interactions.
    pub subject_lines: Vec<&'static str>,
    /// Notes of wrap-ups.
    pub wrap_ups: Vec<&'static str>,
}

/// The details to fill into a text.
pub struct Details<'a> {
    pub first: &'a str,
    pub name: &'a str,
    pub company: &'a str,
    pub city: &'a str,
    /// Another person at the company.
    pub colleague: &'a str,
    /// A member of the tenant's staff.
    pub staff: &'a str,
}

impl Prose {
    /// Parses lines that begin with their kind.
    pub fn read(notes: &'static str, calls: &'static str) -> Self {
        let mut prose = Self::default();
        for line in lines(notes).chain(lines(calls)) {
            match line.split_once(' ') {
                Some(("c", text)) => prose.about_contacts.push((text, false)),
                Some(("c!", text)) => prose.about_contacts.push((text, true)),
                Some(("o", text)) => prose.about_organizations.push((text, false)),
                Some(("o!", text)) => prose.about_organizations.push((text, true)),
                Some(("s", text)) => prose.subject_lines.push(text),
                Some(("w", text)) => prose.wrap_ups.push(text),
                Some((_, code)) => prose.codes.extend(code.split_once(": ")),
                None => {}
            }
        }
        prose
    }
}

impl Details<'_> {
    /// Returns a text with its placeholders filled in.
    pub fn fill(&self, template: &str, rng: &mut Rng) -> String {
        let any = |of: &[&'static str], rng: &mut Rng| rng.choice(of.iter().copied()).unwrap_or_default();
        template
            .replace("{first}", self.first)
            .replace("{name}", self.name)
            .replace("{company}", self.company)
            .replace("{city}", self.city)
            .replace("{colleague}", self.colleague)
            .replace("{staff}", self.staff)
            .replace("{product}", any(&PRODUCTS, rng))
            .replace("{month}", any(&MONTHS, rng))
            .replace("{weekday}", any(&WEEKDAYS, rng))
            .replace("{number}", &rng.u32(3..80).to_string())
            .replace("{percent}", &rng.u32(6..40).to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_enough_to_tell_and_every_place_is_filled_in() {
        let prose = Prose::read(include_str!("notes.txt"), include_str!("calls.txt"));
        let details = Details {
            first: "Ada",
            name: "Ada Example",
            company: "Example",
            city: "Springfield",
            colleague: "Bob Example",
            staff: "Carol",
        };
        let notes: Vec<&str> = prose
            .about_contacts
            .iter()
            .chain(&prose.about_organizations)
            .map(|(text, _)| *text)
            .collect();
        assert!(notes.len() >= 60);
        assert!(prose.wrap_ups.len() >= 20 && prose.subject_lines.len() >= 10 && prose.codes.len() == 6);
        for text in notes.into_iter().chain(prose.wrap_ups) {
            let filled = details.fill(text, &mut Rng::with_seed(1));
            assert!(!filled.contains(['{', '}']), "{filled}");
        }
    }
}
