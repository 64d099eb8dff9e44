//! People and companies, created as the API creates them, so that all rules hold.

use chrono::{DateTime, TimeDelta, Utc};
use fastrand::Rng;

use super::content::{Company, Content, Place};
use super::phone;
use crate::error::Result;
use crate::id::{ContactId, OrganizationId, UserId};
use crate::model::{
    AddressInput, Contact, ContactChanges, ContactPointLabel, Decimal, EmailAddressInput, ExternalIdInput,
    MoneyInput, Organization, OrganizationChanges, Patch, PhoneNumberInput, Record, Region,
    SocialHandleInput, SocialNetwork, TickerInput, Url, words,
};
use crate::store::Tx;

/// The age of the oldest records, in days.
const DAYS: i64 = 1000;

/// A person's employer.
pub struct Employer<'a> {
    pub organization_id: Option<OrganizationId>,
    pub domain: &'a str,
    pub place: &'a Place,
}

/// Creates random people and companies.
pub struct RecordFactory<'a> {
    pub content: &'a Content,
    /// The region of phone numbers without a country code.
    pub region: &'a Region,
    pub staff: &'a [UserId],
    pub rng: Rng,
}

/// Returns the record's key in the system that the demo's data comes from.
pub fn key(source: &str, value: &str) -> ExternalIdInput {
    ExternalIdInput {
        source: source.to_owned(),
        value: value.to_owned(),
    }
}

/// Returns the id of a company's interaction in the telephony system, by their places among all.
pub fn conversation(company: usize, interaction: usize) -> String {
    format!("conversation-{:04}-{:02}", company + 1, interaction + 1)
}

impl RecordFactory<'_> {
    /// Returns an instant of the last years, at working hours.
    pub fn instant(&mut self, tx: &Tx) -> DateTime<Utc> {
        let midnight = tx.now().date_naive().and_time(chrono::NaiveTime::MIN).and_utc();
        let seconds = self.rng.i64(8 * 3600..18 * 3600);
        midnight - TimeDelta::days(self.rng.i64(1..DAYS)) + TimeDelta::seconds(seconds)
    }

    /// Returns a member of the staff, if there is any.
    pub fn user(&mut self) -> Option<UserId> {
        self.rng.choice(self.staff).copied()
    }

    /// Returns the data of a record created by a member of the staff in the last years.
    pub fn record(&mut self, tx: &Tx) -> Record {
        let at = self.instant(tx);
        Record::new(at, self.user())
    }

    /// Creates a company of the list.
    pub fn organization(
        &mut self,
        tx: &Tx,
        company: &Company,
        external_id: ExternalIdInput,
    ) -> Result<Organization> {
        let mut organization = Organization::new(OrganizationId::new(tx.new_id()), self.record(tx));
        OrganizationChanges {
            name: given(company.name),
            company_type: given(company.kind),
            industry: given(company.industry),
            address: Patch::Set(address(&company.place, ContactPointLabel::Work)),
            phone_number: Patch::Set(self.phone(&company.place, ContactPointLabel::Main)),
            employee_count: company.employees.into(),
            annual_revenue: company
                .revenue
                .map(|millions| revenue(millions, company.currency))
                .into(),
            websites: Patch::Set(vec![Url(format!("https://www.{}/", company.domain))]),
            tags: Patch::Set(company.tags.iter().map(|tag| (*tag).to_owned()).collect()),
            tickers: Patch::Set(company.ticker.map(ticker).into_iter().collect()),
            external_system_url: Patch::Set(Url(format!(
                "https://crm.example/accounts/{}",
                external_id.value
            ))),
            external_ids: Patch::Set(vec![external_id]),
            ..OrganizationChanges::default()
        }
        .apply(&mut organization, self.region)?;
        Ok(organization)
    }

    /// Creates a contact who works at the company.
    pub fn contact(
        &mut self,
        tx: &Tx,
        name: (&str, &str),
        employer: &Employer<'_>,
        tags: Vec<String>,
        external_id: ExternalIdInput,
    ) -> Result<Contact> {
        let mut contact = Contact::new(ContactId::new(tx.new_id()), self.record(tx));
        contact.organization_id = employer.organization_id;
        let fields = ContactChanges {
            salutation: if self.rng.u8(0..20) == 0 {
                given("Dr.")
            } else {
                Patch::Keep
            },
            first_name: given(name.0),
            last_name: given(name.1),
            title: given(self.title()),
            tags: Patch::Set(tags),
            external_ids: Patch::Set(vec![external_id]),
            phone_numbers: Patch::Set(self.phones(employer.place)),
            email_addresses: Patch::Set(vec![email(name, employer.domain)]),
            addresses: Patch::Set(vec![address(employer.place, ContactPointLabel::Work)]),
            social_handles: Patch::Set(self.handles(name)),
            survey_opt_out: Patch::Set(self.rng.u8(0..25) == 0),
            ..ContactChanges::default()
        };
        fields.apply(&mut contact, self.region)?;
        Ok(contact)
    }

    /// Returns a job title; the first of the list are more frequent.
    fn title(&mut self) -> &'static str {
        let titles = &self.content.titles;
        let place = self
            .rng
            .usize(0..titles.len().max(1))
            .min(self.rng.usize(0..titles.len().max(1)));
        titles.get(place).copied().unwrap_or_default()
    }

    fn phones(&mut self, place: &Place) -> Vec<PhoneNumberInput> {
        let mut numbers = vec![self.phone(place, ContactPointLabel::Work)];
        if self.rng.u8(0..3) == 0 {
            let mobile = self.phone(place, ContactPointLabel::Mobile);
            numbers.push(PhoneNumberInput {
                primary: None,
                ..mobile
            });
        }
        numbers
    }

    fn phone(&mut self, place: &Place, label: ContactPointLabel) -> PhoneNumberInput {
        let national = matches!(self.region.to_string().as_str(), "US" | "CA");
        PhoneNumberInput {
            input: phone::number(place.country, place.city, national, &mut self.rng),
            extension: None,
            label: Some(label),
            primary: Some(true),
        }
    }

    fn handles(&mut self, name: (&str, &str)) -> Vec<SocialHandleInput> {
        let network = match self.rng.u8(0..10) {
            0 | 1 => SocialNetwork::Linkedin,
            2 => SocialNetwork::Mastodon,
            _ => return Vec::new(),
        };
        vec![SocialHandleInput {
            platform_id: None,
            network,
            handle: local_part(name),
        }]
    }
}

fn given(text: &str) -> Patch<String> {
    Patch::Set(text.to_owned())
}

fn address(place: &Place, label: ContactPointLabel) -> AddressInput {
    let text = |text: &str| Some(text.to_owned());
    AddressInput {
        lines: Some(vec![place.street.to_owned()]),
        city: text(place.city),
        region: text(place.region),
        postal_code: text(place.postal_code),
        country_code: text(place.country),
        label: Some(label),
        primary: Some(true),
    }
}

fn revenue(millions: i64, currency: &str) -> MoneyInput {
    MoneyInput {
        amount: Decimal((millions * 1_000_000).into()),
        currency: currency.to_owned(),
    }
}

fn ticker((symbol, exchange): (&str, &str)) -> TickerInput {
    TickerInput {
        symbol: symbol.to_owned(),
        exchange: exchange.to_owned(),
    }
}

fn email(name: (&str, &str), domain: &str) -> EmailAddressInput {
    EmailAddressInput {
        address: format!("{}@{domain}", local_part(name)),
        label: Some(ContactPointLabel::Work),
        primary: Some(true),
    }
}

/// Returns the local part of an e-mail address: the name without accents.
fn local_part((first, last): (&str, &str)) -> String {
    let ascii = |name: &str| -> String {
        words(&name.replace(['\'', ' ', '-'], ""))
            .concat()
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .collect()
    };
    format!("{}.{}", ascii(first), ascii(last))
}
