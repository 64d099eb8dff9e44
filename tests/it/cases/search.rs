//! The words that records are found by, as people type them.

use serde_json::{Value, json};

use crate::search::{add, found, names};
use crate::support::operations::CREATE_ORGANIZATION;
use crate::support::{TestCaller, on_both_engines};

const CREATE_NOTE: &str = "mutation ($input: CreateNoteInput!) { createNote(input: $input) { note { id } userErrors { code field message } } }";
const ORGANIZATIONS: &str =
    "query ($query: String!) { searchOrganizations(query: $query) { nodes { displayName: name } } }";
const EVERYTHING: &str = "query ($query: String!, $kinds: [SearchKind!]) { search(query: $query, kinds: $kinds) { nodes {
    ... on Contact { displayName } ... on Organization { displayName: name } ... on Note { displayName: excerpt(length: 40) } } } }";

async fn person(caller: &TestCaller<'_>, first: &str, last: &str) {
    add(caller, last, json!({ "firstName": first, "lastName": last })).await;
}

async fn organization(caller: &TestCaller<'_>, name: &str, more: Value) {
    let mut input = json!({ "name": name });
    for (field, value) in more.as_object().unwrap() {
        input[field] = value.clone();
    }
    caller.done(CREATE_ORGANIZATION, input).await;
}

async fn organizations(caller: &TestCaller<'_>, query: &str) -> Vec<String> {
    let page = caller.data(ORGANIZATIONS, json!({ "query": query })).await;
    names(&page["searchOrganizations"])
}

async fn everything(caller: &TestCaller<'_>, query: &str, kinds: Value) -> Vec<String> {
    let page = caller
        .data(EVERYTHING, json!({ "query": query, "kinds": kinds }))
        .await;
    names(&page["search"])
}

on_both_engines! {
    async fn umlauts_are_found_in_both_spellings(app: &TestApp) {
        let admin = app.admin().await;
        for (first, last) in [("Jürgen", "Köhntöpp"), ("Baerbel", "Grasse"), ("Søren", "Åberg"), ("Joel", "Manuel"), ("Jöl", "Munk")] {
            person(&admin, first, last).await;
        }

        for query in ["koehntoepp", "juergen", "köhntöpp", "kohntopp", "jürgen koehn"] {
            assert_eq!(found(&admin, query).await, ["Jürgen Köhntöpp"], "{query}");
        }
        assert_eq!(found(&admin, "bärbel").await, ["Baerbel Grasse"]);
        assert_eq!(found(&admin, "BAERBEL").await, ["Baerbel Grasse"]);
        for query in ["soeren", "aaberg", "aberg", "sören"] {
            assert_eq!(found(&admin, query).await, ["Søren Åberg"], "{query}");
        }
        assert_eq!(found(&admin, "joel").await, ["Joel Manuel", "Jöl Munk"], "the name itself comes first");
        assert_eq!(found(&admin, "manuel").await, ["Joel Manuel"]);
    }

    async fn names_without_spaces_are_found_as_one_word_and_by_their_parts(app: &TestApp) {
        let admin = app.admin().await;
        for (first, last) in [("太郎", "山田"), ("민준", "김"), ("ສົມຊາຍ", "ແສງ")] {
            person(&admin, first, last).await;
        }
        organization(&admin, "株式会社山波自動車", json!({ "tags": ["重要顧客"] })).await;
        organization(&admin, "บริษัทปูนซิเมนต์ไทย", json!({})).await;

        for query in ["山田太郎", "山田 太郎", "太郎", "郎"] {
            assert_eq!(found(&admin, query).await, ["太郎 山田"], "{query}");
        }
        assert_eq!(found(&admin, "김민준").await, ["민준 김"]);
        for query in ["山波", "自動車", "株式会社", "株式会社山波自動車", "顧客"] {
            assert_eq!(organizations(&admin, query).await, ["株式会社山波自動車"], "{query}");
        }
        assert_eq!(organizations(&admin, "ปูนซิเมนต์").await, ["บริษัทปูนซิเมนต์ไทย"]);
        assert!(organizations(&admin, "波山").await.is_empty());
    }

    async fn notes_are_found_by_any_part_of_text_without_spaces(app: &TestApp) {
        let admin = app.admin().await;
        let ada = admin.contact("Ada").await;
        let long = format!("{}客户要求退货并退款{}", "甲乙丙丁".repeat(30), "戊己庚辛".repeat(30));
        for text in ["客户要求退货并退款", "客户满意", "Rückruf wegen Rechnung", long.as_str()] {
            admin.done(CREATE_NOTE, json!({ "subjectId": ada, "text": text })).await;
        }
        let notes = async |query| everything(&admin, query, json!(["NOTE"])).await;

        assert_eq!(notes("退货").await.len(), 2);
        assert_eq!(notes("要求退货").await.len(), 2);
        assert_eq!(notes("客户 退款").await.len(), 2);
        assert_eq!(notes("满").await, ["客户满意"]);
        assert!(notes("货退").await.is_empty());
        assert_eq!(notes("rueckruf").await, ["Rückruf wegen Rechnung"]);
        assert_eq!(notes("rückruf rechn").await, ["Rückruf wegen Rechnung"]);
    }

    async fn initials_and_names_with_signs_are_found_joined(app: &TestApp) {
        let admin = app.admin().await;
        person(&admin, "J.P.", "Morganfield").await;
        for name in ["AT&T Mobility", "Johnson & Johnson", "E.ON SE", "Johnson Controls", "ATU Garage"] {
            organization(&admin, name, json!({})).await;
        }

        for query in ["jp morganfield", "j.p. morganfield", "j p morganfield", "JP"] {
            assert_eq!(found(&admin, query).await, ["J.P. Morganfield"], "{query}");
        }
        for query in ["att mobility", "AT&T", "at&t mobility", "att"] {
            assert_eq!(organizations(&admin, query).await, ["AT&T Mobility"], "{query}");
        }
        for query in ["johnson and johnson", "johnson & johnson", "Johnson und Johnson", "johnson + johnson and"] {
            assert!(organizations(&admin, query).await.contains(&"Johnson & Johnson".to_owned()), "{query}");
        }
        assert_eq!(organizations(&admin, "johnson and johnson").await, ["Johnson & Johnson"]);
        for query in ["eon", "e.on", "EON SE"] {
            assert_eq!(organizations(&admin, query).await, ["E.ON SE"], "{query}");
        }
    }

    async fn names_in_one_word_or_two_are_found_either_way(app: &TestApp) {
        let admin = app.admin().await;
        for last in ["McDonnelly", "Mc Farlone", "Van der Berghe", "Al-Rashidiya"] {
            person(&admin, "Kim", last).await;
        }
        organization(&admin, "Quark Works GmbH", json!({})).await;

        for (query, last) in [
            ("mc donnelly", "McDonnelly"), ("kim mc donnelly", "McDonnelly"), ("mcfarlone", "Mc Farlone"),
            ("vanderberghe", "Van der Berghe"), ("van derberghe kim", "Van der Berghe"), ("alrashidiya", "Al-Rashidiya"),
            ("al rashidiya", "Al-Rashidiya"), ("mc-donnelly", "McDonnelly"),
        ] {
            assert_eq!(found(&admin, query).await, [format!("Kim {last}")], "{query}");
        }
        assert_eq!(organizations(&admin, "quarkworks").await, ["Quark Works GmbH"]);
        assert_eq!(organizations(&admin, "quarkworks gmbh").await, ["Quark Works GmbH"]);
    }

    async fn external_ids_are_found_as_a_whole(app: &TestApp) {
        let admin = app.admin().await;
        add(&admin, "Ann Smith", json!({ "externalIds": [{ "source": "crm", "value": "C-10442" }, { "source": "erp", "value": "KD 7 731" }] })).await;
        add(&admin, "Bo Berg", json!({ "externalIds": [{ "source": "crm", "value": "C-10443" }] })).await;
        organization(&admin, "Acme", json!({ "externalIds": [{ "source": "crm", "value": "O_55" }] })).await;

        for query in ["c-10442", "C-10442", "ann c-10442", "kd 7 731"] {
            assert_eq!(found(&admin, query).await, ["Ann Smith"], "{query}");
        }
        assert!(found(&admin, "c-1044").await.is_empty(), "the beginning is no id");
        assert_eq!(organizations(&admin, "o_55").await, ["Acme"]);
        assert_eq!(everything(&admin, "c-10443", Value::Null).await, ["Bo Berg"]);
    }

    async fn a_local_part_is_found_with_its_signs(app: &TestApp) {
        let admin = app.admin().await;
        for (name, address) in [
            ("Ann Plus", "ann+newsy@example.com"), ("Jim Under", "jim_roesy@example.com"), ("Pat Apostrophe", "o'harasy@example.com"),
            ("Jane Dot", "jane.roesy@example.com"), ("Rene Accent", "rené-x@example.com"),
        ] {
            add(&admin, name, json!({ "emailAddresses": [{ "address": address }] })).await;
            let local = address.rsplit_once('@').unwrap().0;
            assert_eq!(found(&admin, local).await, [name], "{local}");
            assert_eq!(found(&admin, &local.to_uppercase()).await, [name], "{local}");
            assert_eq!(found(&admin, address).await, [name], "{address}");
        }
    }

    async fn a_pasted_address_finds_by_the_bare_one(app: &TestApp) {
        let admin = app.admin().await;
        add(&admin, "Hedda Tesman", json!({ "emailAddresses": [{ "address": "hedda.g@tesman.example" }] })).await;
        add(&admin, "Jörg Buch", json!({ "emailAddresses": [{ "address": "jörg@bücher.example" }] })).await;

        for query in ["mailto:hedda.g@tesman.example", "<hedda.g@tesman.example>", "Hedda Gabler (Sales) <hedda.g@tesman.example>"] {
            assert_eq!(found(&admin, query).await, ["Hedda Tesman"], "{query}");
        }
        for query in ["jörg@xn--bcher-kva.example", "jörg@bücher.example", "jorg@bucher.example", "@xn--bcher-kva.example", "bücher.example"] {
            assert_eq!(found(&admin, query).await, ["Jörg Buch"], "{query}");
        }
    }

    async fn a_name_with_an_at_sign_is_found(app: &TestApp) {
        let admin = app.admin().await;
        organization(&admin, "Cyber@Kafe", json!({ "tags": ["vip@fair"] })).await;
        add(&admin, "Ann Smith", json!({ "title": "Lead@Ops", "tags": ["vip@fair"] })).await;

        for query in ["cyber@kafe", "Cyber@Kaf", "vip@fair"] {
            assert_eq!(organizations(&admin, query).await, ["Cyber@Kafe"], "{query}");
        }
        for query in ["lead@ops", "vip@fair"] {
            assert_eq!(found(&admin, query).await, ["Ann Smith"], "{query}");
        }
    }

    async fn a_number_is_searched_as_it_is_looked_up(app: &TestApp) {
        let admin = app.admin().await;
        for (name, number) in [
            ("Lon Don", "+44 20 7946 0018"), ("Flo Wers", "+1 800 356 9377"), ("Ext Ension", "ext 4711"), ("Star Code", "*9961#"),
        ] {
            add(&admin, name, json!({ "phoneNumbers": [{ "input": number }] })).await;
        }
        let by_phone = "query ($number: String!) { contactsByPhone(number: $number) { nodes { displayName } } }";

        for (query, name) in [
            ("\u{202a}+44 20 7946 0018\u{202c}", "Lon Don"), ("1-800-FLOWERS", "Flo Wers"), ("ext 4711", "Ext Ension"),
            ("*9961#", "Star Code"), ("Tel.: +44 20 7946 0018", "Lon Don"), ("sip:+442079460018@pbx.example", "Lon Don"),
        ] {
            assert_eq!(found(&admin, query).await, [name], "{query}");
            let looked_up = admin.data(by_phone, json!({ "number": query })).await;
            assert_eq!(names(&looked_up["contactsByPhone"]), [name], "{query}");
        }
    }

    async fn one_subscriber_is_found_in_two_notations(app: &TestApp) {
        let admin = app.admin().await;
        for (name, stored, called) in [
            ("Mexico Short", "+52 55 1234 5678", "+5215512345678"), ("Mexico Long", "+521 55 8765 4321", "+525587654321"),
            ("Argentina Short", "+54 11 2345 6789", "+5491123456789"), ("Brazil Long", "+55 11 98765-4321", "+551187654321"),
        ] {
            add(&admin, name, json!({ "phoneNumbers": [{ "input": stored }] })).await;
            let by_phone = "query ($number: String!) { contactsByPhone(number: $number) { nodes { displayName } } }";
            for number in [stored, called] {
                assert_eq!(found(&admin, number).await, [name], "{number}");
                let looked_up = admin.data(by_phone, json!({ "number": number })).await;
                assert_eq!(names(&looked_up["contactsByPhone"]), [name], "{number}");
            }
        }
    }

    async fn a_pasted_web_address_finds_by_its_domain(app: &TestApp) {
        let admin = app.admin().await;
        organization(&admin, "Quarkworks", json!({ "websites": ["https://www.quarkworks.example/about"] })).await;
        organization(&admin, "Bücher", json!({ "websites": ["https://bücher.example"] })).await;
        add(&admin, "Ann Smith", json!({ "emailAddresses": [{ "address": "ann@quarkworks.example" }] })).await;

        for query in ["www.quarkworks.example", "https://quarkworks.example/", "http://www.quarkworks.example/about?x=1", "QUARKWORKS.example"] {
            assert_eq!(organizations(&admin, query).await, ["Quarkworks"], "{query}");
            assert_eq!(found(&admin, query).await, ["Ann Smith"], "{query}");
        }
        for query in ["bücher.example", "https://xn--bcher-kva.example/shop", "xn--bcher-kva.example"] {
            assert_eq!(organizations(&admin, query).await, ["Bücher"], "{query}");
        }
    }

    async fn a_pasted_name_of_many_words_is_found(app: &TestApp) {
        let admin = app.admin().await;
        let name = "Association of the Friends of Old Steam Railways in the Upper Valley e.V.";
        organization(&admin, name, json!({})).await;

        assert_eq!(organizations(&admin, name).await, [name]);
    }

    async fn eight_misspelt_words_with_many_corrections_are_found(app: &TestApp) {
        let admin = app.admin().await;
        let words = ["abelard", "birgitt", "cordula", "dietmar", "edeltra", "friedel", "gerlind", "hildega"];
        let misspelt = |word: &str, number: usize| {
            let (letter, at) = (char::from(b'p' + u8::try_from(number % 4).unwrap()), 1 + number / 4);
            let chars = word.chars().enumerate();
            chars.map(|(place, c)| if place == at { letter } else { c }).collect::<String>()
        };
        for number in 0..20 {
            let name = words.map(|word| misspelt(word, number)).join(" ");
            person(&admin, &name, "Near").await;
            organization(&admin, &name, json!({})).await;
        }

        let query = words.chunks(2).map(|pair| pair.join("-")).collect::<Vec<_>>().join(" ");
        let page = admin.data(EVERYTHING, json!({ "query": query, "kinds": ["CONTACT", "ORGANIZATION"] })).await;
        assert_eq!(names(&page["search"]).len(), 25, "a page of forty");
    }

    async fn a_salutation_is_a_part_of_how_people_are_asked_for(app: &TestApp) {
        let admin = app.admin().await;
        add(&admin, "Ada Salutasson", json!({ "salutation": "Prof. Dr." })).await;
        add(&admin, "Bo Salutasson", json!({})).await;

        for query in ["dr salutasson", "Prof. Dr. Salutasson", "dr. ada salutasson"] {
            assert_eq!(found(&admin, query).await, ["Ada Salutasson"], "{query}");
        }
        assert!(found(&admin, "prof").await.is_empty(), "a salutation alone finds no one");
    }

    async fn letters_of_two_keyboards_are_the_same(app: &TestApp) {
        let admin = app.admin().await;
        person(&admin, "کریمی", "شاكري").await;
        person(&admin, "می\u{200c}خواهم", "Half").await;

        for query in ["كريمي", "کریمی", "شاکری", "شاكري"] {
            assert_eq!(found(&admin, query).await, ["کریمی شاكري"], "{query}");
        }
        for query in ["خواهم", "می خواهم", "می\u{200c}خواهم", "میخواهم"] {
            assert_eq!(found(&admin, query).await, ["می\u{200c}خواهم Half"], "{query}");
        }
    }
}
