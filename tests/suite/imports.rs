//! Leads from files, as a manager's app takes them in.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use switchboard_tests::{Answer, Engine, TestServer, on_both_databases};

on_both_databases!(
    a_file_with_every_kind_of_error_is_rehearsed_imported_and_undone,
    an_upload_goes_on_where_it_broke_off,
    known_people_are_updated_or_filled_in_and_put_back,
    a_cancelled_import_leaves_nothing_half_written,
    a_server_that_stops_goes_on_with_the_import,
    a_database_that_lost_its_last_commits_gets_them_again,
    a_number_that_somebody_else_writes_meanwhile_is_one_lead,
    a_lead_that_somebody_changes_meanwhile_is_updated_too,
    a_mapping_is_remembered_for_the_next_file_of_its_source,
    a_plan_that_does_not_fit_says_all_that_is_wrong,
    the_same_number_in_two_campaigns_is_two_leads,
);

pub(super) async fn ask(server: &TestServer, method: Method, path: &str, token: &str, body: Value) -> Answer {
    let answer = server.ask(method, path, token, Some(body)).await;
    assert!(answer.status.is_success(), "{path}: {answer:?}");
    answer
}

/// Sends a file in parts of this many bytes; its import's path.
pub(super) async fn upload(server: &TestServer, token: &str, name: &str, file: &[u8], source: Option<&str>) -> String {
    let begin = json!({ "file_name": name, "bytes": file.len(), "source": source });
    let id = ask(server, Method::POST, "/imports", token, begin).await.text("id");
    let path = format!("/imports/{id}");
    for (n, part) in file.chunks(1_000_000).enumerate() {
        let body = json!({ "offset": n * 1_000_000, "data": STANDARD.encode(part) });
        ask(server, Method::PUT, &format!("{path}/parts"), token, body).await;
    }
    server.until(&path, token, "the file is complete", |found| found["state"] != "uploading").await;
    path
}

pub(super) async fn plan(server: &TestServer, token: &str, path: &str) -> Value {
    let preview = ask(server, Method::POST, &format!("{path}/preview"), token, json!({ "plan": null })).await;
    preview.body["plan"].clone()
}

/// Runs it and waits for its end.
async fn run(server: &TestServer, token: &str, path: &str, what: &str, plan: &Value) -> Value {
    ask(server, Method::POST, &format!("{path}/{what}"), token, json!({ "plan": plan })).await;
    ended(server, token, path).await
}

pub(super) async fn ended(server: &TestServer, token: &str, path: &str) -> Value {
    let working = ["rehearsing", "importing", "undoing"];
    server.until(path, token, "it ends", |found| !working.contains(&found["state"].as_str().unwrap_or_default())).await
}

async fn leads(server: &TestServer, token: &str, query: &str) -> Vec<Value> {
    let page = server.ask(Method::GET, &format!("/leads?limit=200{query}"), token, None).await.body;
    page["items"].as_array().cloned().unwrap_or_default()
}

const EVERY_ERROR: &str = "Visitor name;Mobile;Mail;Pin;DND?;Met on;Stall no.\n\
    Imran Quillon;95000 11442;imran@example.com;500001;N;03/11/2026;B4\n\
    Mira 😀;9.500011443E+09;mira@;12;Y;25/12/2026;=HYPERLINK(\"x\")\n\
    Twice;+91 95000 11442;;;;;\n\
    Short;95001;;;;;\n\
    Words;call me;;;;;\n\
    Spreadsheet;9.7E+09;;;;;\n\
    Nobody;;;;;;\n\
    Premium;+1 900 555 0123;;;;;\n\
    \"Open;9500011444;;;;;\n\
    Listed;9500011445;;;;;\n\
    Known;9500011446;;;;;\n\
    Nul;95000\u{0}11447;;;;;\n\
    \n\
    Last one;9500011448 / 040-23456789;;;;;\n";

async fn a_file_with_every_kind_of_error_is_rehearsed_imported_and_undone(engine: Engine) {
    let server = TestServer::start_on(engine, false).await;
    let admin = server.tenant("owner").await;
    ask(&server, Method::POST, "/do-not-call", &admin, json!({ "number": "+919500011445", "reason": "asked" })).await;
    ask(&server, Method::POST, "/leads", &admin, json!({ "name": "Old", "phone": "+919500011446" })).await;
    let path = upload(&server, &admin, "fair.csv", EVERY_ERROR.as_bytes(), None).await;
    let preview = ask(&server, Method::POST, &format!("{path}/preview"), &admin, json!({})).await.body;
    let plan = preview["plan"].clone();
    assert_eq!(plan["reading"], json!({ "encoding": "utf-8", "separator": ";", "header": true }));
    let targets: Vec<&str> =
        plan["columns"].as_array().unwrap().iter().map(|one| one["to"].as_str().unwrap()).collect();
    assert_eq!(targets, ["name", "phone", "email", "pincode", "do_not_call", "field", "field"]);
    assert_eq!(preview["rows"][1]["lead"]["phones"][0], "+919500011443");
    assert_eq!(preview["rows"][0]["lead"]["fields"]["met_on"], "2026-11-03");

    let rehearsed = run(&server, &admin, &path, "rehearse", &plan).await;
    let expected =
        json!({ "rows": 13, "new": 3, "updated": 0, "known": 1, "twice": 1, "listed": 1, "invalid": 7, "doubtful": 1 });
    assert_eq!((&rehearsed["state"], &rehearsed["counts"]), (&json!("rehearsed"), &expected), "{rehearsed}");
    assert_eq!(leads(&server, &admin, "").await.len(), 1, "a rehearsal writes nothing");

    let problems = server.ask(Method::GET, &format!("{path}/problems?limit=200"), &admin, None).await.body;
    let said: Vec<(u64, &str, &str)> = problems["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            (one["row"].as_u64().unwrap(), one["column"].as_str().unwrap_or(""), one["reason"].as_str().unwrap())
        })
        .collect();
    let expected_problems = [
        (3, "Mail", "email_doubtful"),
        (3, "Pin", "pincode_doubtful"),
        (4, "", "twice"),
        (5, "Mobile", "not_in_use"),
        (6, "Mobile", "not_a_number"),
        (7, "Mobile", "number_shortened"),
        (8, "Mobile", "number_missing"),
        (9, "Mobile", "not_called"),
        (10, "", "quote_not_closed"),
        (11, "", "listed"),
        (12, "", "known"),
        (13, "", "nul"),
    ];
    assert_eq!(said, expected_problems);
    let rows = server.ask(Method::GET, &format!("{path}/problem-rows"), &admin, None).await;
    let text = rows.text("text");
    assert!(text.contains("7,Mobile,\"A spreadsheet shortened the number."), "{text}");
    assert!(text.contains("\"'=HYPERLINK(\"\"x\"\")\""), "a formula stays text: {text}");

    let done = run(&server, &admin, &path, "start", &plan).await;
    assert_eq!((&done["state"], &done["counts"]), (&json!("done"), &expected), "{done}");
    let all = leads(&server, &admin, "").await;
    assert_eq!(all.len(), 4);
    let mira = leads(&server, &admin, "&search=mira").await;
    assert_eq!(mira.len(), 1);
    assert_eq!((&mira[0]["do_not_call"], &mira[0]["fields"]["email_as_given"]), (&json!(true), &json!("mira@")));
    assert_eq!(leads(&server, &admin, "&search=456789").await.len(), 1, "found by the second number");
    assert_eq!(leads(&server, &admin, "&search=imran@example.com").await.len(), 1);

    // Somebody works on one of them: that one stays.
    let imran = leads(&server, &admin, "&search=imran").await[0]["id"].as_str().unwrap().to_owned();
    ask(&server, Method::PATCH, &format!("/leads/{imran}"), &admin, json!({ "stage": "visit" })).await;
    ask(&server, Method::POST, &format!("{path}/undo"), &admin, json!({})).await;
    let undone = ended(&server, &admin, &path).await;
    assert_eq!(undone["state"], "undone", "{undone}");
    assert!(undone["failure"].as_str().unwrap().starts_with("1 leads stay"), "{undone}");
    assert_eq!(leads(&server, &admin, "").await.len(), 2);
    let again = server.ask(Method::POST, &format!("{path}/undo"), &admin, Some(json!({}))).await;
    assert_eq!((again.status, again.code()), (StatusCode::CONFLICT, "conflict"));
    server.stop().await;
}

async fn an_upload_goes_on_where_it_broke_off(engine: Engine) {
    let server = TestServer::start_on(engine, false).await;
    let admin = server.tenant("owner").await;
    let file = "name,phone\nAsha,9812300021\nVikram,9812300022\n".as_bytes();
    let begin = json!({ "file_name": "a.csv", "bytes": file.len() });
    let id = ask(&server, Method::POST, "/imports", &admin, begin).await.text("id");
    let path = format!("/imports/{id}/parts");
    let part = |from: usize, to: usize| json!({ "offset": from, "data": STANDARD.encode(&file[from..to]) });
    let first = ask(&server, Method::PUT, &path, &admin, part(0, 10)).await;
    assert_eq!(first.body["received"], 10);
    // The answer was lost: the same part again changes nothing.
    assert_eq!(ask(&server, Method::PUT, &path, &admin, part(0, 10)).await.body["received"], 10);
    let early = server.ask(Method::PUT, &path, &admin, Some(part(20, 30))).await;
    assert_eq!((early.status, early.code()), (StatusCode::CONFLICT, "conflict"));
    let server = server.start_again().await;
    let admin = server.sign_in("admin@owner.example").await.text("access_token");
    let goes_on = server.ask(Method::GET, &format!("/imports/{id}"), &admin, None).await.body;
    assert_eq!((&goes_on["received"], &goes_on["state"]), (&json!(10), &json!("uploading")));
    let last = ask(&server, Method::PUT, &path, &admin, part(10, file.len())).await;
    assert_eq!(last.body["state"], "ready");
    let more = server.ask(Method::PUT, &path, &admin, Some(part(0, 10))).await;
    assert_eq!(more.status, StatusCode::CONFLICT);
    let path = format!("/imports/{id}");
    let plan = plan(&server, &admin, &path).await;
    assert_eq!(run(&server, &admin, &path, "start", &plan).await["counts"]["new"], 2);
    server.stop().await;
}

async fn known_people_are_updated_or_filled_in_and_put_back(engine: Engine) {
    let server = TestServer::start_on(engine, false).await;
    let admin = server.tenant("owner").await;
    let old = json!({ "name": "Asha", "phone": "+919812300021", "fields": { "budget": "70 lakh" } });
    let lead = ask(&server, Method::POST, "/leads", &admin, old).await.text("id");
    let file = b"name,phone,email,Budget\nAsha Rao,9812300021,asha@rao.example,90 lakh\n";
    for (how, name, budget) in [("merge", "Asha", "70 lakh"), ("update", "Asha Rao", "90 lakh")] {
        let path = upload(&server, &admin, "b.csv", file, None).await;
        let mut plan = plan(&server, &admin, &path).await;
        plan["duplicates"] = json!(how);
        assert_eq!(run(&server, &admin, &path, "rehearse", &plan).await["counts"]["updated"], 1);
        let done = run(&server, &admin, &path, "start", &plan).await;
        assert_eq!(done["counts"]["updated"], 1, "{done}");
        let now = server.ask(Method::GET, &format!("/leads/{lead}"), &admin, None).await.body["lead"].clone();
        assert_eq!((&now["name"], &now["fields"]["budget"]), (&json!(name), &json!(budget)), "{how}");
        assert_eq!(now["email"], "asha@rao.example");
        let changes = server.ask(Method::GET, &format!("/leads/{lead}/changes"), &admin, None).await.body;
        assert_eq!(changes[0]["by"]["kind"], "import");
        ask(&server, Method::POST, &format!("{path}/undo"), &admin, json!({})).await;
        assert_eq!(ended(&server, &admin, &path).await["state"], "undone");
        let back = server.ask(Method::GET, &format!("/leads/{lead}"), &admin, None).await.body["lead"].clone();
        assert_eq!(
            (&back["name"], &back["email"], &back["fields"]["budget"]),
            (&json!("Asha"), &Value::Null, &json!("70 lakh"))
        );
    }
    server.stop().await;
}

/// Names and numbers of many, the same on each call.
pub(super) fn many(count: u32) -> String {
    let mut text = String::from("name,phone\n");
    for n in 0..count {
        text.push_str(&format!("Person {n},98{:08}\n", 10_000_000 + n));
    }
    text
}

async fn a_cancelled_import_leaves_nothing_half_written(engine: Engine) {
    let server = TestServer::start_on(engine, false).await;
    let admin = server.tenant("owner").await;
    let path = upload(&server, &admin, "many.csv", many(20_000).as_bytes(), None).await;
    let plan = plan(&server, &admin, &path).await;
    ask(&server, Method::POST, &format!("{path}/start"), &admin, json!({ "plan": plan })).await;
    server.until(&path, &admin, "some are written", |found| found["counts"]["new"].as_u64() > Some(0)).await;
    let cancelled = server.ask(Method::POST, &format!("{path}/cancel"), &admin, Some(json!({}))).await;
    let now = ended(&server, &admin, &path).await;
    if cancelled.status.is_success() && now["state"] != "done" {
        assert_eq!((&now["state"], &now["failure"]), (&json!("undone"), &json!("cancelled")), "{now}");
        assert_eq!(leads(&server, &admin, "").await.len(), 0);
    } else {
        // It was quicker than the cancelling.
        assert_eq!(now["counts"]["new"], 20_000);
    }
    server.stop().await;
}

async fn a_server_that_stops_goes_on_with_the_import(engine: Engine) {
    let server = TestServer::start_on(engine, false).await;
    let admin = server.tenant("owner").await;
    let path = upload(&server, &admin, "many.csv", many(20_000).as_bytes(), None).await;
    let plan = plan(&server, &admin, &path).await;
    ask(&server, Method::POST, &format!("{path}/start"), &admin, json!({ "plan": plan })).await;
    server.until(&path, &admin, "some are written", |found| found["counts"]["new"].as_u64() > Some(0)).await;
    let server = server.start_again().await;
    let admin = server.sign_in("admin@owner.example").await.text("access_token");
    let done = ended(&server, &admin, &path).await;
    assert_eq!(
        (&done["state"], &done["counts"]["new"], &done["counts"]["rows"]),
        (&json!("done"), &json!(20_000), &json!(20_000)),
        "{done}"
    );
    for name in ["10", "19999"] {
        let found = leads(&server, &admin, &format!("&search=person%20{name}")).await;
        assert!(found.iter().any(|lead| lead["name"] == format!("Person {name}")), "{name}: {found:?}");
    }
    server.stop().await;
}

/// As after a crash of PostgreSQL's machine, which says that it has written before the disk has it (`Store::begin_step`).
async fn a_database_that_lost_its_last_commits_gets_them_again(engine: Engine) {
    let server = TestServer::start_on(engine, false).await;
    let admin = server.tenant("owner").await;
    let path = upload(&server, &admin, "many.csv", many(40_000).as_bytes(), None).await;
    let plan = plan(&server, &admin, &path).await;
    ask(&server, Method::POST, &format!("{path}/start"), &admin, json!({ "plan": plan })).await;
    let new = |found: &Value| found["counts"]["new"].as_u64().unwrap_or_default();
    server.until(&path, &admin, "some are written", |found| new(found) > 0).await;
    server.database().run("CREATE TABLE before AS SELECT * FROM lead_imports").await;
    server.until(&path, &admin, "more are written", |found| new(found) > 10_000).await;
    let lost = "BEGIN; \
        UPDATE lead_imports SET version = (SELECT version FROM before), rows_done = (SELECT rows_done FROM before), \
        counts = (SELECT counts FROM before), last_place = (SELECT last_place FROM before), \
        searchable_to = (SELECT searchable_to FROM before), problems_bytes = (SELECT problems_bytes FROM before); \
        DELETE FROM leads WHERE place > (SELECT last_place FROM before); COMMIT;";
    server.database().run(lost).await;
    let now = server.ask(Method::GET, &path, &admin, None).await.body;
    assert_eq!(now["state"], "importing", "it was quicker than the loss: {now}");
    let done = ended(&server, &admin, &path).await;
    let counts = &done["counts"];
    assert_eq!(
        (&done["state"], &counts["new"], &counts["rows"]),
        (&json!("done"), &json!(40_000), &json!(40_000)),
        "{done}"
    );
    for number in ["0", "20000", "39999"] {
        let found = leads(&server, &admin, &format!("&search=person%20{number}")).await;
        assert!(found.iter().any(|lead| lead["name"] == format!("Person {number}")), "{number}: {found:?}");
    }
    server.stop().await;
}

async fn a_number_that_somebody_else_writes_meanwhile_is_one_lead(engine: Engine) {
    const ROWS: u32 = 20_000;
    let server = TestServer::start_on(engine, false).await;
    let admin = server.tenant("owner").await;
    let path = upload(&server, &admin, "many.csv", many(ROWS).as_bytes(), None).await;
    let plan = plan(&server, &admin, &path).await;
    ask(&server, Method::POST, &format!("{path}/start"), &admin, json!({ "plan": plan })).await;
    // From the end of the file, so that most are there before their row.
    let numbers = (0..ROWS).rev().step_by(500).map(|n| format!("+9198{:08}", 10_000_000 + n));
    let mut ours = 0;
    for number in numbers.clone() {
        let lead = json!({ "name": "By hand", "phone": number });
        ours += u64::from(server.ask(Method::POST, "/leads", &admin, Some(lead)).await.status.is_success());
    }
    let done = ended(&server, &admin, &path).await;
    let count = |name: &str| done["counts"][name].as_u64().unwrap_or_default();
    assert_eq!((&done["state"], count("new") + count("known")), (&json!("done"), u64::from(ROWS)), "{done}");
    assert_eq!(count("known"), ours, "{done}");
    for number in numbers {
        let found = leads(&server, &admin, &format!("&search={}", number.trim_start_matches('+'))).await;
        assert_eq!(found.len(), 1, "{number}: {found:?}");
    }
    server.stop().await;
}

async fn a_lead_that_somebody_changes_meanwhile_is_updated_too(engine: Engine) {
    let server = TestServer::start_on(engine, false).await;
    let admin = server.tenant("owner").await;
    let lead = json!({ "name": "Asha", "phone": "+919812300021", "language": "en" });
    let lead = ask(&server, Method::POST, "/leads", &admin, lead).await.text("id");
    let path = upload(&server, &admin, "b.csv", b"name,phone\nAsha Rao,9812300021\n", None).await;
    let mut plan = plan(&server, &admin, &path).await;
    plan["duplicates"] = json!("update");
    // PostgreSQL holds the row for as long as the other's transaction lasts, and the import has read it by then.
    let wait = match engine {
        Engine::Sqlite => "",
        Engine::Postgres => "SELECT pg_sleep(2);",
    };
    let change = format!("BEGIN; UPDATE leads SET language = 'hi', version = version + 1; {wait} COMMIT;");
    let ((), done) = tokio::join!(server.database().run(&change), run(&server, &admin, &path, "start", &plan));
    assert_eq!((&done["state"], &done["counts"]["updated"]), (&json!("done"), &json!(1)), "{done}");
    let now = server.ask(Method::GET, &format!("/leads/{lead}"), &admin, None).await.body["lead"].clone();
    assert_eq!((&now["name"], &now["language"]), (&json!("Asha Rao"), &json!("hi")), "{now}");
    server.stop().await;
}

async fn a_mapping_is_remembered_for_the_next_file_of_its_source(engine: Engine) {
    let server = TestServer::start_on(engine, false).await;
    let admin = server.tenant("owner").await;
    let file = b"who;call at;remarks\nAsha;9812300021;evening\n";
    let path = upload(&server, &admin, "one.csv", file, Some("Fair sheet")).await;
    let mut first = plan(&server, &admin, &path).await;
    first["columns"][0] = json!({ "column": "who", "to": "name" });
    first["columns"][2] = json!({ "column": "remarks", "to": "source_detail" });
    run(&server, &admin, &path, "start", &first).await;
    // In another order, with another separator, and with a column that is new.
    let next = "remarks,extra,call at,who\nmorning,B4,9812300022,Vikram\n".as_bytes();
    let path = upload(&server, &admin, "two.csv", next, Some("Fair sheet")).await;
    let preview = ask(&server, Method::POST, &format!("{path}/preview"), &admin, json!({})).await.body;
    assert_eq!(preview["remembered"], "Fair sheet");
    assert_eq!(preview["rows"][0]["lead"]["name"], "Vikram");
    assert_eq!(preview["rows"][0]["lead"]["fields"]["extra"], "B4");
    let kept = server.ask(Method::GET, "/import-mappings", &admin, None).await.body;
    assert_eq!(kept[0]["name"], "Fair sheet");
    let gone = server.ask(Method::DELETE, "/import-mappings?name=Fair%20sheet", &admin, None).await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT);
    server.stop().await;
}

async fn a_plan_that_does_not_fit_says_all_that_is_wrong(engine: Engine) {
    let server = TestServer::start_on(engine, false).await;
    let admin = server.tenant("owner").await;
    let path = upload(&server, &admin, "a.csv", b"name,phone\nAsha,9812300021\n", None).await;
    let mut bad = plan(&server, &admin, &path).await;
    bad["columns"] = json!([{ "column": "name", "to": "name" }]);
    bad["country"] = json!("India!");
    bad["reading"]["separator"] = json!("||");
    let refused = server.ask(Method::POST, &format!("{path}/start"), &admin, Some(json!({ "plan": bad }))).await;
    assert_eq!((refused.status, refused.code()), (StatusCode::UNPROCESSABLE_ENTITY, "invalid_fields"));
    let fields: Vec<&str> =
        refused.body["fields"].as_array().unwrap().iter().map(|one| one["field"].as_str().unwrap()).collect();
    assert_eq!(fields, ["plan.reading.separator", "plan.columns", "plan.columns"]);
    let no_book = upload(&server, &admin, "broken.xlsx", b"PK\x03\x04 and nothing else", None).await;
    let failed = server.ask(Method::GET, &no_book, &admin, None).await.body;
    assert_eq!(failed["state"], "failed");
    assert!(failed["failure"].as_str().unwrap().contains("save it as CSV"), "{failed}");
    server.stop().await;
}

async fn the_same_number_in_two_campaigns_is_two_leads(engine: Engine) {
    let server = TestServer::start_on(engine, false).await;
    let admin = server.tenant("owner").await;
    let campaign = |name: &str| switchboard_tests::estate::campaign(name, &[]);
    let one = ask(&server, Method::POST, "/campaigns", &admin, campaign("One")).await.text("id");
    let two = ask(&server, Method::POST, "/campaigns", &admin, campaign("Two")).await.text("id");
    let file = b"name,phone\nAsha,9812300021\n";
    for (campaign, within, new) in
        [(&one, "campaign", 1), (&two, "campaign", 1), (&two, "campaign", 0), (&one, "tenant", 0)]
    {
        let path = upload(&server, &admin, "a.csv", file, None).await;
        let mut plan = plan(&server, &admin, &path).await;
        plan["campaign_id"] = json!(campaign);
        plan["known_within"] = json!(within);
        assert_eq!(run(&server, &admin, &path, "start", &plan).await["counts"]["new"], new);
    }
    assert_eq!(leads(&server, &admin, "").await.len(), 2);
    server.stop().await;
}
