use std::sync::{Arc, atomic::Ordering::SeqCst};

use domain::pii::Personal;
use switchboard_phone::{
    AudioBackend, FileTokens, Method, Phone, PhoneConfig, PhoneEvent, RequestError, VirtualAudio, probe::probe,
    state::SignOutReason,
};
use wire::{accounts::SignIn, error::ErrorCode};

use crate::{credentials, event, phone, server::Server};

#[tokio::test(flavor = "multi_thread")]
async fn many_requests_with_an_expired_token_renew_it_once() {
    let server = Server::start().await;
    let (phone, _data) = phone(&server, VirtualAudio::silent());
    phone.sign_in(credentials("viewer")).await.unwrap();
    server.expire_tokens();
    let requests = (0..20).map(|_| {
        let phone = phone.clone();
        tokio::spawn(async move { phone.request(Method::GET, "/me", None, None).await })
    });
    for request in requests.collect::<Vec<_>>() {
        assert_eq!(request.await.unwrap().unwrap().status, 200);
    }
    assert_eq!(server.shared.refreshes.load(SeqCst), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refresh_token_that_was_used_elsewhere_signs_this_phone_out() {
    let server = Server::start().await;
    let (phone, _data) = phone(&server, VirtualAudio::silent());
    let mut events = phone.events();
    phone.sign_in(credentials("viewer")).await.unwrap();
    server.spend_refresh_tokens();
    server.expire_tokens();
    let answer = phone.request(Method::GET, "/me", None, None).await;
    assert!(matches!(answer, Err(RequestError::SignedOut)), "{answer:?}");
    let reason = event("signing out", &mut events, |event| match event {
        PhoneEvent::SignedOut { reason } => Some(reason),
        _ => None,
    })
    .await;
    assert_eq!(reason, SignOutReason::TokenReused);
    assert!(phone.me().is_none());
    assert!(phone.restore().await.unwrap().is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refresh_whose_answer_is_lost_is_asked_again_also_by_the_next_run() {
    let server = Server::start().await;
    let data = tempfile::tempdir().unwrap();
    let start = || {
        Phone::start(PhoneConfig {
            server_url: server.url(),
            data_dir: data.path().to_owned(),
            audio: AudioBackend::Virtual(VirtualAudio::silent()),
            token_store: Arc::new(FileTokens::new(data.path().join("token"))),
            user_agent: "phone-test".to_owned(),
            frame: std::time::Duration::from_millis(20),
        })
        .unwrap()
    };
    let first = start();
    let me = first.sign_in(credentials("viewer")).await.unwrap();
    server.shared.lose_refresh.store(true, SeqCst);
    server.expire_tokens();
    let lost = first.request(Method::GET, "/me", None, None).await;
    assert!(matches!(lost, Err(RequestError::Unreachable(_))), "{lost:?}");
    server.shared.lose_refresh.store(false, SeqCst);
    assert_eq!(first.request(Method::GET, "/me", None, None).await.unwrap().status, 200);
    server.shared.lose_refresh.store(true, SeqCst);
    server.expire_tokens();
    assert!(first.request(Method::GET, "/me", None, None).await.is_err());
    drop(first);
    server.shared.lose_refresh.store(false, SeqCst);
    assert_eq!(start().restore().await.unwrap(), Some(me));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_is_told_in_the_servers_words() {
    let server = Server::start().await;
    let (phone, _data) = phone(&server, VirtualAudio::silent());
    let wrong = SignIn { password: Personal::new("guess".to_owned()), ..credentials("asha") };
    let error = phone.sign_in(wrong).await.unwrap_err();
    assert_eq!(error.to_api_error().code, ErrorCode::WrongCredentials);
    assert!(phone.me().is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restarted_phone_is_signed_in_again_and_an_unreachable_server_loses_no_token() {
    let server = Server::start().await;
    let data = tempfile::tempdir().unwrap();
    let start = |url| {
        Phone::start(PhoneConfig {
            server_url: url,
            data_dir: data.path().to_owned(),
            audio: AudioBackend::Virtual(VirtualAudio::silent()),
            token_store: Arc::new(FileTokens::new(data.path().join("token"))),
            user_agent: "phone-test".to_owned(),
            frame: std::time::Duration::from_millis(20),
        })
        .unwrap()
    };
    let first = start(server.url());
    let me = first.sign_in(credentials("viewer")).await.unwrap();
    drop(first);
    let nowhere = start("http://127.0.0.1:9".parse().unwrap());
    assert!(matches!(nowhere.restore().await, Err(RequestError::Unreachable(_))));
    let again = start(server.url());
    assert_eq!(again.restore().await.unwrap(), Some(me));
    again.sign_out().await;
    assert_eq!(start(server.url()).restore().await.unwrap(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_is_told_from_nothing_and_from_something_else() {
    let server = Server::start().await;
    assert!(probe(&server.url(), "test").await.unwrap().needs_setup);
    let elsewhere = server.url().join("elsewhere").unwrap();
    assert!(matches!(probe(&elsewhere, "test").await, Err(RequestError::BadAnswer(_))));
    let nobody = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let nothing = format!("http://{nobody}").parse().unwrap();
    assert!(matches!(probe(&nothing, "test").await, Err(RequestError::Unreachable(_))));
}
