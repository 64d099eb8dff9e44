//! Imports that are interrupted and go on.

use std::io::Write as _;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use external_contacts::store::DatabaseUrl;
use external_contacts::transfer::{Kind, Source};

use super::columns;
use crate::support::{SOON, TestApp, on_both_engines};

/// The number of rows, which take several chunks. Every hundredth is refused.
const ROWS: usize = 9000;

/// Starts an import of a file by the program.
fn start(app: &TestApp, path: &std::path::Path, arguments: &[&str]) -> Child {
    let url = match &app.url {
        DatabaseUrl::Postgres(url) => url.clone(),
        DatabaseUrl::Sqlite(path) => format!("sqlite:{}", path.display()),
        DatabaseUrl::Pooled { .. } => panic!("no test has a pooler here"),
    };
    Command::new(env!("CARGO_BIN_EXE_external-contacts"))
        .arg("import")
        .arg(path)
        .args(["--kind", "contacts", "--format", "csv", "--tenant", "acme"])
        .args(["--database-url", &url])
        .args(arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

fn ended(child: Child) -> (bool, String) {
    let output = child.wait_with_output().unwrap();
    let text = [output.stdout, output.stderr].concat();
    (
        output.status.success(),
        String::from_utf8_lossy(&text).into_owned(),
    )
}

/// The time for which an import runs between two looks at its progress.
const SLICE: Duration = Duration::from_millis(10);

/// Kills the import once it has committed more rows than these; returns how many there are then, or `None` if it has
/// ended. The import stands still while its progress is read, however long that takes.
async fn kill_after(app: &TestApp, mut child: Child, fingerprint: &[u8], before: i64) -> Option<i64> {
    let begin = Instant::now();
    loop {
        signal(&child, "STOP");
        let progress = app.tenant.import_progress(fingerprint).await.unwrap();
        if progress.is_some_and(|progress| progress.rows > before) {
            child.kill().unwrap();
            child.wait().unwrap();
            let kept = app.tenant.import_progress(fingerprint).await.unwrap();
            return kept.map(|progress| progress.rows);
        }
        signal(&child, "CONT");
        if child.try_wait().unwrap().is_some() {
            return None;
        }
        assert!(begin.elapsed() < SOON, "the import does not come on");
        tokio::time::sleep(SLICE).await;
    }
}

fn signal(child: &Child, name: &str) {
    let pid = child.id().to_string();
    let sent = Command::new("kill").args(["-s", name, &pid]).status();
    assert!(sent.unwrap().success());
}

on_both_engines! {
    async fn a_killed_import_goes_on_without_a_row_lost_or_doubled(app: &TestApp) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("people.csv");
        let mut file = std::fs::File::create(&path).unwrap();
        writeln!(file, "lastName,Shoe size").unwrap();
        for number in 0..ROWS {
            let name = if number % 100 == 0 { String::new() } else { format!("Person {number:05}") };
            writeln!(file, "{name},9").unwrap();
        }
        let fingerprint = Source::open(&path, None).unwrap().fingerprint;

        let mut rows = 0;
        for _ in 0..3 {
            let more = kill_after(app, start(app, &path, &[]), &fingerprint, rows).await;
            let more = more.expect("the import is killed before its end");
            assert!(more > rows, "it goes on and does not begin anew");
            rows = more;
        }
        let (is_refused, text) = ended(start(app, &path, &["--clear-empty"]));
        assert!(!is_refused && text.contains(&format!("with other options stopped after {rows} rows")), "{text}");
        let (is_done, text) = ended(start(app, &path, &[]));

        assert!(is_done, "{text}");
        let expected = format!("{ROWS} rows, {} created, 0 updated, 0 unchanged, {} refused", ROWS - ROWS / 100, ROWS / 100);
        assert!(text.contains(&expected) && text.contains("of the rows were done before an interruption"), "{text}");
        let names = columns(&app.tenant, Kind::Contacts, &["lastName"]).await;
        let all: Vec<String> = (0..ROWS).filter(|n| n % 100 != 0).map(|n| format!("Person {n:05}")).collect();
        assert_eq!(names, all);
        assert_eq!(app.tenant.managed_entities().await.unwrap(), i64::try_from(all.len()).unwrap());
        let report = std::fs::read_to_string(folder.path().join("people.csv.report.csv")).unwrap();
        let lines: Vec<&str> = report.lines().collect();
        let refused: Vec<String> = (0..ROWS)
            .step_by(100)
            .map(|n| format!("{},refused,lastName,a contact needs a first name or a last name", n + 2))
            .collect();
        assert_eq!(lines[1], "1,ignored,Shoe size,there is no field of this name; use --map to give it one");
        assert_eq!(lines[2..], refused);
        assert_eq!(app.tenant.import_progress(&fingerprint).await.unwrap(), None);
    }
}
