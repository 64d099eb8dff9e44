//! Generated organizations.

use fastrand::Rng;

use super::name::ascii;
use super::place::City;
use super::world::{Kind, World};
use crate::error::Result;
use crate::id::OrganizationId;
use crate::model::{
    ContactPointLabel, Decimal, ExternalIdInput, MoneyInput, Organization, OrganizationChanges, Patch,
    Region, Url,
};

/// The first words of names that are not those of founders.
const FIRST_WORDS: [&str; 40] = [
    "Northern",
    "Blue",
    "Summit",
    "Silver",
    "Union",
    "Pioneer",
    "Harbor",
    "Golden",
    "United",
    "Premier",
    "Evergreen",
    "Atlas",
    "Cedar",
    "Liberty",
    "Granite",
    "Pacific",
    "Meridian",
    "Sterling",
    "Prime",
    "Valley",
    "Lakeside",
    "Beacon",
    "Keystone",
    "Horizon",
    "Crescent",
    "Juniper",
    "Falcon",
    "Orchard",
    "Lumen",
    "Quarry",
    "Willow",
    "Ember",
    "Compass",
    "Redwood",
    "Copper",
    "Tidewater",
    "Saffron",
    "Larkspur",
    "Zephyr",
    "Halcyon",
];
/// The trades in names, each with its industry; the first are more frequent.
const TRADES: [(&str, &str); 30] = [
    ("Retail", "Retail"),
    ("Foods", "Food"),
    ("Logistics", "Logistics"),
    ("Construction", "Construction"),
    ("Health", "Health care"),
    ("Software", "Software"),
    ("Insurance", "Insurance"),
    ("Manufacturing", "Manufacturing"),
    ("Consulting", "Consulting"),
    ("Media", "Media"),
    ("Energy", "Energy"),
    ("Hotels", "Hospitality"),
    ("Bank", "Banking"),
    ("Motors", "Automotive"),
    ("Legal", "Legal services"),
    ("Clinic", "Health care"),
    ("Systems", "Software"),
    ("Travel", "Travel"),
    ("Textiles", "Textiles"),
    ("Schools", "Education"),
    ("Telecom", "Telecommunications"),
    ("Farms", "Agriculture"),
    ("Electric", "Utilities"),
    ("Furniture", "Furniture"),
    ("Pharma", "Pharmaceuticals"),
    ("Robotics", "Manufacturing"),
    ("Publishing", "Publishing"),
    ("Marine", "Shipping"),
    ("Aviation", "Aerospace"),
    ("Games", "Entertainment"),
];
/// The legal forms at the end of names, by country.
const FORMS: [(&str, &[&str]); 9] = [
    ("US", &["Inc", "LLC", "Corp", "Group"]),
    ("GB", &["Ltd", "plc", "Group"]),
    ("DE", &["GmbH", "AG", "KG"]),
    ("AT", &["GmbH", "AG"]),
    ("CH", &["AG", "GmbH"]),
    ("FR", &["SARL", "SA"]),
    ("ES", &["SL", "SA"]),
    ("IT", &["SpA", "Srl"]),
    ("NL", &["BV", "NV"]),
];
/// The company types, the most frequent first.
const TYPES: [&str; 5] = ["Customer", "Prospect", "Supplier", "Partner", "Competitor"];
/// The tags, the most frequent first.
const TAGS: [&str; 12] = [
    "renewal due",
    "key account",
    "export",
    "public sector",
    "regulated",
    "24x7",
    "reseller",
    "seasonal",
    "trial",
    "at risk",
    "reference",
    "framework contract",
];

/// The data of an organization that other records tell.
pub struct Company<'w> {
    /// The name.
    pub name: String,
    /// The domain of its website, and of the addresses of its people.
    pub domain: String,
    /// The city.
    pub city: Option<&'w City>,
    industry: &'static str,
    /// The chance of all other data.
    rng: Rng,
}

impl<'w> Company<'w> {
    /// Makes the data of an organization.
    pub fn of(world: &'w World, number: u64) -> Self {
        let mut rng = world.rng(Kind::Organization, number);
        let city = world.cities.pick(&mut rng);
        let country = city.map_or("US", |city| city.country);
        let trade = rng.usize(0..TRADES.len()).min(rng.usize(0..TRADES.len()));
        let (trade, industry) = TRADES.get(trade).copied().unwrap_or_default();
        let founder = |rng: &mut Rng| super::name::PersonName::of(&world.names, country, rng).last;
        let start = match rng.u8(0..10) {
            0..5 => founder(&mut rng),
            5 => format!("{} & {}", founder(&mut rng), founder(&mut rng)),
            6 => format!("{} {}", city.map_or("", |city| city.name), founder(&mut rng)),
            _ => format!(
                "{} {}",
                rng.choice(FIRST_WORDS).unwrap_or_default(),
                founder(&mut rng)
            ),
        };
        let forms = FORMS.iter().find(|(of, _)| *of == country);
        let forms = forms.map_or(&["Ltd", "SA"] as &[&str], |(_, forms)| forms);
        let form = rng.choice(forms).copied().unwrap_or_default();
        let site = ascii(&start);
        Self {
            name: format!("{start} {trade} {form}"),
            // Companies of the same name do not share a site.
            domain: format!("{site}{number}.example"),
            city,
            industry,
            rng,
        }
    }

    /// Makes the organization.
    pub fn organization(mut self, world: &World, number: u64, region: &Region) -> Result<Organization> {
        let rng = &mut self.rng;
        let record = world.record(
            Kind::Organization,
            number,
            world.instant(Kind::Organization, number),
            rng,
        );
        let mut organization = Organization::new(world.id(Kind::Organization, number), record);
        let kind = rng.usize(0..TYPES.len()).min(rng.usize(0..TYPES.len()));
        // Most are small.
        let size = rng.f64().powi(6);
        #[expect(clippy::cast_possible_truncation, reason = "it is less than a million")]
        let employees = 3 + (size * 90_000.0) as i32;
        OrganizationChanges {
            name: Patch::Set(self.name),
            company_type: given(TYPES.get(kind).copied()),
            industry: given(Some(self.industry)),
            employee_count: (rng.u8(0..10) > 0).then_some(employees).into(),
            annual_revenue: (rng.u8(0..10) < 4).then(|| revenue(employees, rng)).into(),
            websites: Patch::Set(vec![Url(format!("https://www.{}/", self.domain))]),
            tags: Patch::Set(tags(&TAGS, 45, rng)),
            external_ids: Patch::Set(vec![ExternalIdInput {
                source: "crm".to_owned(),
                value: format!("A-{:07}", number + 1),
            }]),
            ..OrganizationChanges::default()
        }
        .apply(&mut organization, region)?;
        if let Some(city) = self.city {
            organization.address = Some(city.address(ContactPointLabel::Work, rng));
            organization.phone_number =
                (rng.u8(0..10) > 0).then(|| city.number(ContactPointLabel::Main, true, rng));
            organization.fax_number =
                (rng.u8(0..12) == 0).then(|| city.number(ContactPointLabel::Main, false, rng));
        }
        Ok(organization)
    }
}

/// Returns the id of an organization.
pub fn organization_id(world: &World, number: u64) -> OrganizationId {
    world.id(Kind::Organization, number)
}

/// Returns tags: one for this percentage of the records, and two for some of them.
pub fn tags(all: &[&str], percent: u8, rng: &mut Rng) -> Vec<String> {
    let mut tags = Vec::new();
    while tags.len() < 3 && rng.u8(0..100) < percent {
        let place = rng.usize(0..all.len()).min(rng.usize(0..all.len()));
        let tag = all.get(place).copied().unwrap_or_default();
        if !tags.iter().any(|other| other == tag) {
            tags.push(tag.to_owned());
        }
    }
    tags
}

fn given(text: Option<&str>) -> Patch<String> {
    text.map(str::to_owned).into()
}

fn revenue(employees: i32, rng: &mut Rng) -> MoneyInput {
    MoneyInput {
        amount: Decimal((i64::from(employees) * rng.i64(40_000..200_000)).into()),
        currency: "USD".to_owned(),
    }
}
