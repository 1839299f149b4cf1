//! The folder, and a bucket on `s3s-fs`, an S3 server that checks signatures.

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{
    Router,
    error_handling::HandleError,
    extract::Request,
    http::StatusCode,
    middleware::{self, Next},
    response::{IntoResponse, Response},
};
use domain::{ids::RecordingId, pii::Personal};
use futures_util::TryStreamExt;
use s3s::{auth::SimpleAuth, service::S3ServiceBuilder};
use switchboard_providers::recording_store::{
    FolderSettings, RecordingKey, RecordingStore, S3Settings, StoreError, StoreSettings,
};
use tempfile::TempDir;
use url::Url;

use crate::loopback::{self, Loopback, answer};

const ACCESS: &str = "AKEXAMPLE";
const SECRET: &str = "secret-example";
const MIB: usize = 1024 * 1024;

struct S3Server {
    url: Url,
    /// Parts that were let through.
    parts: Arc<AtomicUsize>,
    /// Parts after this many are refused.
    parts_allowed: Arc<AtomicUsize>,
    root: TempDir,
}

impl S3Server {
    async fn start() -> Self {
        let root = TempDir::new().unwrap();
        std::fs::create_dir(root.path().join("calls")).unwrap();
        let mut builder = S3ServiceBuilder::new(s3s_fs::FileSystem::new(root.path()).unwrap());
        builder.set_auth(SimpleAuth::from_single(ACCESS, SECRET));
        let parts = Arc::new(AtomicUsize::new(0));
        let parts_allowed = Arc::new(AtomicUsize::new(usize::MAX));
        let limits = (Arc::clone(&parts), Arc::clone(&parts_allowed));
        let service = HandleError::new(builder.build(), |_| async { StatusCode::INTERNAL_SERVER_ERROR });
        let app = Router::new().fallback_service(service).layer(middleware::from_fn(move |request, next| {
            let (parts, allowed) = limits.clone();
            async move { count_parts(request, next, &parts, &allowed).await }
        }));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = Url::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { url, parts, parts_allowed, root }
    }

    fn settings(&self) -> S3Settings {
        S3Settings {
            endpoint: Some(self.url.clone()),
            region: "us-east-1".into(),
            bucket: "calls".into(),
            access_key_id: Personal::new(ACCESS.into()),
            secret_access_key: Personal::new(SECRET.into()),
            path_style: true,
            allow_http: true,
        }
    }

    fn store(&self) -> RecordingStore {
        RecordingStore::open(&StoreSettings::S3(self.settings())).unwrap()
    }
}

async fn count_parts(request: Request, next: Next, parts: &AtomicUsize, allowed: &AtomicUsize) -> Response {
    if request.uri().query().is_some_and(|query| query.contains("partNumber=")) {
        if parts.load(Ordering::SeqCst) >= allowed.load(Ordering::SeqCst) {
            return (StatusCode::FORBIDDEN, "<Error><Code>AccessDenied</Code></Error>").into_response();
        }
        parts.fetch_add(1, Ordering::SeqCst);
    }
    next.run(request).await
}

fn key(n: u128) -> RecordingKey {
    RecordingKey::new(RecordingId::new(uuid::Uuid::from_u128(n)), jiff::civil::date(2026, 11, 20))
}

fn file(folder: &TempDir, name: &str, length: usize) -> PathBuf {
    let path = folder.path().join(name);
    let content: Vec<u8> = (0..length).map(|n| (n * 31 % 251) as u8).collect();
    std::fs::write(&path, content).unwrap();
    path
}

fn folder_store(root: &TempDir) -> RecordingStore {
    let path = root.path().join("store");
    RecordingStore::open(&StoreSettings::Folder(FolderSettings { path })).unwrap()
}

async fn stores_reads_and_deletes(store: &RecordingStore) {
    let work = TempDir::new().unwrap();
    let source = file(&work, "a.ogg", 100_000);
    store.test().await.unwrap();
    let stored = store.put_and_verify(&key(1), &source).await.unwrap();
    assert_eq!(stored.bytes, 100_000);
    assert_eq!(store.head(&key(1)).await, Ok(100_000));
    assert_eq!(store.read_back(&key(1)).await.unwrap(), stored);
    let middle: Vec<_> = store.read(&key(1), Some(500..700)).await.unwrap().try_collect().await.unwrap();
    assert_eq!(middle.concat(), std::fs::read(&source).unwrap()[500..700]);
    store.delete(&key(1)).await.unwrap();
    store.delete(&key(1)).await.unwrap();
    assert_eq!(store.head(&key(1)).await, Err(StoreError::NotFound { key: key(1) }));
    let missing = store.put_file(&key(2), Path::new("/nonexistent/file")).await.unwrap_err();
    assert!(matches!(missing, StoreError::Source { .. }), "{missing:?}");
}

#[tokio::test]
async fn a_folder_stores_reads_and_deletes() {
    let root = TempDir::new().unwrap();
    stores_reads_and_deletes(&folder_store(&root)).await;
}

#[tokio::test]
async fn a_bucket_stores_reads_and_deletes() {
    stores_reads_and_deletes(&S3Server::start().await.store()).await;
}

#[tokio::test]
async fn a_folder_has_the_date_layout_and_a_cut_off_copy_is_replaced() {
    let root = TempDir::new().unwrap();
    let store = folder_store(&root);
    let source = file(&root, "a.ogg", 3000);
    let day = root.path().join("store/recordings/2026/11/20");
    std::fs::create_dir_all(&day).unwrap();
    std::fs::write(day.join("00000000-0000-0000-0000-000000000007.ogg.part"), b"half").unwrap();
    store.put_and_verify(&key(7), &source).await.unwrap();
    let names: Vec<_> = std::fs::read_dir(&day).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["00000000-0000-0000-0000-000000000007.ogg"]);
}

#[tokio::test]
async fn a_long_upload_goes_on_after_a_crash_where_it_stopped() {
    let server = S3Server::start().await;
    let work = TempDir::new().unwrap();
    let source = file(&work, "long.ogg", 20 * MIB);
    server.parts_allowed.store(1, Ordering::SeqCst);
    let cut = server.store().put_file(&key(1), &source).await.unwrap_err();
    assert!(matches!(cut, StoreError::Denied { .. }), "{cut:?}");
    assert!(work.path().join("long.ogg.upload.json").exists());
    assert_eq!(server.store().head(&key(1)).await, Err(StoreError::NotFound { key: key(1) }));
    server.parts_allowed.store(usize::MAX, Ordering::SeqCst);
    // A new store stands for the restarted program.
    let stored = server.store().put_and_verify(&key(1), &source).await.unwrap();
    assert_eq!(stored.bytes, 20 * MIB as u64);
    assert_eq!(server.parts.load(Ordering::SeqCst), 3, "each of the three parts was sent once");
    assert!(!work.path().join("long.ogg.upload.json").exists());
}

#[tokio::test]
async fn parts_of_an_upload_that_was_begun_anew_do_not_stay_behind() {
    let server = S3Server::start().await;
    let work = TempDir::new().unwrap();
    let source = file(&work, "long.ogg", 20 * MIB);
    server.parts_allowed.store(1, Ordering::SeqCst);
    server.store().put_file(&key(1), &source).await.unwrap_err();
    // What is gone on with is refused, so it is begun anew, and refused again.
    server.store().put_file(&key(1), &source).await.unwrap_err();
    server.parts_allowed.store(usize::MAX, Ordering::SeqCst);
    server.store().put_and_verify(&key(1), &source).await.unwrap();
    let files = std::fs::read_dir(server.root.path()).unwrap().map(|file| file.unwrap().file_name());
    let left: Vec<_> = files.filter(|name| name.to_string_lossy().starts_with(".upload_id-")).collect();
    assert!(left.is_empty(), "{left:?}");
}

#[tokio::test]
async fn an_upload_that_the_server_forgot_starts_again() {
    let server = S3Server::start().await;
    let work = TempDir::new().unwrap();
    let source = file(&work, "long.ogg", 9 * MIB);
    server.parts_allowed.store(1, Ordering::SeqCst);
    server.store().put_file(&key(1), &source).await.unwrap_err();
    server.parts_allowed.store(usize::MAX, Ordering::SeqCst);
    let state = work.path().join("long.ogg.upload.json");
    let kept = std::fs::read_to_string(&state).unwrap();
    let stored = server.store().put_and_verify(&key(1), &source).await.unwrap();
    // The crash came after the last request and before the state was removed.
    std::fs::write(&state, kept).unwrap();
    assert_eq!(server.store().put_and_verify(&key(1), &source).await.unwrap(), stored);
    assert!(!state.exists());
}

#[tokio::test]
async fn the_state_of_another_file_or_bucket_is_not_used() {
    let server = S3Server::start().await;
    let work = TempDir::new().unwrap();
    let source = file(&work, "long.ogg", 9 * MIB);
    std::fs::write(work.path().join("long.ogg.upload.json"), b"{ half a sta").unwrap();
    server.store().put_and_verify(&key(1), &source).await.unwrap();
    server.parts_allowed.store(3, Ordering::SeqCst);
    server.store().put_file(&key(2), &source).await.unwrap_err();
    server.parts_allowed.store(usize::MAX, Ordering::SeqCst);
    server.store().put_and_verify(&key(3), &source).await.unwrap();
    assert_eq!(server.store().head(&key(2)).await, Err(StoreError::NotFound { key: key(2) }));
}

#[tokio::test]
async fn a_signed_address_serves_the_recording_without_keys() {
    let server = S3Server::start().await;
    let work = TempDir::new().unwrap();
    let source = file(&work, "a.ogg", 1000);
    server.store().put_file(&key(1), &source).await.unwrap();
    let url = server.store().signed_url(&key(1), Duration::from_secs(60)).await.unwrap().unwrap();
    let served = reqwest::get(url.clone()).await.unwrap();
    assert_eq!(served.status(), 200);
    assert_eq!(served.bytes().await.unwrap(), std::fs::read(&source).unwrap());
    let mut unsigned = url;
    unsigned.set_query(None);
    assert_eq!(reqwest::get(unsigned).await.unwrap().status(), 403);
    let root = TempDir::new().unwrap();
    assert_eq!(folder_store(&root).signed_url(&key(1), Duration::from_secs(60)).await, Ok(None));
}

#[tokio::test]
async fn failures_say_what_can_be_done() {
    let server = S3Server::start().await;
    let open = |settings| RecordingStore::open(&StoreSettings::S3(settings));
    let wrong_key = S3Settings { secret_access_key: Personal::new("wrong".into()), ..server.settings() };
    let denied = open(wrong_key).unwrap().test().await.unwrap_err();
    assert!(matches!(denied, StoreError::Denied { .. }), "{denied:?}");
    let missing = "<?xml version=\"1.0\"?><Error><Code>NoSuchBucket</Code><Message>…</Message></Error>";
    let no_bucket = Loopback::answering([answer(404, missing)]).await;
    let no_bucket = S3Settings { endpoint: Some(no_bucket.url), ..server.settings() };
    assert_eq!(open(no_bucket).unwrap().test().await, Err(StoreError::NoSuchBucket));
    let full = Loopback::answering([answer(507, "<Error><Code>XMinioStorageFull</Code></Error>")]).await;
    let full = S3Settings { endpoint: Some(full.url), ..server.settings() };
    assert_eq!(open(full).unwrap().test().await, Err(StoreError::Full));
    let nobody = S3Settings { endpoint: Some(loopback::nobody().await), ..server.settings() };
    let unreachable = open(nobody).unwrap().test().await.unwrap_err();
    assert!(matches!(unreachable, StoreError::Unreachable { .. }), "{unreachable:?}");
    let plain = S3Settings { allow_http: false, ..server.settings() };
    assert!(matches!(open(plain), Err(StoreError::BadSettings { .. })));
    assert!(!format!("{:?}", server.settings()).contains(SECRET));
    let relative = StoreSettings::Folder(FolderSettings { path: "recordings".into() });
    assert!(matches!(RecordingStore::open(&relative), Err(StoreError::BadSettings { .. })));
}

#[tokio::test]
async fn a_store_that_damages_what_it_gets_is_caught() {
    let server = S3Server::start().await;
    let work = TempDir::new().unwrap();
    let source = file(&work, "a.ogg", 1000);
    let sent = server.store().put_file(&key(1), &source).await.unwrap();
    let object = server.root.path().join("calls").join(key(1).as_str());
    std::fs::write(object, b"damaged").unwrap();
    assert_ne!(server.store().read_back(&key(1)).await.unwrap(), sent);
}

/// `/dev/full` answers every write with "no space left on device".
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_full_disk_is_told_apart() {
    let root = TempDir::new().unwrap();
    let store = folder_store(&root);
    let source = file(&root, "a.ogg", 3000);
    let day = root.path().join("store/recordings/2026/11/20");
    std::fs::create_dir_all(&day).unwrap();
    std::os::unix::fs::symlink("/dev/full", day.join("00000000-0000-0000-0000-000000000009.ogg.part")).unwrap();
    assert_eq!(store.put_file(&key(9), &source).await, Err(StoreError::Full));
}
