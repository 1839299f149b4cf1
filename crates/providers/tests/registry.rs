//! The national registry by HTTP, against a server on this machine.

use std::sync::{Arc, Mutex};

use axum::{Json, Router, http::HeaderMap, http::StatusCode, response::IntoResponse, routing::post};
use domain::pii::Personal;
use serde_json::{Value, json};
use switchboard_providers::{
    outside::Reach,
    registry::{HttpRegistry, Registry, RegistryError},
};

fn numbers(of: impl IntoIterator<Item = u32>) -> Vec<Personal<String>> {
    of.into_iter().map(|n| Personal::new(format!("+9198123{n:05}"))).collect()
}

async fn serve(router: Router) -> url::Url {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    format!("http://{address}/check").parse().unwrap()
}

#[tokio::test]
async fn listed_numbers_are_told_in_the_order_in_which_they_were_asked() {
    /// How many numbers were asked for at once, and by which key.
    type Asked = (usize, Option<String>);
    let seen: Arc<Mutex<Vec<Asked>>> = Arc::default();
    let kept = Arc::clone(&seen);
    let router = Router::new().route(
        "/check",
        post(move |headers: HeaderMap, Json(body): Json<Value>| async move {
            let asked = body["numbers"].as_array().unwrap().clone();
            let token = headers.get("authorization").map(|value| value.to_str().unwrap().to_owned());
            kept.lock().unwrap().push((asked.len(), token));
            let even = |number: &&Value| number.as_str().unwrap().ends_with(['0', '2', '4', '6', '8']);
            Json(json!({ "listed": asked.iter().filter(even).collect::<Vec<_>>() }))
        }),
    );
    let registry =
        HttpRegistry::new(serve(router).await, Some(Personal::new("secret".to_owned())), Reach { private: true });
    let answers = registry.check(&numbers(0..501)).await.unwrap();
    assert_eq!(answers.len(), 501);
    assert!(answers.iter().enumerate().all(|(n, listed)| *listed == (n % 2 == 0)));
    let bearer = Some("Bearer secret".to_owned());
    assert_eq!(*seen.lock().unwrap(), [(500, bearer.clone()), (1, bearer)]);
}

#[tokio::test]
async fn what_is_no_answer_is_an_error_and_never_a_free_number() {
    let refusing = Router::new().route("/check", post(|| async { StatusCode::FORBIDDEN.into_response() }));
    let registry = HttpRegistry::new(serve(refusing).await, None, Reach { private: true });
    assert_eq!(registry.check(&numbers([1])).await, Err(RegistryError::Refused(403)));
    let strange = Router::new().route("/check", post(|| async { "<html>" }));
    let registry = HttpRegistry::new(serve(strange).await, None, Reach { private: true });
    assert_eq!(registry.check(&numbers([1])).await, Err(RegistryError::Unreadable));
    let nobody = HttpRegistry::new("http://127.0.0.1:9/check".parse().unwrap(), None, Reach { private: true });
    assert!(matches!(nobody.check(&numbers([1])).await, Err(RegistryError::Unreachable(_))));
}
