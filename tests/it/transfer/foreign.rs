//! Files of other programs, made to their documented headers. The people are invented.

use external_contacts::transfer::{Format, Imported, Kind};

use super::{Import, columns};
use crate::support::on_both_engines;

const NAMES: [&str; 5] = ["salutation", "firstName", "middleName", "lastName", "title"];
const PHONES: [&str; 4] = [
    "phoneNumbers.1.e164",
    "phoneNumbers.1.label",
    "phoneNumbers.2.e164",
    "phoneNumbers.2.label",
];
const EMAILS: [&str; 5] = [
    "emailAddresses.1.address",
    "emailAddresses.1.label",
    "emailAddresses.1.primary",
    "emailAddresses.2.address",
    "emailAddresses.2.label",
];
const ADDRESS: [&str; 6] = [
    "addresses.1.lines",
    "addresses.1.city",
    "addresses.1.region",
    "addresses.1.postalCode",
    "addresses.1.countryCode",
    "addresses.1.label",
];

/// Imports a file of the folder `files`.
async fn imported(import: &Import<'_>, name: &str, format: Format) -> Imported {
    let path = format!("{}/tests/it/transfer/files/{name}", env!("CARGO_MANIFEST_DIR"));
    import.file(path.as_ref(), format).await
}

/// The names of the columns that the report says were not imported.
fn ignored(import: &Import<'_>) -> Vec<String> {
    let remarks = import.remarks().into_iter();
    let names = remarks.filter_map(|line| line.strip_prefix("1,ignored,").map(str::to_owned));
    names
        .map(|line| line.split(',').next().unwrap_or_default().to_owned())
        .collect()
}

on_both_engines! {
    async fn contacts_of_google_are_imported(app: &TestApp) {
        Import::of(&app.tenant, Kind::Organizations).table("name\nQuarkworks\n").await;
        let import = Import::of(&app.tenant, Kind::Contacts);
        let result = imported(&import, "google.csv", Format::Csv).await;

        assert_eq!((result.created, result.refused), (2, 1));
        let of = |names: &'static [&'static str]| columns(&app.tenant, Kind::Contacts, names);
        assert_eq!(of(&NAMES).await, ["Dr.|Élodie|Anne|Marchand|Head of Purchasing", "|Bob|||"]);
        assert_eq!(of(&PHONES).await, ["+13175550123|OTHER||", "+33612345678|MOBILE|+33123456789|FAX"]);
        assert_eq!(of(&EMAILS).await, [
            "elodie@quarkworks.example|WORK|true|e.marchand@quarkworks.example|WORK", "||||",
        ]);
        assert_eq!(of(&["emailAddresses.3.address", "emailAddresses.3.label"]).await, ["elodie@home.example|HOME", "|"]);
        assert_eq!(of(&ADDRESS).await, [
            "1 rue de l'Exemple\nBâtiment B\n3e étage|Paris|Île-de-France|75001|FR|WORK", "|||||",
        ]);
        assert_eq!(of(&["tags"]).await, ["", "Suppliers"]);
        assert!(ignored(&import).contains(&"Notes".to_owned()));
        let remarks = import.remarks();
        assert!(remarks.contains(&"5,ignored,company,there is no organization with this name".to_owned()), "{remarks:?}");
        assert!(remarks.contains(&"6,refused,lastName,a contact needs a first name or a last name".to_owned()), "{remarks:?}");
    }

    async fn contacts_of_outlook_are_imported(app: &TestApp) {
        Import::of(&app.tenant, Kind::Organizations).table("name\nQuarkworks\n").await;
        let import = Import::of(&app.tenant, Kind::Contacts);
        let result = imported(&import, "outlook.csv", Format::Csv).await;

        assert_eq!((result.created, result.refused), (1, 0), "{:?}", import.remarks());
        let of = |names: &'static [&'static str]| columns(&app.tenant, Kind::Contacts, names);
        assert_eq!(of(&NAMES).await, ["Frau|Jörg-Änne||Größmann|Leiterin; Einkauf"]);
        assert_eq!(of(&["phoneNumbers.3.e164", "phoneNumbers.3.label", "tags"]).await, ["+4989123458|WORK|Kunde; Wichtig"]);
        assert_eq!(of(&PHONES).await, ["+4989123457|FAX|+4989123456|WORK"]);
        assert_eq!(of(&EMAILS).await, ["joerg@quarkworks.example|OTHER|false|joerg@home.example|OTHER"]);
        assert_eq!(of(&ADDRESS).await, [
            "Hauptstraße 1\nHinterhaus\nDeutschland (BRD)|München|Bayern|80331||WORK",
        ]);
        assert_eq!(ignored(&import), ["Suffix", "Department", "E-mail Type", "E-mail Display Name", "Web Page", "Notes"]);
        assert!(columns(&app.tenant, Kind::Contacts, &["organizationId"]).await[0].starts_with("organization_"));
    }

    async fn accounts_and_contacts_of_salesforce_are_imported(app: &TestApp) {
        let accounts = Import::of(&app.tenant, Kind::Organizations);
        let result = imported(&accounts, "salesforce-accounts.csv", Format::Csv).await;
        assert_eq!((result.created, result.refused), (1, 0), "{:?}", accounts.remarks());
        assert_eq!(ignored(&accounts), ["AnnualRevenue"]);
        let names = ["name", "companyType", "industry", "websites", "employeeCount", "address.countryCode", "phoneNumber.input"];
        assert_eq!(columns(&app.tenant, Kind::Organizations, &names).await, [
            "Quarkworks|Customer - Direct|Electronics|https://www.quarkworks.example|250|GB|0117 496 0000",
        ]);

        let import = Import::of(&app.tenant, Kind::Contacts);
        let result = imported(&import, "salesforce-contacts.csv", Format::Csv).await;
        assert_eq!((result.created, result.refused), (1, 1));
        let of = |names: &'static [&'static str]| columns(&app.tenant, Kind::Contacts, names);
        assert_eq!(of(&NAMES).await, ["Ms.|Ngozi||Okafor|Buyer"]);
        assert_eq!(of(&ADDRESS).await, ["12 Sample Road\nUnit 4|Bristol|Avon|BS1 4ST|GB|WORK"]);
        assert_eq!(of(&["externalIds.1.source", "externalIds.1.value"]).await, ["salesforce|003D000000QV9n2IAD"]);
        assert!(import.remarks().contains(&"4,refused,organizationKey,there is no organization with this key".to_owned()));
        let again = imported(&import, "salesforce-contacts.csv", Format::Csv).await;
        assert_eq!((again.created, again.unchanged), (0, 1));
    }

    async fn vcards_are_imported(app: &TestApp) {
        Import::of(&app.tenant, Kind::Organizations).table("name\nQuarkworks\n").await;
        let import = Import::of(&app.tenant, Kind::Contacts);
        let third = imported(&import, "version-3.vcf", Format::Vcard).await;
        assert_eq!((third.created, third.refused), (2, 0), "{:?}", import.remarks());
        let remarks = import.remarks();
        assert_eq!(remarks.len(), 2, "{remarks:?}");
        assert!(remarks[0].starts_with("1,ignored,X-ABLABEL,") && remarks[1].starts_with("1,ignored,NOTE,"), "{remarks:?}");
        let fourth = imported(&import, "version-4.vcf", Format::Vcard).await;
        assert_eq!((fourth.created, fourth.refused), (1, 0), "{:?}", import.remarks());

        let of = |names: &'static [&'static str]| columns(&app.tenant, Kind::Contacts, names);
        assert_eq!(of(&NAMES).await, [
            "Dr.|Élodie|Anne|Marchand|Head of Purchasing, Europe", "Ms.|Ngozi||Okafor|", "|||Acme Helpdesk|",
        ]);
        assert_eq!(of(&PHONES).await, [
            "+13175550123|WORK||", "+33612345678|MOBILE|+33123456789|OTHER", "+441174960123|WORK|+447700900123|MOBILE",
        ]);
        assert_eq!(of(&["phoneNumbers.1.extension", "phoneNumbers.1.primary"]).await, ["12|true", "|false", "|false"]);
        assert_eq!(of(&EMAILS).await, [
            "elodie@quarkworks.example|WORK|true|elodie@home.example|HOME", "ngozi@quarkworks.example|WORK|false||", "||||",
        ]);
        assert_eq!(of(&ADDRESS).await, [
            "1 rue de l'Exemple\n3e étage|Paris|Île-de-France|75001|FR|WORK",
            "12 Sample Road\nUnit 4|Bristol|Avon|BS1 4ST|GB|HOME", "|||||",
        ]);
        let again = imported(&import, "version-4.vcf", Format::Vcard).await;
        assert_eq!((again.created, again.unchanged), (0, 1));
    }
}
