//! Leads that forms and programs hand in by a key.

use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};
use switchboard_tests::{Answer, Engine, TestServer, estate, on_both_databases};

on_both_databases!(
    a_form_becomes_a_lead_once_whether_it_is_json_or_a_form_of_the_web,
    who_has_no_key_or_one_that_is_off_is_refused_and_a_flood_has_to_wait,
    a_form_that_is_wrong_says_where_and_a_program_that_fills_it_in_leaves_nothing,
    known_people_are_filled_in_and_who_is_listed_is_not_called,
);

struct Office {
    server: TestServer,
    admin: String,
    campaign: String,
    secret: String,
    key: String,
}

fn made(answer: Answer) -> Answer {
    assert!(answer.status.is_success(), "{answer:?}");
    answer
}

impl Office {
    async fn open(engine: Engine) -> Self {
        let server = TestServer::start_on(engine, false).await;
        let admin = server.tenant("owner").await;
        let campaign = server.ask(Method::POST, "/campaigns", &admin, Some(estate::campaign("Spring", &[]))).await;
        let campaign = made(campaign).text("id");
        let body = estate::intake_key("Site", Some(&campaign));
        let key = made(server.ask(Method::POST, "/intake-keys", &admin, Some(body)).await);
        let (secret, key) = (key.text("secret"), key.body["key"]["id"].as_str().unwrap().to_owned());
        Self { server, admin, campaign, secret, key }
    }

    async fn send(&self, secret: &str, body: &Value, own: Option<&str>) -> Answer {
        let mut request = Client::new().post(self.server.url("/intake/leads")).bearer_auth(secret).json(body);
        if let Some(own) = own {
            request = request.header("idempotency-key", own);
        }
        let response = request.send().await.unwrap();
        Answer { status: response.status(), body: response.json().await.unwrap_or(Value::Null) }
    }

    async fn hand_in(&self, body: Value) -> Answer {
        self.send(&self.secret, &body, None).await
    }

    async fn ask(&self, method: Method, path: &str, body: Value) -> Answer {
        self.server.ask(method, path, &self.admin, Some(body)).await
    }

    async fn leads(&self) -> Vec<Value> {
        self.ask(Method::GET, "/leads", Value::Null).await.body["items"].as_array().cloned().unwrap()
    }
}

async fn a_form_becomes_a_lead_once_whether_it_is_json_or_a_form_of_the_web(engine: Engine) {
    let office = Office::open(engine).await;
    let form = json!({ "name": "Asha Rao", "phone": "098000 00001", "email": "asha@rao.example", "utm_source": "search",
        "utm_campaign": "diwali", "other": "left out", "website": "" });
    let first = office.hand_in(form.clone()).await;
    assert_eq!((first.status, first.text("outcome")), (StatusCode::CREATED, "new".to_owned()), "{first:?}");
    assert_eq!((&first.body["may_be_called"], &first.body["repeated"]), (&json!(true), &json!(false)));
    let lead = &office.leads().await[0];
    let seen = [&lead["phone"], &lead["source"], &lead["source_detail"], &lead["campaign_id"], &lead["zone"]];
    let expected = [
        &json!("+919800000001"),
        &json!("Site form"),
        &json!("search"),
        &json!(office.campaign),
        &json!("Asia/Kolkata"),
    ];
    assert_eq!(seen, expected, "{lead}");
    assert_eq!(lead["fields"], json!({ "utm_campaign": "diwali" }));
    // Sent twice by an impatient person.
    let again = office.hand_in(form.clone()).await;
    assert_eq!((again.status, &again.body["repeated"]), (StatusCode::CREATED, &json!(true)), "{again:?}");
    assert_eq!(again.text("lead_id"), first.text("lead_id"));

    // A program repeats its own request, and may not use its key for another.
    let other = json!({ "name": "Ravi", "phone": "+919800000002" });
    let (one, same) =
        (office.send(&office.secret, &other, Some("k1")).await, office.send(&office.secret, &other, Some("k1")).await);
    assert_eq!((one.text("outcome"), one.text("lead_id")), ("new".to_owned(), same.text("lead_id")), "{same:?}");
    assert_eq!(same.body["repeated"], true);
    assert_eq!(office.send(&office.secret, &form, Some("k1")).await.code(), "idempotency_mismatch");
    assert_eq!(office.send(&office.secret, &form, Some(&"x".repeat(65))).await.code(), "invalid_fields");

    let response = Client::new()
        .post(office.server.url("/intake/leads"))
        .bearer_auth(&office.secret)
        .header("content-type", "application/x-www-form-urlencoded")
        .body("name=Mira+Rao&phone=%2B919800000003&utm_campaign=x")
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), StatusCode::CREATED);
    let leads = office.leads().await;
    assert_eq!((leads.len(), &leads[0]["name"]), (3, &json!("Mira Rao")));
    let keys = office.ask(Method::GET, "/intake-keys", Value::Null).await.body;
    assert!(keys[0]["last_used_at_ms"].is_i64() && !keys.to_string().contains(&office.secret), "{keys}");
    assert!(office.secret.ends_with(keys[0]["key_end"].as_str().unwrap()));
    office.server.stop().await;
}

async fn who_has_no_key_or_one_that_is_off_is_refused_and_a_flood_has_to_wait(engine: Engine) {
    let office = Office::open(engine).await;
    let form = json!({ "name": "Asha", "phone": "+919800000001" });
    for stranger in ["", "swb_nothing", office.admin.as_str()] {
        let refused = office.send(stranger, &form, None).await;
        assert_eq!((refused.status, refused.code()), (StatusCode::UNAUTHORIZED, "not_signed_in"), "{refused:?}");
    }
    // A key of forms opens nothing else.
    let inside = office.server.ask(Method::GET, "/leads", &office.secret, None).await;
    assert_eq!(inside.status, StatusCode::UNAUTHORIZED);
    let mut off = estate::intake_key("Site", None);
    off["on"] = json!(false);
    let path = format!("/intake-keys/{}", office.key);
    made(office.ask(Method::PUT, &path, off.clone()).await);
    assert_eq!(office.hand_in(form.clone()).await.status, StatusCode::UNAUTHORIZED);
    off["on"] = json!(true);
    made(office.ask(Method::PUT, &path, off).await);
    let mut waits = None;
    for n in 0..130 {
        let answer = office.hand_in(json!({ "name": "x", "phone": n.to_string() })).await;
        if answer.status == StatusCode::TOO_MANY_REQUESTS {
            waits = answer.body["retry_after_s"].as_i64();
            break;
        }
        assert_eq!(answer.code(), "invalid_fields", "{answer:?}");
    }
    assert!(waits.is_some_and(|wait| (1..=60).contains(&wait)), "{waits:?}");
    assert_eq!(office.leads().await, Vec::<Value>::new());
    assert_eq!(office.ask(Method::DELETE, &path, Value::Null).await.status, StatusCode::NO_CONTENT);
    assert_eq!(office.hand_in(form).await.status, StatusCode::UNAUTHORIZED);
    office.server.stop().await;
}

async fn a_form_that_is_wrong_says_where_and_a_program_that_fills_it_in_leaves_nothing(engine: Engine) {
    let office = Office::open(engine).await;
    for (form, field) in [
        (json!({ "name": "Asha" }), "phone"),
        (json!({ "name": "Asha", "phone": "12345" }), "phone"),
        (json!({ "name": "Asha", "phone": "" }), "phone"),
        (json!([1]), "body"),
    ] {
        let wrong = office.hand_in(form).await;
        assert_eq!((wrong.code(), &wrong.body["fields"][0]["field"]), ("invalid_fields", &json!(field)), "{wrong:?}");
        assert!(!wrong.body["fields"][0]["problem"].as_str().unwrap().is_empty());
    }
    let spam = office.hand_in(json!({ "name": "Bot", "phone": "+919800000009", "website": "http://spam" })).await;
    assert_eq!((spam.status, spam.text("outcome")), (StatusCode::OK, "ignored".to_owned()), "{spam:?}");
    assert_eq!(office.leads().await, Vec::<Value>::new());
    let doubtful = office.hand_in(json!({ "name": "Asha", "phone": "+919800000001", "email": "nowhere" })).await;
    assert_eq!(doubtful.body["notices"], json!([{ "field": "email", "problem": "this is no e-mail address" }]));
    let mut plan = estate::intake_key("Bad", None);
    plan["plan"]["columns"] = json!([{ "column": "name", "to": "name" }]);
    let refused = office.ask(Method::POST, "/intake-keys", plan).await;
    assert_eq!((refused.code(), &refused.body["fields"][0]["field"]), ("invalid_fields", &json!("plan.columns")));
    office.server.stop().await;
}

async fn known_people_are_filled_in_and_who_is_listed_is_not_called(engine: Engine) {
    let office = Office::open(engine).await;
    let known = json!({ "name": "Asha", "phone": "+919800000001", "campaign_id": office.campaign });
    let known = made(office.ask(Method::POST, "/leads", known).await).text("id");
    let filled = json!({ "name": "Somebody", "phone": "+919800000001", "email": "asha@rao.example" });
    let answer = office.hand_in(filled).await;
    assert_eq!((answer.text("outcome"), answer.text("lead_id")), ("updated".to_owned(), known.clone()), "{answer:?}");
    let card = office.ask(Method::GET, &format!("/leads/{known}"), Value::Null).await.body;
    assert_eq!((&card["lead"]["name"], &card["lead"]["email"]), (&json!("Asha"), &json!("asha@rao.example")));
    let entry = json!({ "number": "+919800000002", "reason": "asked" });
    made(office.ask(Method::POST, "/do-not-call", entry).await);
    let listed = office.hand_in(json!({ "name": "Ravi", "phone": "+919800000002" })).await;
    assert_eq!(
        (listed.text("outcome"), &listed.body["may_be_called"]),
        ("new".to_owned(), &json!(false)),
        "{listed:?}"
    );
    let card = office.ask(Method::GET, &format!("/leads/{}", listed.text("lead_id")), Value::Null).await.body;
    assert_eq!((&card["lead"]["do_not_call"], &card["no_call"]["kind"]), (&json!(true), &json!("marked")));
    office.server.stop().await;
}
