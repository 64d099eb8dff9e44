//! The key of development mode.

use std::fs::{self, Permissions as Mode};
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use tempfile::TempDir;

use super::*;
use crate::auth::{Claims, DevelopmentKey};
use crate::model::Permissions;

fn claims() -> Claims {
    Claims {
        subject: "developer".to_owned(),
        tenant: "default".to_owned(),
        permissions: Permissions::all(),
        name: Some("Developer".to_owned()),
        email: None,
    }
}

fn refusal_to_open(folder: &TempDir) -> String {
    format!("{:#}", DevelopmentKey::open(folder.path()).err().unwrap())
}

/// A verifier as `serve --dev` makes it, without issuer and audience.
async fn developing(key: &DevelopmentKey, clock: Clock) -> Verifier {
    Verifier::new(VerifierSettings::new(KeySource::Development(key.clone())), clock)
        .await
        .unwrap()
}

#[tokio::test]
async fn a_minted_token_says_what_it_was_minted_for_until_its_time_is_over() {
    let folder = TempDir::new().unwrap();
    let (key, time) = (DevelopmentKey::open(folder.path()).unwrap(), Time::default());
    let verifier = developing(&key, time.clock()).await;

    let token = key
        .mint(&claims(), Duration::from_hours(1), &time.clock())
        .unwrap();

    assert_eq!(verifier.verify(&token).await.unwrap(), claims());
    time.pass(TimeDelta::minutes(61));
    assert_eq!(refusal(&verifier, &token).await, "the token has expired");
}

#[tokio::test]
async fn the_key_is_made_once_and_read_afterwards() {
    let folder = TempDir::new().unwrap();
    let clock = Clock::fixed(now());
    let first = DevelopmentKey::open(folder.path()).unwrap();
    let second = DevelopmentKey::open(folder.path()).unwrap();

    let token = first.mint(&claims(), Duration::from_mins(1), &clock).unwrap();

    assert!(developing(&second, clock).await.verify(&token).await.is_ok());
    let names: Vec<_> = fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(names, ["dev-key"], "nothing else is left behind");
    assert_eq!(
        fs::metadata(folder.path().join("dev-key"))
            .unwrap()
            .permissions()
            .mode()
            & 0o777,
        0o600
    );
}

#[tokio::test]
async fn two_programs_that_make_a_key_at_once_get_the_same() {
    let folder = TempDir::new().unwrap();
    let keys: Vec<DevelopmentKey> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|_| scope.spawn(|| DevelopmentKey::open(folder.path()).unwrap()))
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });

    assert!(keys.iter().all(|key| key.secret() == keys[0].secret()));
}

#[test]
fn the_keys_of_two_folders_differ() {
    let (one, other) = (TempDir::new().unwrap(), TempDir::new().unwrap());

    let (one, other) = (
        DevelopmentKey::open(one.path()).unwrap(),
        DevelopmentKey::open(other.path()).unwrap(),
    );

    assert_ne!(one.secret(), other.secret());
}

#[test]
fn a_key_that_others_may_read_is_refused() {
    let folder = TempDir::new().unwrap();
    DevelopmentKey::open(folder.path()).unwrap();

    for mode in [0o640, 0o604, 0o660, 0o700, 0o644] {
        fs::set_permissions(folder.path().join("dev-key"), Mode::from_mode(mode)).unwrap();
        assert!(refusal_to_open(&folder).contains("its mode is"), "{mode:o}");
    }
}

#[test]
fn a_file_that_is_not_a_key_is_refused_and_kept() {
    for text in ["", "short", &"a".repeat(44), &"a".repeat(2000)] {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("dev-key");
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, Mode::from_mode(0o600)).unwrap();

        assert!(refusal_to_open(&folder).contains("it is not a key"), "{text}");
        assert_eq!(fs::read_to_string(&path).unwrap(), *text);
    }
}

#[tokio::test]
async fn a_development_token_is_worth_nothing_to_real_verification() {
    let folder = TempDir::new().unwrap();
    let key = DevelopmentKey::open(folder.path()).unwrap();
    let token = key
        .mint(&claims(), Duration::from_mins(1), &Clock::fixed(now()))
        .unwrap();

    let same_secret = verifier(KeySource::Secret(key.secret().to_vec())).await;

    assert_eq!(
        refusal(&same_secret, &token).await,
        "the token comes from another issuer"
    );
}
