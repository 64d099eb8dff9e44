//! Tables of other programs: the fields of their columns, and their habits.

use serde_json::Value;

use super::Object;
use super::layout::Kind;

/// The text between several values in a cell of Google.
const BETWEEN_VALUES: &str = " ::: ";

/// A program whose tables are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Program {
    /// Google Contacts.
    Google,
    /// Outlook.
    Outlook,
    /// Salesforce: the names of its API, or those of its reports.
    Salesforce,
}

impl Program {
    /// Finds the program that knows most of these columns, if it knows more than `own`.
    pub fn of(kind: Kind, names: &[String], own: usize) -> Option<Self> {
        let all = [Self::Google, Self::Outlook, Self::Salesforce];
        let counted = all.map(|program| {
            let known = names.iter().filter(|name| program.path(kind, name).is_some());
            (known.count(), program)
        });
        let most = counted.into_iter().rev().max_by_key(|(count, _)| *count);
        most.filter(|(count, _)| *count > own).map(|(_, program)| program)
    }

    /// Returns the path of the field of a column.
    pub fn path(self, kind: Kind, name: &str) -> Option<String> {
        let table = match (self, kind) {
            (Self::Google, Kind::Contacts) => {
                if let Some(path) = numbered(name) {
                    return Some(path);
                }
                GOOGLE
            }
            (Self::Outlook, Kind::Contacts) => OUTLOOK,
            (Self::Salesforce, Kind::Contacts) => SALESFORCE_CONTACT,
            (Self::Salesforce, Kind::Organizations) => SALESFORCE_ACCOUNT,
            _ => return None,
        };
        let known = table.iter().find(|(column, _)| column.eq_ignore_ascii_case(name));
        known.map(|(_, path)| (*path).to_owned())
    }
}

/// Returns the path of a column of Google that has a number, such as `Phone 1 - Value`.
fn numbered(name: &str) -> Option<String> {
    let (begin, end) = name.split_once(" - ")?;
    let (list, number) = begin.rsplit_once(' ')?;
    let number: u32 = number.parse().ok()?;
    let (list, part) = match (list, end) {
        ("E-mail", "Value") => ("emailAddresses", "address"),
        ("Phone", "Value") => ("phoneNumbers", "input"),
        ("E-mail", "Label" | "Type") => ("emailAddresses", "label"),
        ("Phone", "Label" | "Type") => ("phoneNumbers", "label"),
        ("Address", "Label" | "Type") => ("addresses", "label"),
        ("Address", "Street" | "PO Box" | "Extended Address") => ("addresses", "lines"),
        ("Address", "City") => ("addresses", "city"),
        ("Address", "Region") => ("addresses", "region"),
        ("Address", "Postal Code") => ("addresses", "postalCode"),
        ("Address", "Country") => ("addresses", "country"),
        ("Organization", "Name") if number == 1 => return Some("company".to_owned()),
        ("Organization", "Title") if number == 1 => return Some("title".to_owned()),
        _ => return None,
    };
    Some(format!("{list}.{number}.{part}"))
}

/// Adapts a row of another program: labels and lists as it writes them, addresses of websites without a scheme, and labels of
/// nothing.
pub fn tidy(object: &mut Object) {
    for name in ["phoneNumbers", "emailAddresses", "addresses"] {
        let Some(Value::Array(entries)) = object.get_mut(name) else {
            continue;
        };
        let given = std::mem::take(entries);
        for entry in given {
            if let Value::Object(entry) = entry {
                entries.extend(split(entry).into_iter().map(Value::Object));
            }
        }
        if entries.is_empty() {
            object.insert(name.to_owned(), Value::Null);
        }
    }
    if let Some(Value::String(tags)) = object.get_mut("tags")
        && (tags.contains('*') || tags.contains(BETWEEN_VALUES))
    {
        let kept = tags.split(BETWEEN_VALUES.trim()).map(str::trim);
        // Groups of the program itself, such as `* myContacts`, are no tags.
        let kept: Vec<&str> = kept.filter(|tag| !tag.starts_with('*')).collect();
        *tags = kept.join(";");
    }
    if let Some(Value::String(sites)) = object.get_mut("websites")
        && !sites.contains("://")
    {
        sites.insert_str(0, "https://");
    }
}

/// Splits an entry with several values into one for each. An entry without a value is dropped.
fn split(mut entry: Object) -> Vec<Object> {
    let label = match entry.remove("label") {
        Some(Value::String(label)) => label,
        _ => String::new(),
    };
    if entry.is_empty() {
        return Vec::new();
    }
    let is_primary = label.starts_with('*');
    let label = label_of(label.trim_start_matches(['*', ' ']));
    let main = if entry.contains_key("input") {
        "input"
    } else {
        "address"
    };
    let values: Vec<String> = match entry.get(main) {
        Some(Value::String(values)) => values
            .split(BETWEEN_VALUES)
            .map(|value| value.trim().to_owned())
            .collect(),
        _ => Vec::new(),
    };
    let labelled = |mut entry: Object, is_first: bool| {
        entry.insert("label".to_owned(), label.into());
        if is_primary && is_first {
            entry.insert("primary".to_owned(), true.into());
        }
        entry
    };
    if values.is_empty() {
        return vec![labelled(entry, true)];
    }
    let given = values.into_iter().filter(|value| !value.is_empty()).enumerate();
    given
        .map(|(place, value)| {
            let mut entry = entry.clone();
            entry.insert(main.to_owned(), value.into());
            labelled(entry, place == 0)
        })
        .collect()
}

/// The words that people and programs write for a purpose, each with its label; the first one decides.
const LABELS: &[(&str, &str)] = &[
    ("FAX", "FAX"),
    ("MOBILE", "MOBILE"),
    ("CELL", "MOBILE"),
    ("IPHONE", "MOBILE"),
    ("MAIN", "MAIN"),
    ("ASSISTANT", "ASSISTANT"),
    ("BILLING", "BILLING"),
    ("SHIPPING", "SHIPPING"),
    ("WORK", "WORK"),
    ("BUSINESS", "WORK"),
    ("HOME", "HOME"),
];

/// The label of a purpose as people and programs write it.
pub fn label_of(text: &str) -> &'static str {
    let text = text.to_ascii_uppercase();
    let has = |word: &str| {
        text.split(|c: char| !c.is_alphanumeric())
            .any(|part| part == word)
    };
    let known = LABELS.iter().find(|(word, _)| has(word));
    known.map_or("OTHER", |(_, label)| label)
}

/// <https://support.google.com/contacts/answer/15147365>, and the columns of earlier years.
const GOOGLE: &[(&str, &str)] = &[
    ("Name Prefix", "salutation"),
    ("First Name", "firstName"),
    ("Given Name", "firstName"),
    ("Middle Name", "middleName"),
    ("Additional Name", "middleName"),
    ("Last Name", "lastName"),
    ("Family Name", "lastName"),
    ("Organization Name", "company"),
    ("Organization Title", "title"),
    ("Labels", "tags"),
    ("Group Membership", "tags"),
];

const OUTLOOK: &[(&str, &str)] = &[
    ("Title", "salutation"),
    ("First Name", "firstName"),
    ("Middle Name", "middleName"),
    ("Last Name", "lastName"),
    ("Job Title", "title"),
    ("Company", "company"),
    ("Categories", "tags"),
    ("E-mail Address", "emailAddresses.1.address"),
    ("E-mail 2 Address", "emailAddresses.2.address"),
    ("E-mail 3 Address", "emailAddresses.3.address"),
    ("Primary Phone", "phoneNumbers.MAIN"),
    ("Business Phone", "phoneNumbers.WORK"),
    ("Business Phone 2", "phoneNumbers.WORK2"),
    ("Company Main Phone", "phoneNumbers.MAIN2"),
    ("Mobile Phone", "phoneNumbers.MOBILE"),
    ("Car Phone", "phoneNumbers.MOBILE2"),
    ("Home Phone", "phoneNumbers.HOME"),
    ("Home Phone 2", "phoneNumbers.HOME2"),
    ("Other Phone", "phoneNumbers.OTHER"),
    ("Assistant's Phone", "phoneNumbers.ASSISTANT"),
    ("Business Fax", "phoneNumbers.FAX"),
    ("Home Fax", "phoneNumbers.FAX2"),
    ("Other Fax", "phoneNumbers.FAX3"),
    ("Business Street", "addresses.WORK.lines"),
    ("Business Street 2", "addresses.WORK.lines"),
    ("Business Street 3", "addresses.WORK.lines"),
    ("Business City", "addresses.WORK.city"),
    ("Business State", "addresses.WORK.region"),
    ("Business Postal Code", "addresses.WORK.postalCode"),
    ("Business Country/Region", "addresses.WORK.country"),
    ("Business Country", "addresses.WORK.country"),
    ("Home Street", "addresses.HOME.lines"),
    ("Home Street 2", "addresses.HOME.lines"),
    ("Home Street 3", "addresses.HOME.lines"),
    ("Home City", "addresses.HOME.city"),
    ("Home State", "addresses.HOME.region"),
    ("Home Postal Code", "addresses.HOME.postalCode"),
    ("Home Country/Region", "addresses.HOME.country"),
    ("Home Country", "addresses.HOME.country"),
    ("Other Street", "addresses.OTHER.lines"),
    ("Other Street 2", "addresses.OTHER.lines"),
    ("Other Street 3", "addresses.OTHER.lines"),
    ("Other City", "addresses.OTHER.city"),
    ("Other State", "addresses.OTHER.region"),
    ("Other Postal Code", "addresses.OTHER.postalCode"),
    ("Other Country/Region", "addresses.OTHER.country"),
    ("Other Country", "addresses.OTHER.country"),
];

/// <https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_contact.htm>,
/// and the labels of the same fields, which reports have.
const SALESFORCE_CONTACT: &[(&str, &str)] = &[
    ("Id", "externalIds.salesforce"),
    ("Contact ID", "externalIds.salesforce"),
    ("AccountId", "organizationKey.salesforce"),
    ("Account ID", "organizationKey.salesforce"),
    ("Account Name", "company"),
    ("Salutation", "salutation"),
    ("FirstName", "firstName"),
    ("First Name", "firstName"),
    ("MiddleName", "middleName"),
    ("Middle Name", "middleName"),
    ("LastName", "lastName"),
    ("Last Name", "lastName"),
    ("Title", "title"),
    ("Email", "emailAddresses.WORK"),
    ("Phone", "phoneNumbers.WORK"),
    ("Business Phone", "phoneNumbers.WORK"),
    ("MobilePhone", "phoneNumbers.MOBILE"),
    ("Mobile Phone", "phoneNumbers.MOBILE"),
    ("Mobile", "phoneNumbers.MOBILE"),
    ("HomePhone", "phoneNumbers.HOME"),
    ("Home Phone", "phoneNumbers.HOME"),
    ("OtherPhone", "phoneNumbers.OTHER"),
    ("Other Phone", "phoneNumbers.OTHER"),
    ("AssistantPhone", "phoneNumbers.ASSISTANT"),
    ("Fax", "phoneNumbers.FAX"),
    ("Business Fax", "phoneNumbers.FAX"),
    ("MailingStreet", "addresses.WORK.lines"),
    ("Mailing Street", "addresses.WORK.lines"),
    ("MailingCity", "addresses.WORK.city"),
    ("Mailing City", "addresses.WORK.city"),
    ("MailingState", "addresses.WORK.region"),
    ("Mailing State/Province", "addresses.WORK.region"),
    ("MailingPostalCode", "addresses.WORK.postalCode"),
    ("Mailing Zip/Postal Code", "addresses.WORK.postalCode"),
    ("MailingCountry", "addresses.WORK.country"),
    ("Mailing Country", "addresses.WORK.country"),
    ("OtherStreet", "addresses.OTHER.lines"),
    ("OtherCity", "addresses.OTHER.city"),
    ("OtherState", "addresses.OTHER.region"),
    ("OtherPostalCode", "addresses.OTHER.postalCode"),
    ("OtherCountry", "addresses.OTHER.country"),
];

const SALESFORCE_ACCOUNT: &[(&str, &str)] = &[
    ("Id", "externalIds.salesforce"),
    ("Account ID", "externalIds.salesforce"),
    ("Name", "name"),
    ("Account Name", "name"),
    ("Type", "companyType"),
    ("Industry", "industry"),
    ("Phone", "phoneNumber.input"),
    ("Fax", "faxNumber.input"),
    ("Website", "websites"),
    ("NumberOfEmployees", "employeeCount"),
    ("Employees", "employeeCount"),
    ("BillingStreet", "address.lines"),
    ("Billing Street", "address.lines"),
    ("BillingCity", "address.city"),
    ("Billing City", "address.city"),
    ("BillingState", "address.region"),
    ("Billing State/Province", "address.region"),
    ("BillingPostalCode", "address.postalCode"),
    ("Billing Zip/Postal Code", "address.postalCode"),
    ("BillingCountry", "address.country"),
    ("Billing Country", "address.country"),
];
