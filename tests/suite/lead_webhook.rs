//! An organisation's own program is told of each new lead, signed, until it says that it has heard.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use hmac::{Hmac, KeyInit, Mac};
use reqwest::Method;
use serde_json::{Value, json};
use sha2::Sha256;
use switchboard_tests::{Engine, TestServer, estate, on_both_databases};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

on_both_databases!(
    a_new_lead_is_told_again_until_it_is_heard_and_nothing_is_told_when_it_is_off,
    only_safe_addresses_are_taken_and_the_secret_is_shown_once,
);

#[derive(Debug, Clone)]
struct Heard {
    headers: BTreeMap<String, String>,
    body: String,
}

/// A program that refuses its first requests and hears all of them.
struct Program {
    address: String,
    heard: Arc<Mutex<Vec<Heard>>>,
}

impl Program {
    async fn start(refusals: usize) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}/leads?from=switchboard", listener.local_addr().unwrap());
        let heard = Arc::new(Mutex::new(Vec::new()));
        let list = Arc::clone(&heard);
        tokio::spawn(async move {
            while let Ok((mut socket, _)) = listener.accept().await {
                let request = read(&mut socket).await;
                let status = {
                    let mut list = list.lock().unwrap();
                    list.push(request);
                    if list.len() <= refusals { "503 Service Unavailable" } else { "204 No Content" }
                };
                let answer = format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
                socket.write_all(answer.as_bytes()).await.unwrap();
            }
        });
        Self { address, heard }
    }

    fn heard(&self) -> Vec<Heard> {
        self.heard.lock().unwrap().clone()
    }
}

async fn read(socket: &mut TcpStream) -> Heard {
    let mut bytes = Vec::new();
    loop {
        let mut part = [0; 4096];
        let n = socket.read(&mut part).await.unwrap();
        bytes.extend_from_slice(&part[..n]);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let headers: BTreeMap<String, String> = head
            .lines()
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
            .collect();
        if headers["content-length"].parse() == Ok(body.len()) {
            return Heard { body: body.to_owned(), headers };
        }
    }
}

fn signature(secret: &str, timestamp: &str, body: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(format!("{timestamp}.{body}").as_bytes());
    let hex: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("v1={hex}")
}

async fn a_new_lead_is_told_again_until_it_is_heard_and_nothing_is_told_when_it_is_off(engine: Engine) {
    let server = TestServer::start_on(engine, false).await;
    let admin = server.tenant("owner").await;
    let program = Program::start(1).await;
    let ask = async |method: Method, path: &str, body: Value| {
        let answer = server.ask(method, path, &admin, Some(body)).await;
        assert!(answer.status.is_success(), "{path}: {answer:?}");
        answer.body
    };
    let lead = |n: u32| json!({ "name": "Asha Rao", "phone": format!("+9198000000{n:02}") });
    ask(Method::POST, "/leads", lead(1)).await;
    let kept = ask(Method::PUT, "/settings/lead-webhook", json!({ "url": program.address, "on": true })).await;
    let secret = kept["secret"].as_str().unwrap();
    let made = ask(Method::POST, "/leads", lead(2)).await;
    let delivered = |page: &Value| page["items"][0]["status"] == "delivered";
    let page = server.until("/webhook-deliveries", &admin, "the lead is told", delivered).await;
    let delivery = &page["items"][0];
    assert_eq!((&delivery["attempts"], &delivery["http_status"]), (&json!(2), &json!(204)), "{page}");
    assert_eq!((&delivery["lead_id"], page["items"].as_array().map(Vec::len)), (&made["id"], Some(1)));

    let heard = program.heard();
    assert_eq!(heard.len(), 2);
    for one in &heard {
        let header = |name: &str| one.headers[name].as_str();
        assert_eq!(header("x-switchboard-signature"), signature(secret, header("x-switchboard-timestamp"), &one.body));
        assert_eq!(header("x-switchboard-delivery"), delivery["id"].as_str().unwrap());
        let body: Value = serde_json::from_str(&one.body).unwrap();
        assert_eq!((&body["event"], &body["id"]), (&json!("lead.created"), &delivery["id"]));
        assert_eq!((&body["lead"]["phone"], &body["lead"]["name"]), (&json!("+919800000002"), &json!("Asha Rao")));
    }

    // By a form too, and nothing twice.
    let key = ask(Method::POST, "/intake-keys", estate::intake_key("Site", None)).await;
    let form = json!({ "name": "Ravi", "phone": "+919800000003" });
    for _ in 0..2 {
        let request =
            reqwest::Client::new().post(server.url("/intake/leads")).bearer_auth(key["secret"].as_str().unwrap());
        assert!(request.json(&form).send().await.unwrap().status().is_success());
    }
    let two = |page: &Value| {
        let all = page["items"].as_array().unwrap();
        all.len() == 2 && all.iter().all(|one| one["status"] == "delivered")
    };
    server.until("/webhook-deliveries", &admin, "the form is told", two).await;
    assert_eq!(program.heard().len(), 3);

    ask(Method::PUT, "/settings/lead-webhook", json!({ "url": program.address, "on": false })).await;
    ask(Method::POST, "/leads", lead(4)).await;
    let page = ask(Method::GET, "/webhook-deliveries", Value::Null).await;
    assert_eq!(page["items"].as_array().map(Vec::len), Some(2));
    server.stop().await;
}

async fn only_safe_addresses_are_taken_and_the_secret_is_shown_once(engine: Engine) {
    let server = TestServer::start_on(engine, false).await;
    let admin = server.tenant("owner").await;
    let put = async |body: Value| server.ask(Method::PUT, "/settings/lead-webhook", &admin, Some(body)).await;
    for url in ["http://crm.example/leads", "ftp://crm.example", "crm.example", "https://me:x@crm.example", ""] {
        let refused = put(json!({ "url": url, "on": true })).await;
        assert_eq!((refused.code(), &refused.body["fields"][0]["field"]), ("invalid_fields", &json!("url")), "{url}");
    }
    let first = put(json!({ "url": "https://crm.example/leads", "on": true })).await;
    let secret = first.text("secret");
    assert!(secret.starts_with("whsec_") && secret.len() > 40, "{first:?}");
    let kept = server.ask(Method::GET, "/settings/lead-webhook", &admin, None).await;
    assert_eq!((&kept.body["has_secret"], &kept.body["secret"]), (&json!(true), &Value::Null));
    let same = put(json!({ "url": "https://crm.example/leads", "on": true })).await;
    assert_eq!(same.body["secret"], Value::Null);
    let renewed = put(json!({ "url": "https://crm.example/leads", "on": true, "new_secret": true })).await;
    assert!(!renewed.text("secret").is_empty() && renewed.text("secret") != secret);
    server.stop().await;
}
