//! A tenant that has one of everything: people of each role, settings, a call that is over with its recording, transcript,
//! analysis and outcome, one that goes on, and what follows from them.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use domain::role::Role;
use reqwest::Method;
use serde_json::{Value, json};
use simulator::speech_service::{MODEL, SimulatedSpeechService, SpeechServiceConfig};

use crate::{TestServer, carrier::CUSTOMER, desk::Desk, document::Operation, talk::Talk};

/// Stands in everything that somebody of this tenant has written.
pub const MARK: &str = "Zanzibar";
/// Called at the tenant's carrier, and not in its list.
pub const UNKNOWN_NUMBER: &str = "+918045559999";
/// A request that has been answered under it.
pub const IDEMPOTENCY_KEY: &str = "a key of the owner";
/// Between a tone and what is said.
const PAUSE: Duration = Duration::from_secs(1);
/// Of these the call that goes on is asked; of all others the one that is over.
const OF_LIVE_CALLS: [&str; 13] = [
    "/live",
    "/answer",
    "/decline",
    "/hold",
    "/resume",
    "/hang-up",
    "/transfer",
    "/transfer/cancel",
    "/digits",
    "/voicemail",
    "/pause",
    "/monitor",
    "/wrap-up/extend",
];

pub struct Estate {
    /// The call that goes on, with the agent who has both.
    pub talk: Talk,
    /// A manager with a device.
    pub manager: Desk,
    /// The call that is over, with everything that was learned from it.
    pub past_call: String,
    pub user: String,
    pub queue: String,
    pub number: String,
    pub campaign: String,
    pub voicemail: String,
    pub masking_pool: String,
    /// A virtual number between the lead and the agent.
    pub mapping: String,
    pub do_not_call: String,
    pub lead: String,
    pub lead_change: String,
    pub task: String,
    pub callback: String,
    pub disposition_set: String,
    /// One that was given up.
    pub job: String,
    /// One that is over, with a row that was left out.
    pub import: String,
    pub intake_key: String,
    /// A CRM that was never asked.
    pub crm_connector: String,
    pub tag: String,
    /// An action on many leads that is done.
    pub bulk_action: String,
    /// One that has made a file.
    pub export: String,
    /// The manager's.
    pub lead_note: String,
    /// The manager's.
    pub lead_file: String,
    /// Of the last part of a link to the file.
    pub file_link: String,
    /// Another lead was made one with the lead by it.
    pub lead_merge: String,
    /// One that nothing has happened to.
    pub spare_lead: String,
    /// The agent's own.
    pub lead_view: String,
    /// The agent's sign-in.
    pub session: String,
    /// Of the last part of a link to the recording.
    pub link: String,
    _speech: SimulatedSpeechService,
}

/// A queue as it is made and changed.
pub fn queue(name: &str, members: &[&str]) -> Value {
    json!({ "name": name, "strategy": "round_robin", "member_ids": members, "skills": [], "ring_s": 20, "wrap_up_s": 30,
        "max_size": 10, "max_wait_s": 60, "target_answer_s": 20, "recording": true })
}

/// A number as it is made and changed.
pub fn number(number: &str, queue: Option<&str>, campaign: Option<&str>) -> Value {
    json!({ "number": number, "label": format!("{MARK} line"), "queue_id": queue, "campaign_id": campaign,
        "greeting": format!("Welcome to {MARK}"), "language": "en" })
}

/// A pool of virtual numbers as it is made and changed.
pub fn masking_pool(name: &str, numbers: &[&str]) -> Value {
    json!({ "name": name, "number_ids": numbers, "lasts_s": 3600, "on": true })
}

/// A recorded message as it is added: a tenth of a second of silence.
pub fn voicemail_message(name: &str) -> Value {
    let file = media::wav::encode(8_000, 1, &[0; 800]);
    json!({ "name": name, "sound": STANDARD.encode(file) })
}

/// A campaign as it is made and changed.
pub fn campaign(name: &str, agents: &[&str]) -> Value {
    let step = json!({ "title": format!("{MARK} greeting"), "say": format!("This is {MARK}"), "fields": ["budget"] });
    json!({ "name": name, "state": "active", "caller_id": null, "script": [step], "dispositions": [],
        "hours": { "days": [1, 2, 3, 4, 5, 6, 7], "from_minute": 0, "to_minute": 1440 }, "recording": true,
        "detect_machines": false, "agent_ids": agents })
}

/// A set of outcomes as it is made and changed.
pub fn disposition_set(name: &str) -> Value {
    let agreed = json!({ "code": "agreed", "label": format!("{name} agreed"), "group": "connected", "tone": "ok",
        "sub_codes": [], "required": [], "next_action": { "kind": "none" }, "stage": null });
    json!({ "name": name, "kind": "service", "dispositions": [agreed] })
}

/// A key by which forms hand leads in, as it is made and changed.
pub fn intake_key(name: &str, campaign: Option<&str>) -> Value {
    let rules = json!([{ "column": "name", "to": "name" }, { "column": "phone", "to": "phone" },
        { "column": "email", "to": "email" }, { "column": "utm_source", "to": "source_detail" },
        { "column": "utm_campaign", "to": "field", "key": "utm_campaign" }]);
    json!({ "name": name, "campaign_id": campaign, "source": format!("{name} form"), "on": true,
        "plan": { "columns": rules, "country": "IN", "duplicates": "merge", "known_within": "campaign",
            "honeypot": "website" } })
}

/// A CRM as it is set up and changed.
pub fn crm_connector(name: &str, base_url: &str, secret: &str) -> Value {
    let rules = json!([{ "path": "first_name", "to": "name" }, { "path": "last_name", "to": "name" },
        { "path": "contact.mobile", "to": "phone" }, { "path": "contact.email", "to": "email" },
        { "path": "status", "to": "stage" }, { "path": "dnd", "to": "do_not_call" },
        { "path": "budget", "to": "field", "key": "budget" }]);
    json!({ "name": name, "campaign_id": null, "source": "CRM", "base_url": base_url, "auth": "bearer", "user": "",
        "secret": secret, "every_minutes": 60, "push": "known",
        "api": { "list_path": "/api/leads", "items_path": "data", "record_path": "data", "id_path": "id",
            "updated_path": "updated_at", "since_param": "updated_since", "since_as": "iso8601", "page_param": "page",
            "size_param": "per_page", "page_size": 100, "extra_query": "", "put": false, "hook_id_path": "data.id" },
        "plan": { "rules": rules, "country": "IN", "duplicates": "merge", "known_within": "campaign" } })
}

/// What a device has measured of itself.
pub fn device_check() -> Value {
    json!({ "app": "desktop", "figures": {
        "microphone": { "speech_dbfs": -25.0, "room_dbfs": -60.0, "clipped_percent": 0.0, "denied": false, "missing": false },
        "speaker": { "missing": false, "gaps": 0 },
        "echo": { "played_dbfs": -25.0, "heard_dbfs": -70.0, "left_dbfs": -80.0 },
        "network": { "round_trip_ms": 20.0, "loss_percent": 0.0, "jitter_ms": 2.0 },
        "audio_loop": { "came_back": true, "likeness": 0.8, "delay_ms": 80.0 } } })
}

/// An outcome as an agent saves it.
pub fn outcome(code: &str) -> Value {
    let callback = json!({ "local_time": "2099-01-05T10:30", "zone": "Asia/Kolkata" });
    json!({ "code": code, "sub_code": null, "notes": format!("{MARK} said so"),
        "callback": (code == "callback").then_some(callback), "fields": { "floor": format!("{MARK} 4") },
        "made_at_ms": unix_ms(), "then": "available" })
}

fn unix_ms() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("a time after 1970");
    i64::try_from(now.as_millis()).expect("a time of this age")
}

async fn made(server: &TestServer, method: Method, path: &str, token: &str, body: Value) -> Value {
    let answer = server.ask(method, path, token, Some(body)).await;
    assert!(answer.status.is_success(), "{path}: {answer:?}");
    answer.body
}

fn id(of: &Value) -> String {
    of["id"].as_str().unwrap_or_else(|| panic!("no id in {of}")).to_owned()
}

impl Estate {
    /// The tenant `owner` of this server.
    pub async fn build(server: TestServer) -> Self {
        let admin = server.tenant("owner").await;
        let speech = SimulatedSpeechService::start(SpeechServiceConfig::on_loopback()).await.expect("a speech service");
        let engine = json!({ "base_url": speech.base_url(), "model": MODEL, "api_key": format!("{MARK} key") });
        let engines = json!({ "speech": engine, "language": null, "auto_transcribe": true, "auto_analyse": true,
            "min_call_s": 0, "update_leads": true });
        made(&server, Method::PUT, "/settings/engines", &admin, engines).await;
        let lead = known_lead(&server, &admin).await;
        for role in [Role::Manager, Role::FieldAgent, Role::Viewer] {
            server.user(&admin, "owner", role).await;
        }
        let mut talk = Talk::begin_at(server, admin).await;
        let past_call = talk.said.call();
        finish(&talk).await;
        let token = talk.agents_token().await;
        let (callback, task) = outcomes(&talk, &token, &past_call).await;
        talk = talk.again("CA2").await;
        let manager = Desk::sign_in(&talk.server, "manager@owner.example").await;
        manager.available().await;
        let me = talk.server.ask(Method::GET, "/me", &token, None).await.body;
        let user = id(&me["user"]);
        let session = me["session_id"].as_str().expect("a session").to_owned();
        let (server, admin) = (&talk.server, talk.admin.as_str());
        made(server, Method::POST, "/me/device-checks", &token, device_check()).await;
        let queue = id(&made(server, Method::POST, "/queues", admin, queue(MARK, &[&user])).await);
        let campaign = id(&made(server, Method::POST, "/campaigns", admin, campaign(MARK, &[&user])).await);
        let line = number("+918045550119", Some(&queue), Some(&campaign));
        let number = id(&made(server, Method::POST, "/numbers", admin, line).await);
        let refusing = json!({ "number": "+919800022222", "reason": format!("{MARK} asked") });
        let key = Some(IDEMPOTENCY_KEY);
        let kept = server.ask_once(Method::POST, "/do-not-call", admin, Some(refusing), key).await;
        assert!(kept.status.is_success(), "{kept:?}");
        let do_not_call = kept.text("id");
        talk.carrier.voice("CA9", CUSTOMER, UNKNOWN_NUMBER).await;
        let hours = json!({ "days": [1, 2, 3, 4, 5, 6, 7], "from_minute": 7, "to_minute": 1433 });
        made(server, Method::PUT, "/settings/calling-hours", admin, hours).await;
        let link = link(server, admin, &past_call).await;
        // Later than what needs the store in which the recording lies.
        let store = json!({ "kind": "s3", "endpoint": "http://127.0.0.1:9", "bucket": format!("{MARK}-calls").to_lowercase(),
            "region": "ap-south-1", "prefix": "", "access_key_id": format!("{MARK} id"),
            "secret_access_key": format!("{MARK} secret"), "path_style": true });
        made(server, Method::PUT, "/settings/storage", admin, store).await;
        let job = dead_job(server, admin, &past_call).await;
        let import = imported(server, admin).await;
        let intake_key = intake_key(MARK, Some(&campaign));
        let intake_key = id(&made(server, Method::POST, "/intake-keys", admin, intake_key).await["key"]);
        let mut crm = crm_connector(MARK, "https://zanzibar.example", &format!("{MARK} token"));
        crm["campaign_id"] = json!(campaign);
        let crm_connector = id(&made(server, Method::POST, "/crm-connectors", admin, crm).await);
        let (tag, bulk_action) = tagged(server, admin, &lead).await;
        let set = disposition_set(&format!("{MARK} set"));
        let disposition_set = id(&made(server, Method::POST, "/disposition-sets", admin, set).await);
        let pages = lead_pages(server, admin, &lead).await;
        let shared = json!({ "name": format!("{MARK} shared"), "filter": { "search": MARK }, "shared": true });
        made(server, Method::POST, "/lead-views", admin, shared).await;
        let view = json!({ "name": format!("{MARK} view"), "filter": { "tag_id": tag } });
        let lead_view = id(&made(server, Method::POST, "/lead-views", &token, view).await);
        let changes = server.ask(Method::GET, &format!("/leads/{lead}/changes"), admin, None).await.body;
        let lead_change = id(&changes[0]);
        let message = voicemail_message(&format!("{MARK} message"));
        let voicemail = id(&made(server, Method::POST, "/voicemail/messages", admin, message).await);
        let pool = masking_pool(&format!("{MARK} pool"), &[&number]);
        let masking_pool = id(&made(server, Method::POST, "/masking/pools", admin, pool).await);
        let wanted = json!({ "lead_id": lead });
        let mapping = id(&made(server, Method::POST, "/masking/mappings", &token, wanted).await);
        let ids = [queue, campaign, number, do_not_call, lead, lead_change, task, job];
        let [queue, campaign, number, do_not_call, lead, lead_change, task, job] = ids;
        Self {
            talk,
            manager,
            past_call,
            user,
            queue,
            number,
            campaign,
            voicemail,
            masking_pool,
            mapping,
            do_not_call,
            lead,
            lead_change,
            task,
            callback,
            disposition_set,
            job,
            import,
            intake_key,
            crm_connector,
            tag,
            bulk_action,
            export: pages.export,
            lead_note: pages.note,
            lead_file: pages.file,
            file_link: pages.link,
            lead_merge: pages.merge,
            spare_lead: pages.spare,
            lead_view,
            session,
            link,
            _speech: speech,
        }
    }

    pub fn live_call(&self) -> String {
        self.talk.said.call()
    }

    /// The path of an operation with what the tenant has in place of its parameters.
    ///
    /// # Panics
    /// When the tenant has nothing of the kind: then it is to be made in [`Self::build`].
    pub fn path(&self, operation: &Operation) -> String {
        let put = |path: String, name: &str| path.replace(&format!("{{{name}}}"), &self.object(operation, name));
        operation.parameters().into_iter().fold(operation.path.clone(), put)
    }

    fn object(&self, operation: &Operation, parameter: &str) -> String {
        let family = operation.path.split('/').nth(1).unwrap_or_default();
        let device = || self.manager.phone.media_session_id().expect("the manager's device is connected").to_string();
        match (family, parameter) {
            ("calls", "id") if OF_LIVE_CALLS.iter().any(|end| operation.path.ends_with(end)) => self.live_call(),
            ("calls" | "recordings", "id") => self.past_call.clone(),
            ("leads", "change_id") => self.lead_change.clone(),
            ("recordings", "token") => self.link.clone(),
            ("users" | "agents", "id") => self.user.clone(),
            ("queues", "id") => self.queue.clone(),
            ("numbers", "id") => self.number.clone(),
            ("campaigns", "id") => self.campaign.clone(),
            ("masking", "id") if operation.path.starts_with("/masking/pools") => self.masking_pool.clone(),
            ("masking", "id") => self.mapping.clone(),
            ("voicemail", "id") => self.voicemail.clone(),
            ("do-not-call", "id") => self.do_not_call.clone(),
            ("leads" | "worklist", "id") => self.lead.clone(),
            ("leads", "tag_id") | ("tags", "id") => self.tag.clone(),
            ("bulk-actions", "id") => self.bulk_action.clone(),
            ("lead-notes", "id") => self.lead_note.clone(),
            ("lead-files", "id") => self.lead_file.clone(),
            ("lead-merges", "id") => self.lead_merge.clone(),
            ("files", "token") => self.file_link.clone(),
            ("lead-views", "id") => self.lead_view.clone(),
            ("tasks", "id") => self.task.clone(),
            ("callbacks", "id") => self.callback.clone(),
            ("disposition-sets", "id") => self.disposition_set.clone(),
            ("intake-keys", "id") => self.intake_key.clone(),
            ("crm-connectors", "id") => self.crm_connector.clone(),
            ("imports", "id") => self.import.clone(),
            ("jobs", "id") => self.job.clone(),
            ("me", "id") => self.session.clone(),
            ("media", "id") => device(),
            _ => panic!("{}: nothing real stands for {parameter}", operation.name()),
        }
    }

    pub async fn end(self) {
        let Talk { server, desk, leg, .. } = self.talk;
        leg.cut();
        desk.phone.sign_out().await;
        self.manager.phone.sign_out().await;
        server.stop().await;
    }
}

/// Of whom somebody knows other things than the call will tell.
async fn known_lead(server: &TestServer, admin: &str) -> String {
    let lead = json!({ "name": format!("{MARK} Asha"), "phone": CUSTOMER, "email": "asha@zanzibar.example",
        "source": format!("{MARK} fair"), "source_detail": format!("{MARK} stand 7") });
    let lead = id(&made(server, Method::POST, "/leads", admin, lead).await);
    let fields = json!({ "fields": { "budget": format!("{MARK} 1 lakh"), "bedrooms": format!("{MARK} 9 BHK"),
        "preferred_location": format!("{MARK} 5"), "note": format!("{MARK} 6") } });
    made(server, Method::PATCH, &format!("/leads/{lead}"), admin, fields).await;
    lead
}

/// The customer says what is wanted and hangs up; what follows is done.
async fn finish(talk: &Talk) {
    let recording = |live: &Value| live["recording"]["kind"] == "recording";
    talk.server.until(&format!("{}/live", talk.path()), &talk.admin, "the call is recorded", recording).await;
    let line = simulator::voices::all().find(|line| line.id == "asha-2").expect("a line of the customer");
    // An utterance of its own: the tone is none.
    talk.leg.voice.set(0);
    tokio::time::sleep(PAUSE).await;
    talk.leg.say(&line.pcm()).await;
    tokio::time::sleep(PAUSE).await;
    talk.hang_up().await;
    let stored = |detail: &Value| detail["receipt"]["state"]["kind"] == "stored";
    talk.server.until(&talk.path(), &talk.admin, "the recording is stored", stored).await;
    let analysed = |learned: &Value| learned["status"]["kind"] == "completed";
    let path = format!("{}/intelligence", talk.path());
    let learned = talk.server.until(&path, &talk.admin, "the call is analysed", analysed).await;
    assert!(learned["transcript"]["segments"].as_array().is_some_and(|all| !all.is_empty()), "{learned}");
    assert!(learned["proposals"].as_array().is_some_and(|all| all.len() >= 3), "{learned}");
}

/// The agent saves what became of it: ids of the callback and the task.
async fn outcomes(talk: &Talk, token: &str, call: &str) -> (String, String) {
    let path = format!("/calls/{call}/disposition");
    let callback = made(&talk.server, Method::POST, &path, token, outcome("callback")).await;
    tokio::time::sleep(Duration::from_millis(5)).await;
    let task = made(&talk.server, Method::POST, &path, token, outcome("technical_issue")).await;
    let notes = json!({ "text": format!("{MARK} notes"), "revision": 7 });
    let saved = talk.server.ask(Method::PUT, &format!("/calls/{call}/notes"), token, Some(notes)).await;
    assert!(saved.status.is_success(), "{saved:?}");
    talk.desk.available().await;
    (id(&callback["callback"]), id(&task["task"]))
}

async fn link(server: &TestServer, admin: &str, call: &str) -> String {
    let answer = server.ask(Method::GET, &format!("/recordings/{call}/url?format=ogg"), admin, None).await;
    let url = answer.text("url");
    url.rsplit('/').next().filter(|link| !link.is_empty()).unwrap_or_else(|| panic!("no link in {answer:?}")).to_owned()
}

/// How a file of leads is read whose names stand in this column.
pub fn import_plan(name: &str) -> Value {
    json!({ "reading": { "encoding": "utf-8", "separator": ",", "header": true }, "country": "IN",
        "columns": [{ "column": name, "to": "name" }, { "column": "phone", "to": "phone" }] })
}

/// A file of which one row cannot be taken in, and which is on its way.
async fn imported(server: &TestServer, admin: &str) -> String {
    let file = format!("{MARK} name,phone\n{MARK} one,+919800066666\n{MARK} two,none\n");
    let begin = json!({ "file_name": format!("{MARK}.csv"), "bytes": file.len(), "source": format!("{MARK} fair") });
    let id = id(&made(server, Method::POST, "/imports", admin, begin).await);
    let data = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, file);
    let part = json!({ "offset": 0, "data": data });
    made(server, Method::PUT, &format!("/imports/{id}/parts"), admin, part).await;
    let run = json!({ "plan": import_plan(&format!("{MARK} name")), "save_as": format!("{MARK} mapping") });
    made(server, Method::POST, &format!("/imports/{id}/rehearse"), admin, run).await;
    let rehearsed = |found: &Value| found["state"] == "rehearsed";
    server.until(&format!("/imports/{id}"), admin, "the import is rehearsed", rehearsed).await;
    id
}

/// A tag, and the action that has given it to the lead.
async fn tagged(server: &TestServer, admin: &str, lead: &str) -> (String, String) {
    let tag = json!({ "word": format!("{MARK} tag"), "colour": "teal" });
    let tag = id(&made(server, Method::POST, "/tags", admin, tag).await);
    let action = json!({ "action": { "kind": "add_tag", "tag_id": tag }, "lead_ids": [lead] });
    let action = id(&made(server, Method::POST, "/bulk-actions", admin, action).await);
    let done = |found: &Value| found["state"] == "done";
    server.until(&format!("/bulk-actions/{action}"), admin, "the action is done", done).await;
    (tag, action)
}

struct LeadPages {
    note: String,
    file: String,
    link: String,
    merge: String,
    spare: String,
    export: String,
}

/// What stands beside the facts of a lead.
async fn lead_pages(server: &TestServer, admin: &str, lead: &str) -> LeadPages {
    let manager = server.sign_in("manager@owner.example").await.text("access_token");
    let note = json!({ "text": format!("{MARK} wants two rooms") });
    let note = id(&made(server, Method::POST, &format!("/leads/{lead}/notes"), &manager, note).await);
    let data = STANDARD.encode(format!("{MARK} was here"));
    let file = json!({ "name": format!("{MARK} plan.txt"), "data": data });
    let file = id(&made(server, Method::POST, &format!("/leads/{lead}/files"), &manager, file).await);
    let url = server.ask(Method::GET, &format!("/lead-files/{file}/url"), admin, None).await.text("url");
    let link = url.rsplit('/').next().expect("a link").to_owned();
    // None of them is the lead of the call that goes on.
    let other = async |n: u32| {
        let body = json!({ "name": format!("{MARK} number {n}"), "phone": format!("+91980007770{n}") });
        id(&made(server, Method::POST, "/leads", admin, body).await)
    };
    let (stays, goes, spare) = (other(1).await, other(2).await, other(3).await);
    let merge = json!({ "other_id": goes, "take": ["name"] });
    made(server, Method::POST, &format!("/leads/{stays}/merge"), admin, merge).await;
    let merges = server.ask(Method::GET, &format!("/leads/{stays}/merges"), admin, None).await.body;
    let export = json!({ "action": { "kind": "export" }, "lead_ids": [lead] });
    let export = id(&made(server, Method::POST, "/bulk-actions", admin, export).await);
    let done = |found: &Value| found["state"] == "done";
    server.until(&format!("/bulk-actions/{export}"), admin, "the export is done", done).await;
    LeadPages { note, file, link, merge: id(&merges[0]), spare, export }
}

/// The analysis of this call counts as given up.
async fn dead_job(server: &TestServer, admin: &str, call: &str) -> String {
    server.database().run("UPDATE jobs SET status = 'dead' WHERE kind = 'analyse'").await;
    let jobs = server.ask(Method::GET, &format!("/jobs?call_id={call}"), admin, None).await.body;
    let dead = jobs["items"].as_array().into_iter().flatten().find(|job| job["status"] == "dead");
    id(dead.unwrap_or_else(|| panic!("no dead job in {jobs}")))
}
