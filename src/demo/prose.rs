//! What is written about people and companies, with the details filled in.

use fastrand::Rng;

use super::content::lines;

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

/// Texts with places to fill in.
#[derive(Default)]
pub struct Prose {
    /// Notes about contacts, and whether they alert agents.
    pub about_contacts: Vec<(&'static str, bool)>,
    /// Notes about organizations, and whether they alert agents.
    pub about_organizations: Vec<(&'static str, bool)>,
    /// Names of wrap-up codes and what they are for.
    pub codes: Vec<(&'static str, &'static str)>,
    /// What interactions were about.
    pub subject_lines: Vec<&'static str>,
    /// Notes of wrap-ups.
    pub wrap_ups: Vec<&'static str>,
}

/// What a text is about.
pub struct Details<'a> {
    pub first: &'a str,
    pub name: &'a str,
    pub company: &'a str,
    pub city: &'a str,
    /// Somebody else there.
    pub colleague: &'a str,
    /// One of us.
    pub staff: &'a str,
}

impl Prose {
    /// Reads lines that begin with what they are.
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
    /// A text with its places filled in.
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
