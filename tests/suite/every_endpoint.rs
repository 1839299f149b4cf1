//! Wrong values in every place of every endpoint of the OpenAPI document: each is refused with the field that is wrong, and no
//! request makes the server fail.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use switchboard_tests::{Answer, Engine, TestServer, on_both_databases};

on_both_databases!(
    wrong_types_and_over_long_texts_are_refused_by_name_everywhere,
    bad_ids_are_refused_everywhere,
    bad_parameters_are_refused_by_name_everywhere,
);

/// Longer than any text field but a session description takes.
const OVER_LONG: usize = 70_000;
const NOBODY: &str = "01900000-0000-7000-8000-000000000000";
/// They answer with something other than JSON, or wait for a socket.
const NOT_JSON: [&str; 4] = ["/live", "/media/sound", "/recordings/signed/{token}", "/files/signed/{token}"];

struct Endpoint {
    method: Method,
    path: String,
    body: Option<Value>,
    parameters: Vec<Value>,
}

impl Endpoint {
    fn filled(&self) -> String {
        self.path
            .replace("{id}", NOBODY)
            .replace("{change_id}", NOBODY)
            .replace("{tag_id}", NOBODY)
            .replace("{token}", "x")
    }

    fn named(&self) -> String {
        format!("{} {}", self.method, self.path)
    }
}

fn document() -> Value {
    serde_json::to_value(api::openapi()).expect("the document is JSON")
}

fn endpoints(document: &Value) -> Vec<Endpoint> {
    let mut all = Vec::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        // What is not below it speaks the carrier's language; `webhooks` and `garbage` test it.
        let Some(path) = path.strip_prefix("/api/v1").map(str::to_owned) else { continue };
        for (method, operation) in item.as_object().expect("operations") {
            let Ok(method) = method.to_uppercase().parse::<Method>() else { continue };
            let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
            all.push(Endpoint {
                method,
                path: path.clone(),
                body: schema.is_object().then(|| schema.clone()),
                parameters: operation["parameters"].as_array().cloned().unwrap_or_default(),
            });
        }
    }
    // Those that end sign-ins come last.
    all.sort_by_key(|one| one.path.starts_with("/auth"));
    assert!(all.len() > 80, "the document lists {} endpoints", all.len());
    all
}

/// What a reference stands for; of alternatives the first that is not null.
fn resolved<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    if let Some(name) = schema["$ref"].as_str().and_then(|name| name.rsplit('/').next()) {
        return resolved(document, &document["components"]["schemas"][name]);
    }
    let alternatives = ["oneOf", "anyOf"].into_iter().find_map(|key| schema[key].as_array());
    match alternatives.and_then(|all| all.iter().find(|one| one["type"] != "null")) {
        Some(first) => resolved(document, first),
        None => schema,
    }
}

fn kind(schema: &Value) -> &str {
    let named = schema["type"].as_array().and_then(|all| all.iter().find(|one| **one != "null"));
    match named.unwrap_or(&schema["type"]).as_str() {
        Some(kind) => kind,
        None if schema["properties"].is_object() => "object",
        None => "any",
    }
}

fn nullable(schema: &Value) -> bool {
    let has_null =
        |all: &Value| all.as_array().is_some_and(|all| all.iter().any(|one| one == "null" || one["type"] == "null"));
    has_null(&schema["type"]) || has_null(&schema["oneOf"])
}

/// Whether a list is of what it is itself part of, as conditions of conditions are: walked into once, and no further.
fn is_inside(items: &Value, within: &[&str]) -> bool {
    items["$ref"].as_str().is_some_and(|name| within.contains(&name))
}

/// `within`, and what is referred to here.
fn with<'a>(within: &[&'a str], schema: &'a Value) -> Vec<&'a str> {
    within.iter().copied().chain(schema["$ref"].as_str()).collect()
}

/// A value that the field takes.
fn sample(document: &Value, schema: &Value, name: &str) -> Value {
    sample_within(document, schema, name, &[])
}

fn sample_within<'a>(document: &'a Value, schema: &'a Value, name: &str, within: &[&'a str]) -> Value {
    // An id of nothing would be refused before the place that is tried.
    if nullable(schema) && name.ends_with("_id") {
        return Value::Null;
    }
    let within = &with(within, schema);
    let schema = resolved(document, schema);
    if let Some(one) = schema["enum"].as_array().and_then(|all| all.first()) {
        return one.clone();
    }
    match kind(schema) {
        "object" => {
            let fields = schema["properties"].as_object().into_iter().flatten();
            Value::Object(
                fields.map(|(name, field)| (name.clone(), sample_within(document, field, name, within))).collect(),
            )
        }
        "array" if is_inside(&schema["items"], within) => json!([]),
        "array" if kind(resolved(document, &schema["items"])) == "object" => {
            json!([sample_within(document, &schema["items"], name, within)])
        }
        "array" if name == "days" => json!([1]),
        "array" => json!([]),
        "integer" | "number" if name == "from_minute" => json!(10),
        "integer" | "number" => json!(20),
        "boolean" => json!(true),
        _ => json!(text(schema, name)),
    }
}

fn text(schema: &Value, name: &str) -> &'static str {
    match (schema["format"].as_str(), name) {
        (_, "caller_id") => "+919800077777",
        (Some("uuid"), _) => NOBODY,
        (_, id) if id.ends_with("_id") => NOBODY,
        (_, "provider") => "twilio",
        (_, "flow") => "12345",
        (_, "account_sid") => "AC33333333333333333333333333333333",
        (_, "attempt") => "0123456789abcdef0123456789abcdef",
        (_, "email") => "somebody@fuzz.example",
        (_, "phone" | "number") => "+919800077777",
        (_, "zone") => "Asia/Kolkata",
        (_, "country") => "IN",
        (_, "local_time") => "2030-01-01T10:00",
        (_, "password" | "new") => "a sentence of somebody",
        (_, "list_path") => "/api/leads",
        (_, "opt_out_key") => "9",
        (_, "shortcut") => "a",
        (_, "group") => "connected",
        (_, "tone") => "neutral",
        (_, "base_url" | "endpoint" | "api_base" | "public_url") => "http://127.0.0.1:9",
        _ => "text",
    }
}

/// Each place of a body: how to get there, and what is there.
fn places(document: &Value, schema: &Value, at: &str, found: &mut Vec<(String, Value)>) {
    places_within(document, schema, at, found, &[]);
}

fn places_within<'a>(
    document: &'a Value,
    schema: &'a Value,
    at: &str,
    found: &mut Vec<(String, Value)>,
    within: &[&'a str],
) {
    let within = &with(within, schema);
    let whole = resolved(document, schema);
    match kind(whole) {
        "object" => {
            for (name, field) in whole["properties"].as_object().into_iter().flatten() {
                let at = format!("{at}/{name}");
                found.push((at.clone(), field.clone()));
                places_within(document, field, &at, found, within);
            }
        }
        "array" if is_inside(&whole["items"], within) => {}
        "array" => places_within(document, &whole["items"], &format!("{at}/0"), found, within),
        _ => {}
    }
}

/// What does not belong into a place, and whether it must be refused (else it only must not break anything).
fn wrong(document: &Value, schema: &Value) -> Vec<(Value, bool)> {
    let inner = resolved(document, schema);
    let mut values = match kind(inner) {
        "string" => vec![
            (json!(5), true),
            (json!({}), true),
            (json!([]), true),
            (json!("x".repeat(OVER_LONG)), true),
            (json!("a\u{0}b"), true),
            (json!(""), false),
            (json!("\u{202e}\u{feff}'; DROP TABLE users; --"), false),
        ],
        "integer" => vec![
            (json!("x"), true),
            (json!({}), true),
            (json!(1.5), true),
            (json!(-1), false),
            (json!(i64::MAX), false),
            (json!(i64::MIN), false),
            (json!(u64::MAX), true),
        ],
        "number" => vec![(json!("x"), true), (json!([]), true), (json!(1e300), false)],
        "boolean" => vec![(json!("x"), true), (json!(1), true)],
        "array" => vec![(json!("x"), true), (json!({}), true), (json!([[[]]]), true)],
        "object" => vec![(json!("x"), true), (json!(7), true)],
        _ => Vec::new(),
    };
    if inner["enum"].is_array() {
        values.push((json!("nonsense"), true));
    }
    if !nullable(schema) && kind(inner) != "any" {
        values.push((Value::Null, false));
    }
    values
}

/// What is not as it should be, in words; nothing when all is well.
fn complaint(answer: &Answer, place: &str, must_refuse: bool) -> Option<String> {
    if answer.status.is_server_error() {
        return Some(format!("the server fails: {answer:?}"));
    }
    if answer.status.is_success() {
        return must_refuse.then(|| "it is taken".to_owned());
    }
    let fields = answer.body["fields"].as_array().cloned().unwrap_or_default();
    let told = |one: &Value| !one["problem"].as_str().unwrap_or_default().is_empty();
    if answer.status == StatusCode::UNPROCESSABLE_ENTITY && (fields.is_empty() || !fields.iter().all(told)) {
        return Some(format!("it says no field and what is expected: {answer:?}"));
    }
    let named = answer.body["fields"].to_string();
    // A part of a value whose shape is told by a tag can only be named by the whole.
    let mut names = place.split('/').filter(|part| !part.is_empty() && part.parse::<usize>().is_err());
    let about_it = answer.status != StatusCode::UNPROCESSABLE_ENTITY || names.any(|name| named.contains(name));
    (must_refuse && !about_it).then(|| format!("it names another field: {named}"))
}

fn short(value: &Value) -> String {
    value.to_string().chars().take(40).collect()
}

/// As the admin, who signs in again when a request has ended the sign-in.
async fn ask(server: &TestServer, admin: &mut String, endpoint: &Endpoint, path: &str, body: Option<Value>) -> Answer {
    let answer = server.ask(endpoint.method.clone(), path, admin, body.clone()).await;
    let open = ["/auth", "/setup", "/tenants"].iter().any(|open| endpoint.path.starts_with(open));
    if answer.status != StatusCode::UNAUTHORIZED || open {
        return answer;
    }
    *admin = server.sign_in("admin@owner.example").await.text("access_token");
    server.ask(endpoint.method.clone(), path, admin, body).await
}

async fn wrong_types_and_over_long_texts_are_refused_by_name_everywhere(engine: Engine) {
    let server = TestServer::start_on(engine, false).await;
    let mut admin = server.tenant("owner").await;
    let document = document();
    let (mut asked, mut wrongs) = (0, Vec::new());
    for endpoint in endpoints(&document) {
        let Some(schema) = &endpoint.body else { continue };
        let base = sample(&document, schema, "");
        let mut found = Vec::new();
        places(&document, schema, "", &mut found);
        for (place, schema) in found {
            for (value, must_refuse) in wrong(&document, &schema) {
                let mut body = base.clone();
                let Some(slot) = body.pointer_mut(&place) else { continue };
                *slot = value.clone();
                asked += 1;
                let answer = ask(&server, &mut admin, &endpoint, &endpoint.filled(), Some(body)).await;
                if let Some(what) = complaint(&answer, &place, must_refuse) {
                    wrongs.push(format!("{} {place} = {}: {what}", endpoint.named(), short(&value)));
                }
            }
        }
    }
    assert!(asked > 1_000, "only {asked} requests were made");
    assert!(wrongs.is_empty(), "{} of {asked}:\n{}", wrongs.len(), wrongs.join("\n"));
    server.stop().await;
}

async fn bad_ids_are_refused_everywhere(engine: Engine) {
    let server = TestServer::start_on(engine, false).await;
    let mut admin = server.tenant("owner").await;
    let document = document();
    let mut wrongs = Vec::new();
    for endpoint in endpoints(&document).iter().filter(|one| one.path.contains("_id}") || one.path.contains("{id}")) {
        let body = endpoint.body.as_ref().map(|schema| sample(&document, schema, ""));
        for bad in
            ["7", "x", "%00", "%F0%9F%92%A9", "..%2F..", "01900000-0000-7000-8000-00000000000g", &"1".repeat(3_000)]
        {
            let path = endpoint.path.replace("{id}", bad).replace("{change_id}", bad).replace("{tag_id}", bad);
            let answer = ask(&server, &mut admin, endpoint, &path, body.clone()).await;
            let named = answer.body["fields"].to_string().contains("id");
            if answer.status != StatusCode::UNPROCESSABLE_ENTITY || !named {
                wrongs.push(format!("{} with {:.20}: {answer:?}", endpoint.named(), bad));
            }
        }
        // An id of nothing.
        let answer = ask(&server, &mut admin, endpoint, &endpoint.filled(), body).await;
        if !answer.status.is_client_error() {
            wrongs.push(format!("{} with the id of nothing: {answer:?}", endpoint.named()));
        }
    }
    assert!(wrongs.is_empty(), "{}:\n{}", wrongs.len(), wrongs.join("\n"));
    server.stop().await;
}

async fn bad_parameters_are_refused_by_name_everywhere(engine: Engine) {
    let server = TestServer::start_on(engine, false).await;
    let mut admin = server.tenant("owner").await;
    let document = document();
    let (mut asked, mut wrongs) = (0, Vec::new());
    for endpoint in endpoints(&document).iter().filter(|one| !NOT_JSON.contains(&one.path.as_str())) {
        let body = endpoint.body.as_ref().map(|schema| sample(&document, schema, ""));
        for parameter in endpoint.parameters.iter().filter(|one| one["in"] == "query") {
            let name = parameter["name"].as_str().expect("a name");
            let schema = resolved(&document, &parameter["schema"]);
            let long = "x".repeat(6_000);
            let strict =
                schema["enum"].is_array() || kind(schema) != "string" || name.ends_with("_id") || name == "cursor";
            let mut bad = vec![("nonsense", strict), ("%00", true), (long.as_str(), true), ("", false)];
            if kind(schema) == "integer" {
                bad.extend([("-1", false), ("99999999999999999999", true), ("1.5", true)]);
            }
            for (value, must_refuse) in bad {
                asked += 1;
                let path = format!("{}?{name}={value}", endpoint.filled());
                let answer = ask(&server, &mut admin, endpoint, &path, body.clone()).await;
                if let Some(what) = complaint(&answer, name, must_refuse) {
                    wrongs.push(format!("{} {name}={value:.20}: {what}", endpoint.named()));
                }
            }
        }
    }
    assert!(asked > 50, "only {asked} requests were made");
    assert!(wrongs.is_empty(), "{} of {asked}:\n{}", wrongs.len(), wrongs.join("\n"));
    server.stop().await;
}
