//! The commands, with files of each form.

use std::path::Path;
use std::process::{Command, Output};

use crate::support::served::printed;

fn run(data: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_external-contacts"))
        .args(arguments)
        .arg("--data")
        .arg(data)
        .current_dir(data)
        .output()
        .unwrap()
}

#[test]
fn files_are_exported_and_imported_by_commands() {
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| run(folder.path(), arguments);
    printed(&run(&["migrate"]));
    for tenant in ["default", "copy"] {
        printed(&run(&["tenant", "create", tenant]));
    }
    let table = "\u{feff}Family name;Shoe size;tags\r\nLovelace;9;vip\r\n;9;\r\n";
    let utf16: Vec<u8> = table.encode_utf16().flat_map(u16::to_le_bytes).collect();
    std::fs::write(folder.path().join("contacts of old.csv"), utf16).unwrap();

    let map = ["--map", "Family name=lastName"];
    let rehearsed = run(&[&["import", "contacts of old.csv", "--dry-run"], &map[..]].concat());
    let imported = run(&[&["import", "contacts of old.csv"], &map[..]].concat());

    let end = "contacts: 2 rows, 1 created, 0 updated, 0 unchanged, 1 refused\n1 columns were not imported\n\
        the report is contacts of old.csv";
    assert_eq!(printed(&rehearsed), format!("would import {end}.dry-run.csv\n"));
    assert_eq!(printed(&imported), format!("imported {end}.report.csv\n"));
    let report = std::fs::read_to_string(folder.path().join("contacts of old.csv.report.csv")).unwrap();
    assert_eq!(report.lines().count(), 3, "{report}");

    printed(&run(&["export", "contacts.jsonl.gz"]));
    let copied = printed(&run(&["import", "contacts.jsonl.gz", "--tenant", "copy"]));
    assert_eq!(
        copied,
        "imported contacts: 1 rows, 1 created, 0 updated, 0 unchanged, 0 refused\n"
    );
    let lines = |tenant| {
        printed(&run(&[
            "export", "-", "--kind", "contacts", "--format", "jsonl", "--tenant", tenant,
        ]))
    };
    assert!(lines("default").contains(r#""lastName":"Lovelace""#));
    assert_eq!(lines("default"), lines("copy"));

    let again = run(&["export", "contacts.jsonl.gz"]);
    assert!(
        String::from_utf8_lossy(&again.stderr).contains("--force replaces a file"),
        "{again:?}"
    );
    printed(&run(&["export", "contacts.jsonl.gz", "--force"]));
}

#[test]
fn a_file_that_does_not_say_what_it_is_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    printed(&run(folder.path(), &["migrate"]));
    std::fs::write(folder.path().join("people.dat"), "lastName\nAda\n").unwrap();
    for (arguments, message) in [
        (
            &["import", "people.dat"][..],
            "the kind of the records is not known",
        ),
        (
            &["import", "people.dat", "--kind", "contacts"],
            "the format of the file is not known",
        ),
        (
            &["import", "nothing.csv", "--kind", "contacts"],
            "cannot read nothing.csv",
        ),
        (
            &["import", "people.dat", "--kind", "contacts", "--format", "csv"],
            "there is no tenant called default",
        ),
        (
            &["import", "x.csv", "--map", "=lastName"],
            "must be a column and a field",
        ),
        (
            &["import", "x.csv", "--encoding", "klingon"],
            "is not the name of an encoding",
        ),
    ] {
        let output = run(folder.path(), arguments);
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(
            !output.status.success() && text.contains(message),
            "{arguments:?}: {text}"
        );
    }
}
