//! Opening, migrating, transactions.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use storage::{
    DatabaseUrl, Keyring, StorageError, Store, on_both_engines, tenants,
    testing::{TestDatabase, TestStore},
    users,
};

use crate::support::{a_user, personal, tenant};

on_both_engines! {
    migrations_apply_to_a_fresh_database_and_again_change_nothing,
    a_second_server_finds_the_database_ready,
    a_dropped_transaction_leaves_nothing,
    a_committed_transaction_spans_families,
    a_locked_row_is_unavailable_for_a_while_and_free_afterwards,
    servers_that_start_at_once_all_find_the_tables,
}

async fn migrations_apply_to_a_fresh_database_and_again_change_nothing(store: TestStore) {
    let applied = store.applied_migrations().await.unwrap();
    assert_eq!(applied, Store::known_migrations());
    assert_eq!(applied, (1..=applied.len() as i64).collect::<Vec<_>>());
    let scope = tenant(&store).await;
    store.migrate().await.unwrap();
    assert_eq!(store.applied_migrations().await.unwrap(), applied);
    assert!(tenants::get(&*store, scope).await.unwrap().is_some());
}

/// In the order of a language each comparison goes through the C library: an import took a fifth longer.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn texts_are_compared_by_their_bytes_whatever_the_locale_of_the_database() {
    let database = TestDatabase::in_locale("C.UTF-8").await;
    let store = Store::open(database.url(), Keyring::generate()).await.unwrap();
    store.migrate().await.unwrap();
    let scope = tenant(&store).await;
    let id = crate::support::user(&store, scope).await;
    let all = "DO $$ BEGIN IF EXISTS (SELECT 1 FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid \
               WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND c.relname <> '_sqlx_migrations' \
               AND a.attnum > 0 AND NOT a.attisdropped AND a.atttypid = 'text'::regtype \
               AND a.attcollation <> 'pg_catalog.\"C\"'::regcollation) \
               THEN RAISE 'a text is compared in the order of a language'; END IF; END $$";
    database.run(all).await;
    // As a later version brings a table, and one that older versions filled.
    database.run("CREATE TABLE later (a TEXT); ALTER TABLE users ALTER COLUMN id TYPE TEXT COLLATE \"default\"").await;
    store.migrate().await.unwrap();
    database.run(all).await;
    assert!(users::get(&store, scope, id).await.unwrap().is_some());
}

async fn a_second_server_finds_the_database_ready(store: TestStore) {
    let second = Store::open(store.url(), store.keys()).await.unwrap();
    assert!(second.is_ready().await);
    second.migrate().await.unwrap();
    let scope = tenant(&store).await;
    assert!(tenants::any(&second).await.unwrap());
    assert_eq!(tenants::all(&second).await.unwrap(), vec![tenants::get(&*store, scope).await.unwrap().unwrap()]);
    second.close().await;
    assert!(!second.is_ready().await);
    assert!(tenants::any(&second).await.unwrap_err().is_retryable());
}

async fn a_dropped_transaction_leaves_nothing(store: TestStore) {
    let scope = tenant(&store).await;
    let user = a_user();
    let mut tx = store.begin().await.unwrap();
    users::insert(&mut tx, scope, &user, &personal("hash")).await.unwrap();
    assert!(users::get(&mut tx, scope, user.id).await.unwrap().is_some());
    assert!(users::get(&*store, scope, user.id).await.unwrap().is_none());
    drop(tx);
    assert!(users::get(&*store, scope, user.id).await.unwrap().is_none());
    users::insert(&*store, scope, &user, &personal("hash")).await.unwrap();
}

async fn a_committed_transaction_spans_families(store: TestStore) {
    let scope = tenant(&store).await;
    let people = [a_user(), a_user()];
    let mut tx = store.begin().await.unwrap();
    for user in &people {
        users::insert(&mut tx, scope, user, &personal("hash")).await.unwrap();
        storage::agents::ensure(&mut tx, scope, user.id, crate::support::NOW).await.unwrap();
    }
    tx.commit().await.unwrap();
    let agents = storage::agents::list(&*store, scope).await.unwrap();
    let ids: BTreeSet<_> = agents.iter().map(|agent| agent.user_id).collect();
    assert_eq!(ids, people.iter().map(|user| user.id).collect());
}

async fn a_locked_row_is_unavailable_for_a_while_and_free_afterwards(store: TestStore) {
    let scope = tenant(&store).await;
    let id = crate::support::user(&store, scope).await;
    let second = Store::open(store.url(), store.keys()).await.unwrap();
    let mut tx = store.begin().await.unwrap();
    users::set_password(&mut tx, scope, id, &personal("held")).await.unwrap();

    let waited = Instant::now();
    let refused = users::set_password(&second, scope, id, &personal("late")).await;
    assert!(refused.as_ref().is_err_and(StorageError::is_retryable), "{refused:?}");
    assert!(waited.elapsed() > Duration::from_secs(4), "it waits before it gives up");
    assert!(users::get(&second, scope, id).await.unwrap().is_some(), "reading goes on");

    tx.commit().await.unwrap();
    assert!(users::set_password(&second, scope, id, &personal("late")).await.unwrap());
    assert_eq!(users::password_hash(&*store, scope, id).await.unwrap(), Some(personal("late")));
}

async fn servers_that_start_at_once_all_find_the_tables(store: TestStore) {
    let (url, keys) = (store.url().clone(), store.keys().to_text());
    let servers: Vec<_> = (0..3)
        .map(|_| {
            let (url, keys) = (url.clone(), Keyring::parse(keys.reveal()).unwrap());
            tokio::spawn(async move {
                let server = Store::open(&url, keys).await.unwrap();
                server.migrate().await.unwrap();
                server.is_ready().await
            })
        })
        .collect();
    for server in servers {
        assert!(server.await.unwrap());
    }
}

#[tokio::test]
async fn a_file_that_is_no_database_is_an_error_of_input() {
    let folder = tempfile::TempDir::new().unwrap();
    let path = folder.path().join("notes.txt");
    std::fs::write(&path, "this is not a database at all, only a few words of plain text").unwrap();
    let opened = Store::open(&DatabaseUrl::Sqlite(path), Keyring::generate()).await;
    assert!(matches!(opened, Err(StorageError::Refused(_) | StorageError::Io(_))), "{opened:?}");
}

#[tokio::test]
async fn a_server_that_is_not_there_is_unavailable() {
    let url = "postgres://nobody@127.0.0.1:1/none".parse().unwrap();
    let opened = Store::open(&url, Keyring::generate()).await;
    assert!(opened.is_err_and(|error| error.is_retryable()));
}
