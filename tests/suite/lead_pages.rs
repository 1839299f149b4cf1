//! What stands on the page of a lead and around it: merges with their undo, duplicates, notes, files, history, the board of stages,
//! and leads in a file.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use domain::role::Role;
use reqwest::{Method, StatusCode, header};
use serde_json::{Value, json};
use switchboard_tests::{Answer, Engine, TestServer, carrier::CUSTOMER, estate, on_both_databases, talk::Talk};

on_both_databases!(
    two_leads_become_one_with_everything_of_both,
    a_merge_is_undone_but_for_what_was_changed_since,
    a_lead_that_is_held_or_in_a_call_is_not_merged,
    of_merges_at_once_one_wins,
    probable_duplicates_are_named_with_their_reason,
    notes_are_written_removed_and_brought_back,
    a_file_is_what_it_contains_and_lies_sealed,
    every_change_of_a_field_is_told_and_taken_back,
    the_board_counts_and_its_cards_come_page_by_page,
    leads_go_into_a_file_without_formulas,
    an_export_goes_on_after_a_stop_and_ends_after_a_day,
);

struct Ground {
    server: TestServer,
    admin: String,
}

impl Ground {
    async fn new(engine: Engine) -> Self {
        let server = TestServer::start_on(engine, false).await;
        let admin = server.tenant("owner").await;
        Self { server, admin }
    }

    async fn ask(&self, method: Method, path: &str, body: Value) -> Answer {
        let body = (!body.is_null()).then_some(body);
        self.server.ask(method, path, &self.admin, body).await
    }

    async fn send(&self, method: Method, path: &str, body: Value) -> Value {
        let answer = self.ask(method, path, body).await;
        assert!(answer.status.is_success(), "{path}: {answer:?}");
        answer.body
    }

    async fn get(&self, path: &str) -> Value {
        self.send(Method::GET, path, Value::Null).await
    }

    async fn made(&self, path: &str, body: Value) -> String {
        self.send(Method::POST, path, body).await["id"].as_str().unwrap().to_owned()
    }

    async fn lead(&self, n: u32, more: Value) -> String {
        let mut body = json!({ "name": format!("Person {n}"), "phone": format!("+9198000{n:05}") });
        body.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap_or_default());
        self.made("/leads", body).await
    }

    async fn agent(&self) -> (String, String) {
        self.server.user(&self.admin, "owner", Role::Telecaller).await
    }

    async fn merge(&self, kept: &str, other: &str, take: Value) -> Answer {
        self.ask(Method::POST, &format!("/leads/{kept}/merge"), json!({ "other_id": other, "take": take })).await
    }

    async fn merge_id(&self, kept: &str) -> String {
        self.get(&format!("/leads/{kept}/merges")).await[0]["id"].as_str().unwrap().to_owned()
    }

    async fn undo_merge(&self, id: &str) -> Answer {
        self.ask(Method::POST, &format!("/lead-merges/{id}/undo"), json!({})).await
    }

    async fn audited(&self, action: &str) -> bool {
        let page = self.get("/audit?limit=200").await;
        page["items"].as_array().unwrap().iter().any(|entry| entry["action"] == action)
    }

    async fn taken_away(&self, url: &str) -> reqwest::Response {
        reqwest::Client::new().get(self.server.url(url)).send().await.unwrap()
    }

    async fn exported(&self, body: Value) -> Value {
        let id = self.made("/bulk-actions", body).await;
        let over = |found: &Value| !["gathering", "working"].contains(&found["state"].as_str().unwrap_or_default());
        self.server.until(&format!("/bulk-actions/{id}"), &self.admin, "the export ends", over).await
    }

    async fn file_of(&self, action: &Value) -> Answer {
        self.ask(Method::GET, &format!("/bulk-actions/{}/file", action["id"].as_str().unwrap()), Value::Null).await
    }
}

fn said<'a>(response: &'a reqwest::Response, name: &header::HeaderName) -> &'a str {
    response.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

fn fields_of(changes: &Value) -> Vec<&str> {
    changes.as_array().unwrap().iter().map(|change| change["field"].as_str().unwrap()).collect()
}

async fn two_leads_become_one_with_everything_of_both(engine: Engine) {
    let ground = Ground::new(engine).await;
    let kept = ground.lead(1, json!({ "email": "one@x.example", "fields": { "budget": "1", "floor": "2" } })).await;
    let other = ground
        .lead(2, json!({ "language": "hi", "source": "fair", "fields": { "budget": "9", "bedrooms": "3" } }))
        .await;
    let tag = ground.made("/tags", json!({ "word": "VIP", "colour": "teal" })).await;
    ground.send(Method::PUT, &format!("/leads/{other}/tags/{tag}"), json!({})).await;
    ground.send(Method::POST, &format!("/leads/{other}/notes"), json!({ "text": "two rooms" })).await;
    let file = json!({ "name": "a.txt", "data": STANDARD.encode("hello") });
    ground.send(Method::POST, &format!("/leads/{other}/files"), file).await;
    let consent = json!({ "channel": "call", "purpose": "marketing", "given": false });
    ground.send(Method::POST, &format!("/leads/{other}/consents"), consent).await;
    ground.send(Method::PATCH, &format!("/leads/{other}"), json!({ "stage": "qualified" })).await;

    let refused = ground.merge(&kept, &other, json!(["tenant"])).await;
    assert_eq!(
        (refused.status, &refused.body["fields"][0]["field"]),
        (StatusCode::UNPROCESSABLE_ENTITY, &json!("take"))
    );
    assert_eq!(ground.get(&format!("/leads/{other}")).await["lead"]["name"], "Person 2", "nothing was done");
    let same = ground.merge(&kept, &kept, json!([])).await;
    assert_eq!(same.status, StatusCode::UNPROCESSABLE_ENTITY);

    let take = json!(["phone", "email", "stage", "language", "fields.budget", "fields.bedrooms"]);
    let merged = ground.merge(&kept, &other, take).await;
    assert_eq!(merged.status, StatusCode::OK, "{merged:?}");
    let lead = &merged.body;
    assert_eq!((lead["name"].as_str(), lead["phone"].as_str()), (Some("Person 1"), Some("+919800000002")));
    assert_eq!((&lead["email"], &lead["stage"], &lead["language"]), (&Value::Null, &json!("qualified"), &json!("hi")));
    assert_eq!(lead["fields"], json!({ "budget": "9", "floor": "2", "bedrooms": "3" }));
    assert_eq!(lead["tags"], json!([tag]));
    let card = ground.get(&format!("/leads/{kept}")).await;
    let first = json!([{ "number": "+919800000001", "kind": null, "extension": null }]);
    assert_eq!(card["other_numbers"], first);
    assert_eq!(card["no_call"]["kind"], "withdrawn", "what they said about calls counts for the one that stays");
    assert_eq!(ground.get(&format!("/leads/{kept}/notes")).await["items"][0]["text"], "two rooms");
    assert_eq!(ground.get(&format!("/leads/{kept}/files")).await[0]["name"], "a.txt");
    assert_eq!(
        ground.get("/leads?search=0001").await["items"].as_array().map(Vec::len),
        Some(1),
        "found by both numbers"
    );

    let changes = ground.get(&format!("/leads/{kept}/changes")).await;
    let told = fields_of(&changes);
    for field in ["merged", "phone", "email", "stage", "language", "fields.budget", "fields.bedrooms"] {
        assert!(told.contains(&field), "{field} is not in {told:?}");
    }
    let theirs = changes.as_array().unwrap().iter().filter(|change| change["field"] == "stage").count();
    assert_eq!(theirs, 2, "the history of the other is there too: {changes}");
    let gone = ground.ask(Method::GET, &format!("/leads/{other}"), Value::Null).await;
    assert_eq!(gone.status, StatusCode::NOT_FOUND);
    assert!(ground.audited("lead.merge").await);
    ground.server.stop().await;
}

async fn a_merge_is_undone_but_for_what_was_changed_since(engine: Engine) {
    let ground = Ground::new(engine).await;
    let kept = ground.lead(1, json!({ "fields": { "budget": "1", "floor": "2" } })).await;
    let other = ground.lead(2, json!({ "fields": { "budget": "9", "floor": "8" } })).await;
    ground.send(Method::POST, &format!("/leads/{other}/notes"), json!({ "text": "theirs" })).await;
    let before = ground.get(&format!("/leads/{other}")).await;
    let counts = ground.get("/worklist/counts").await;
    let take = json!(["name", "phone", "fields.budget", "fields.floor"]);
    assert_eq!(ground.merge(&kept, &other, take).await.status, StatusCode::OK);
    assert_ne!(ground.get("/worklist/counts").await, counts);
    let id = ground.merge_id(&kept).await;
    ground.send(Method::PATCH, &format!("/leads/{kept}"), json!({ "fields": { "floor": "5" } })).await;
    ground.send(Method::POST, &format!("/leads/{kept}/notes"), json!({ "text": "ours" })).await;

    let undone = ground.undo_merge(&id).await;
    assert_eq!(undone.status, StatusCode::OK, "{undone:?}");
    let lead = &undone.body;
    assert_eq!((lead["name"].as_str(), lead["phone"].as_str()), (Some("Person 1"), Some("+919800000001")));
    assert_eq!(lead["fields"], json!({ "budget": "1", "floor": "5" }));
    assert_eq!(ground.get(&format!("/leads/{kept}")).await["other_numbers"], json!([]));
    let mut after = ground.get(&format!("/leads/{other}")).await;
    after["lead"]["version"] = before["lead"]["version"].clone();
    assert_eq!(after, before);
    assert_eq!(ground.get("/worklist/counts").await, counts);
    let notes = async |lead: &str| {
        let page = ground.get(&format!("/leads/{lead}/notes")).await;
        page["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|note| note["text"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!((notes(&kept).await, notes(&other).await), (vec!["ours".to_owned()], vec!["theirs".to_owned()]));
    let changes = ground.get(&format!("/leads/{kept}/changes")).await;
    let undone: Vec<_> = changes.as_array().unwrap().iter().filter(|one| !one["undone_at_ms"].is_null()).collect();
    assert!(
        undone.iter().any(|one| one["field"] == "merged") && !undone.iter().any(|one| one["field"] == "fields.floor")
    );

    let again = ground.undo_merge(&id).await;
    assert_eq!(again.status, StatusCode::CONFLICT, "{again:?}");
    assert_eq!(ground.merge(&kept, &other, json!([])).await.status, StatusCode::OK);
    let late = ground.merge_id(&kept).await;
    ground.server.database().run("UPDATE lead_merges SET undo_until_ms = 1").await;
    let late = ground.undo_merge(&late).await;
    assert_eq!(late.status, StatusCode::CONFLICT, "{late:?}");
    ground.server.stop().await;
}

async fn a_lead_that_is_held_or_in_a_call_is_not_merged(engine: Engine) {
    let server = TestServer::start_on(engine, false).await;
    let admin = server.tenant("owner").await;
    let known = json!({ "name": "Asha", "phone": CUSTOMER });
    let in_call = server.ask(Method::POST, "/leads", &admin, Some(known)).await.text("id");
    let Talk { server, admin, carrier, desk, leg, .. } = Talk::begin_at(server, admin).await;
    let ground = Ground { server, admin };
    let (free, held) = (ground.lead(1, json!({})).await, ground.lead(2, json!({})).await);
    for (kept, other) in [(&in_call, &free), (&free, &in_call)] {
        let refused = ground.merge(kept, other, json!([])).await;
        assert_eq!((refused.status, refused.code()), (StatusCode::CONFLICT, "conflict"), "{refused:?}");
    }
    let hours = json!({ "days": [1, 2, 3, 4, 5, 6, 7], "from_minute": 0, "to_minute": 1440 });
    ground.send(Method::PUT, "/settings/calling-hours", hours).await;
    ground.send(Method::POST, "/worklist/next", json!({})).await;
    let lease = ground.get("/worklist/held").await[0].clone();
    let taken = lease["entry"]["lead_id"].as_str().or(lease["entry"]["lead"]["id"].as_str()).unwrap().to_owned();
    let loose = if taken == held { &free } else { &held };
    let refused = ground.merge(loose, &taken, json!([])).await;
    assert_eq!((refused.status, refused.code()), (StatusCode::CONFLICT, "lead_held"), "{refused:?}");
    assert_eq!(refused.body["details"]["held_by"], "Admin");
    let skip = json!({ "fence": lease["fence"], "again_in_minutes": 30 });
    ground.send(Method::POST, &format!("/worklist/{taken}/skip"), skip).await;
    assert_eq!(ground.merge(loose, &taken, json!([])).await.status, StatusCode::OK);
    leg.cut();
    drop(carrier);
    desk.phone.sign_out().await;
    ground.server.stop().await;
}

async fn of_merges_at_once_one_wins(engine: Engine) {
    let ground = Ground::new(engine).await;
    for round in 0..4 {
        let n = 10 * round;
        let leads = [
            ground.lead(n + 1, json!({})).await,
            ground.lead(n + 2, json!({})).await,
            ground.lead(n + 3, json!({})).await,
        ];
        let [a, b, c] = &leads;
        let (one, two, three) =
            tokio::join!(ground.merge(a, b, json!([])), ground.merge(b, a, json!([])), ground.merge(c, b, json!([])));
        let answers = [&one, &two, &three];
        let won = answers.iter().filter(|answer| answer.status == StatusCode::OK).count();
        assert!(
            answers.iter().all(|answer| answer.status.is_success() || answer.status.is_client_error()),
            "{answers:?}"
        );
        let mut there = 0;
        for lead in &leads {
            there += usize::from(
                ground.ask(Method::GET, &format!("/leads/{lead}"), Value::Null).await.status == StatusCode::OK,
            );
        }
        assert!(won >= 1 && there == 3 - won, "{won} merges and {there} leads: {answers:?}");
    }
    ground.server.stop().await;
}

async fn probable_duplicates_are_named_with_their_reason(engine: Engine) {
    let ground = Ground::new(engine).await;
    let campaign = ground.made("/campaigns", estate::campaign("Spring", &[])).await;
    let lead = ground.lead(1, json!({ "email": "asha@x.example" })).await;
    let twin = ground.lead(1, json!({ "name": "Twin", "campaign_id": campaign })).await;
    let mail = ground.lead(2, json!({ "name": "Mail", "email": "ASHA@x.example" })).await;
    ground.lead(3, json!({ "name": "Nobody" })).await;
    let found = ground.get(&format!("/leads/{lead}/duplicates")).await;
    let all: Vec<_> =
        found.as_array().unwrap().iter().map(|one| (one["lead"]["id"].clone(), one["because"].clone())).collect();
    assert_eq!(all, [(json!(twin), json!("number")), (json!(mail), json!("email"))]);
    let (agent, _) = ground.agent().await;
    let masked = ground.server.ask(Method::GET, &format!("/leads/{lead}/duplicates"), &agent, None).await.body;
    assert_eq!(masked[0]["lead"]["phone"], "+91 98••••••01");
    // The number of the one that went leads to the one that stays.
    assert_eq!(ground.merge(&lead, &mail, json!([])).await.status, StatusCode::OK);
    let again = ground.lead(2, json!({ "name": "Again" })).await;
    let found = ground.get(&format!("/leads/{again}/duplicates")).await;
    assert_eq!((&found[0]["lead"]["id"], &found[0]["because"]), (&json!(lead), &json!("number")));
    let masked = ground.server.ask(Method::GET, &format!("/leads/{lead}"), &agent, None).await.body;
    assert_eq!(masked["other_numbers"][0]["number"], "+91 98••••••02");
    // Somebody else has the number now: what was merged cannot come back.
    let undone = ground.undo_merge(&ground.merge_id(&lead).await).await;
    assert_eq!((undone.status, undone.code()), (StatusCode::CONFLICT, "already_exists"), "{undone:?}");
    assert_eq!(ground.get(&format!("/leads/{lead}")).await["other_numbers"][0]["number"], "+919800000002");
    ground.server.stop().await;
}

async fn notes_are_written_removed_and_brought_back(engine: Engine) {
    let ground = Ground::new(engine).await;
    let lead = ground.lead(1, json!({})).await;
    let (agent, _) = ground.agent().await;
    let path = format!("/leads/{lead}/notes");
    let note = ground.server.ask(Method::POST, &path, &agent, Some(json!({ "text": "  two rooms \n" }))).await;
    assert_eq!(
        (note.status, note.text("text").as_str(), note.text("made_by").as_str()),
        (StatusCode::CREATED, "two rooms", "telecaller")
    );
    for text in ["", "  ", &"x".repeat(4_001)] {
        let refused = ground.ask(Method::POST, &path, json!({ "text": text })).await;
        assert_eq!(
            (refused.status, &refused.body["fields"][0]["field"]),
            (StatusCode::UNPROCESSABLE_ENTITY, &json!("text"))
        );
    }
    let boss = ground.made(&path, json!({ "text": "call her at noon" })).await;
    let refused = ground.server.ask(Method::DELETE, &format!("/lead-notes/{boss}"), &agent, None).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN, "it is somebody else's");
    let own = note.text("id");
    let removed = ground.server.ask(Method::DELETE, &format!("/lead-notes/{own}"), &agent, None).await;
    assert_eq!(removed.status, StatusCode::NO_CONTENT);
    assert_eq!(ground.get(&path).await["items"].as_array().map(Vec::len), Some(1));
    let back = ground.server.ask(Method::POST, &format!("/lead-notes/{own}/restore"), &agent, Some(json!({}))).await;
    assert_eq!((back.status, back.text("text").as_str()), (StatusCode::OK, "two rooms"));
    assert_eq!(ground.get(&path).await["items"].as_array().map(Vec::len), Some(2));
    ground.ask(Method::DELETE, &format!("/lead-notes/{own}"), Value::Null).await;
    ground.server.database().run("UPDATE lead_notes SET removed_at_ms = 1 WHERE removed_at_ms IS NOT NULL").await;
    let late = ground.ask(Method::POST, &format!("/lead-notes/{own}/restore"), json!({})).await;
    assert_eq!(late.status, StatusCode::CONFLICT, "{late:?}");
    ground.server.stop().await;
}

async fn a_file_is_what_it_contains_and_lies_sealed(engine: Engine) {
    let ground = Ground::new(engine).await;
    let lead = ground.lead(1, json!({})).await;
    let (agent, _) = ground.agent().await;
    let path = format!("/leads/{lead}/files");
    let content = [b"%PDF-1.7\n".as_slice(), "Zubeida ".repeat(200_000).as_bytes()].concat();
    let given = json!({ "name": "..\\..\\Zubeida योजना.exe", "data": STANDARD.encode(&content) });
    let file = ground.server.ask(Method::POST, &path, &agent, Some(given)).await;
    assert_eq!(file.status, StatusCode::CREATED, "{file:?}");
    assert_eq!((file.text("name").as_str(), file.text("kind").as_str()), ("Zubeida योजना.exe.pdf", "pdf"));
    assert_eq!(file.body["bytes"].as_u64(), Some(content.len() as u64));
    for (name, data) in [
        ("good.pdf", STANDARD.encode(b"MZ\x90\0")),
        ("page.txt", STANDARD.encode("<html><script>")),
        ("big.txt", STANDARD.encode("x".repeat(10 * 1024 * 1024 + 1))),
        ("x.txt", "no base 64!".to_owned()),
        ("empty.txt", String::new()),
    ] {
        let refused = ground.ask(Method::POST, &path, json!({ "name": name, "data": data })).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{name}: {refused:?}");
        assert_eq!(refused.body["fields"][0]["field"], "data");
    }
    // Nothing of it lies in the data folder as it is.
    let mut folders = vec![ground.server.folder.path().join("lead-files")];
    let mut parts = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                parts += 1;
                let bytes = std::fs::read(&path).unwrap();
                assert!(!bytes.windows(7).any(|part| part == b"Zubeida"), "{path:?} can be read");
            }
        }
    }
    assert_eq!(parts, 2, "1.6 MB in parts of one");

    let id = file.text("id");
    let url = ground.server.ask(Method::GET, &format!("/lead-files/{id}/url"), &agent, None).await.text("url");
    let whole = ground.taken_away(&url).await;
    assert_eq!(whole.status(), StatusCode::OK);
    assert_eq!(
        (said(&whole, &header::CONTENT_TYPE), said(&whole, &header::X_CONTENT_TYPE_OPTIONS)),
        ("application/pdf", "nosniff")
    );
    assert_eq!(
        said(&whole, &header::CONTENT_DISPOSITION),
        "attachment; filename=\"Zubeida _____.exe.pdf\"; filename*=UTF-8''Zubeida%20%E0%A4%AF%E0%A5%8B%E0%A4%9C%E0%A4%A8%E0%A4%BE.exe.pdf"
    );
    assert_eq!(whole.bytes().await.unwrap(), content);
    let (rest, _) = url.rsplit_once('.').unwrap();
    assert_eq!(ground.taken_away(&format!("{rest}.00")).await.status(), StatusCode::UNAUTHORIZED);

    let removed = ground.ask(Method::DELETE, &format!("/lead-files/{id}"), Value::Null).await;
    assert_eq!(removed.status, StatusCode::NO_CONTENT);
    assert_eq!(ground.get(&path).await, json!([]));
    assert_eq!(ground.taken_away(&url).await.status(), StatusCode::NOT_FOUND, "an address of before opens it no more");
    assert_eq!(
        ground.ask(Method::GET, &format!("/lead-files/{id}/url"), Value::Null).await.status,
        StatusCode::NOT_FOUND
    );
    ground.send(Method::POST, &format!("/lead-files/{id}/restore"), json!({})).await;
    assert_eq!(ground.taken_away(&url).await.status(), StatusCode::OK);
    for action in ["lead.file.add", "lead.file.link", "lead.file.remove", "lead.file.restore"] {
        assert!(ground.audited(action).await, "{action}");
    }
    let viewer = ground.server.user(&ground.admin, "owner", Role::Viewer).await.0;
    for (method, path) in [(Method::GET, path), (Method::GET, format!("/lead-files/{id}/url"))] {
        assert_eq!(ground.server.ask(method, &path, &viewer, None).await.status, StatusCode::FORBIDDEN, "{path}");
    }
    ground.server.stop().await;
}

async fn every_change_of_a_field_is_told_and_taken_back(engine: Engine) {
    let ground = Ground::new(engine).await;
    let lead = ground.lead(1, json!({ "language": "en" })).await;
    let (_, agent) = ground.agent().await;
    let before = ground.get(&format!("/leads/{lead}")).await["lead"].clone();
    let change = json!({ "name": "New", "email": "new@x.example", "stage": "won", "heat": "hot", "owner_id": agent,
        "language": "hi", "zone": "Asia/Dubai", "fields": { "budget": "9" } });
    ground.send(Method::PATCH, &format!("/leads/{lead}"), change).await;
    let changes = ground.get(&format!("/leads/{lead}/changes")).await;
    let mut told = fields_of(&changes);
    told.sort_unstable();
    assert_eq!(told, ["email", "fields.budget", "heat", "language", "name", "owner", "stage", "zone"]);
    for change in changes.as_array().unwrap() {
        assert_eq!(change["can_undo"], true, "{change}");
        let path = format!("/leads/{lead}/changes/{}/undo", change["id"].as_str().unwrap());
        ground.send(Method::POST, &path, json!({})).await;
    }
    let after = ground.get(&format!("/leads/{lead}")).await["lead"].clone();
    for field in ["name", "email", "stage", "heat", "owner_id", "language", "zone", "fields"] {
        assert_eq!(after[field], before[field], "{field}");
    }
    ground.server.stop().await;
}

async fn the_board_counts_and_its_cards_come_page_by_page(engine: Engine) {
    let ground = Ground::new(engine).await;
    let (_, agent) = ground.agent().await;
    let campaign = ground.made("/campaigns", estate::campaign("Spring", &[])).await;
    for n in 0..7 {
        let owner = if n < 3 { json!({ "owner_id": agent }) } else { json!({ "campaign_id": campaign }) };
        let lead = ground.lead(n, owner).await;
        if n % 2 == 0 {
            ground.send(Method::PATCH, &format!("/leads/{lead}"), json!({ "stage": "contacted", "heat": "hot" })).await;
        }
    }
    let board = async |query: &str| {
        let columns = ground.get(&format!("/leads/board{query}")).await;
        let all = columns.as_array().unwrap().iter();
        all.map(|one| {
            (one["stage"].as_str().unwrap().to_owned(), one["leads"].as_u64().unwrap(), one["hot"].as_u64().unwrap())
        })
        .collect::<Vec<_>>()
    };
    let column = |stage: &str, leads, hot| (stage.to_owned(), leads, hot);
    assert_eq!(board("").await, [column("contacted", 4, 4), column("new", 3, 0)]);
    assert_eq!(board(&format!("?owner_id={agent}")).await, [column("contacted", 2, 2), column("new", 1, 0)]);
    assert_eq!(board(&format!("?campaign_id={campaign}")).await, [column("contacted", 2, 2), column("new", 2, 0)]);
    let first = ground.get("/leads?stage=contacted&limit=3").await;
    let cursor = first["next"].as_str().unwrap();
    let second = ground.get(&format!("/leads?stage=contacted&limit=3&cursor={cursor}")).await;
    assert_eq!((first["items"].as_array().map(Vec::len), second["items"].as_array().map(Vec::len)), (Some(3), Some(1)));
    ground.server.stop().await;
}

async fn leads_go_into_a_file_without_formulas(engine: Engine) {
    let ground = Ground::new(engine).await;
    let tag = ground.made("/tags", json!({ "word": "VIP", "colour": "teal" })).await;
    let evil = ground
        .lead(1, json!({ "name": "=HYPERLINK(\"http://x\")", "source": "@fair", "fields": { "budget": "-1", "note": "a,b" } }))
        .await;
    ground.send(Method::PUT, &format!("/leads/{evil}/tags/{tag}"), json!({})).await;
    let second = ground.lead(2, json!({ "name": "आशा", "email": "a@x.example" })).await;
    let third = ground.lead(3, json!({ "name": "Third" })).await;
    assert_eq!(ground.merge(&second, &third, json!([])).await.status, StatusCode::OK);
    let done = ground.exported(json!({ "action": { "kind": "export" } })).await;
    assert_eq!((done["state"].as_str(), done["counts"]["exported"].as_u64()), (Some("done"), Some(2)), "{done}");
    assert!(done["file_until_ms"].is_i64() && done["undo_until_ms"].is_null());
    let undo =
        ground.ask(Method::POST, &format!("/bulk-actions/{}/undo", done["id"].as_str().unwrap()), json!({})).await;
    assert_eq!(undo.status, StatusCode::CONFLICT, "there is nothing to undo: {undo:?}");

    let link = ground.file_of(&done).await;
    assert_eq!(link.body["expires_at_ms"], done["file_until_ms"]);
    let file = ground.taken_away(&link.text("url")).await;
    assert_eq!(said(&file, &header::CONTENT_TYPE), "text/csv; charset=utf-8");
    assert!(said(&file, &header::CONTENT_DISPOSITION).starts_with("attachment; filename=\"leads 20"));
    let text = file.text().await.unwrap();
    let lines: Vec<&str> = text.strip_prefix('\u{feff}').unwrap().split("\r\n").collect();
    assert!(
        lines[0].starts_with("Name,Mobile,Other number,E-mail,") && lines[0].ends_with(",budget,note"),
        "{}",
        lines[0]
    );
    assert_eq!(lines.len(), 4, "{text}");
    assert!(lines[1].starts_with("आशा,+919800000002,+919800000003,a@x.example,new,cold,Admin,"), "{}", lines[1]);
    assert!(lines[2].starts_with("\"'=HYPERLINK(\"\"http://x\"\")\",+919800000001,,"), "{}", lines[2]);
    assert!(
        lines[2].contains(",\"'@fair\",") && lines[2].ends_with(",\"'-1\",\"a,b\"") && lines[2].contains(",VIP,"),
        "{}",
        lines[2]
    );
    for action in ["bulk.start", "export.link"] {
        assert!(ground.audited(action).await, "{action}");
    }

    // Whoever may see numbers no more by the time of the work gets them masked.
    let by_manager = ground.server.user(&ground.admin, "owner", Role::Manager).await.0;
    let export = json!({ "action": { "kind": "export" }, "lead_ids": [second] });
    let id = ground.server.ask(Method::POST, "/bulk-actions", &by_manager, Some(export)).await.text("id");
    let path = format!("/bulk-actions/{id}");
    let over = |found: &Value| found["state"] == "done";
    ground.server.until(&path, &ground.admin, "the export ends", over).await;
    let again = format!("UPDATE bulk_actions SET state = 'working', done = 0, counts = '{{}}' WHERE id = '{id}'");
    ground.server.database().run(&again).await;
    ground.server.database().run("UPDATE users SET role = 'viewer' WHERE role = 'manager'").await;
    let Ground { server, admin } = ground;
    let ground = Ground { server: server.start_again().await, admin };
    let ended = ground.server.until(&path, &ground.admin, "it is written again", over).await;
    let text = ground.taken_away(&ground.file_of(&ended).await.text("url")).await.text().await.unwrap();
    assert!(
        text.contains("\"'+91 98••••••02\"") && text.contains("a•••@x.example") && !text.contains("98000"),
        "{text}"
    );
    ground.server.stop().await;
}

async fn an_export_goes_on_after_a_stop_and_ends_after_a_day(engine: Engine) {
    let ground = Ground::new(engine).await;
    for n in 0..5 {
        ground.lead(n, json!({})).await;
    }
    let done = ground.exported(json!({ "action": { "kind": "export" }, "filter": { "search": "person" } })).await;
    let id = done["id"].as_str().unwrap().to_owned();
    // As if the server had ended behind the file and before the note that it was written.
    let back = "UPDATE bulk_actions SET state = 'working', done = 0, counts = '{}', finished_at_ms = NULL";
    ground.server.database().run(back).await;
    let Ground { server, admin } = ground;
    let ground = Ground { server: server.start_again().await, admin };
    let ended = ground
        .server
        .until(&format!("/bulk-actions/{id}"), &ground.admin, "it ends", |found| found["state"] == "done")
        .await;
    assert_eq!(ended["counts"]["exported"], 5);
    let url = ground.file_of(&ended).await.text("url");
    let text = ground.taken_away(&url).await.text().await.unwrap();
    assert_eq!(text.matches("\r\n").count(), 6, "each lead once: {text}");
    let (agent, _) = ground.agent().await;
    let refused = ground.server.ask(Method::GET, &format!("/bulk-actions/{id}/file"), &agent, None).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    ground.server.database().run("UPDATE bulk_actions SET finished_at_ms = 1").await;
    assert_eq!(ground.file_of(&ended).await.status, StatusCode::CONFLICT);
    assert_eq!(ground.taken_away(&url).await.status(), StatusCode::NOT_FOUND);
    ground.server.stop().await;
}
