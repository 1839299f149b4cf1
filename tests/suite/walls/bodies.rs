//! A body for each operation that takes one, which its tenant's admin could send.

use serde_json::{Value, json};
use switchboard_tests::{
    PASSWORD,
    document::Operation,
    estate::{self, Estate},
};

/// With these the body names things of the tenant; whoever has none of them is refused.
pub const NAMES_OTHERS: [&str; 13] = [
    "POST /crm-connectors",
    "POST /follow-ups/reassign",
    "POST /intake-keys",
    "POST /queues",
    "POST /numbers",
    "POST /campaigns",
    "POST /leads",
    "POST /calls",
    "PUT /settings/carrier",
    "PUT /assignment/rules",
    "POST /assignment/dry-run",
    "POST /assignment/reassign",
    "POST /bulk-actions",
];

/// The things that bodies name.
pub struct Around<'a> {
    estate: &'a Estate,
    /// Of several who ask for the same, each has another one.
    turn: usize,
}

impl<'a> Around<'a> {
    pub fn owner(estate: &'a Estate) -> Self {
        Self { estate, turn: 0 }
    }

    pub fn turn(estate: &'a Estate, turn: usize) -> Self {
        Self { estate, turn }
    }
}

/// # Panics
/// When none is written here for the operation.
pub fn body(operation: &Operation, around: &Around<'_>) -> Value {
    let (estate, turn) = (around.estate, around.turn);
    let user = estate.user.as_str();
    match operation.name().as_str() {
        "PATCH /me" => json!({ "name": format!("New name {turn}") }),
        "POST /me/device-checks" => estate::device_check(),
        "POST /users" => json!({ "name": "Somebody", "email": format!("somebody-{turn}@elsewhere.example"),
            "role": "viewer", "password": PASSWORD }),
        "PATCH /users/{id}" => json!({ "name": "Taken over" }),
        "PUT /agents/me/state" | "PUT /agents/{id}/state" => json!({ "kind": "break", "reason": "lunch" }),
        "POST /queues" => estate::queue(&format!("Queue {turn}"), &[user]),
        "PUT /queues/{id}" => estate::queue("Taken over", &[user]),
        "POST /numbers" => estate::number(&format!("+91804555022{turn}"), Some(&estate.queue), Some(&estate.campaign)),
        "PUT /numbers/{id}" => estate::number("+918045550118", Some(&estate.queue), None),
        "POST /campaigns" => estate::campaign(&format!("Campaign {turn}"), &[user]),
        "PUT /campaigns/{id}" => estate::campaign("Taken over", &[user]),
        "POST /disposition-sets" | "PUT /disposition-sets/{id}" => estate::disposition_set(&format!("Set {turn}")),
        "POST /disposition-sets/{id}/copy" => json!({ "name": format!("Copy {turn}") }),
        "POST /disposition-sets/{id}/archive" => json!({ "archived": false }),
        "POST /disposition-sets/try" => json!({ "dispositions": estate::disposition_set("x")["dispositions"],
            "input": estate::outcome("agreed") }),
        "POST /do-not-call" => json!({ "number": format!("+91980003333{turn}"), "reason": "asked" }),
        "POST /do-not-call/upload" => json!({ "text": format!("+91980003344{turn}"), "reason": "a register" }),
        "POST /leads" => json!({ "name": "Somebody", "phone": format!("+91980004444{turn}"), "owner_id": user,
            "campaign_id": estate.campaign }),
        "PATCH /leads/{id}" => json!({ "stage": format!("stage {turn}"), "owner_id": user }),
        "POST /leads/{id}/merge" => json!({ "other_id": estate.spare_lead, "take": [] }),
        "POST /leads/{id}/notes" => json!({ "text": format!("Note {turn}") }),
        "POST /leads/{id}/files" => json!({ "name": format!("note {turn}.txt"), "data": "bm90ZQ==" }),
        "POST /leads/{id}/consents" => json!({ "channel": "email", "purpose": format!("news-{turn}"), "given": true }),
        "POST /tags" | "PUT /tags/{id}" => json!({ "word": format!("Word {turn}"), "colour": "blue" }),
        "POST /bulk-actions" => {
            json!({ "action": { "kind": "add_tag", "tag_id": estate.tag }, "lead_ids": [estate.lead] })
        }
        "POST /lead-views" | "PUT /lead-views/{id}" => json!({ "name": format!("View {turn}"),
            "filter": { "heat": "hot" }, "sort": "oldest", "shared": false }),
        "POST /imports" => json!({ "file_name": "leads.csv", "bytes": 9 }),
        "PUT /imports/{id}/parts" => json!({ "offset": 0, "data": "bmFtZQ==" }),
        "POST /imports/{id}/preview" => json!({ "plan": null }),
        "POST /imports/{id}/rehearse" | "POST /imports/{id}/start" => json!({ "plan": estate::import_plan("name") }),
        "PUT /import-mappings" => json!({ "name": format!("Mapping {turn}"), "plan": estate::import_plan("name") }),
        "POST /intake-keys" | "PUT /intake-keys/{id}" => estate::intake_key("Portal", Some(&estate.campaign)),
        "POST /crm-connectors" | "PUT /crm-connectors/{id}" => {
            let mut crm = estate::crm_connector("Portal", "https://crm.example", "a token of somebody");
            crm["campaign_id"] = json!(estate.campaign);
            crm
        }
        "PUT /crm-connectors/{id}/pause" => json!({ "paused": true }),
        "POST /crm-connectors/{id}/sync" => json!({ "full": false }),
        "PUT /assignment/rules" => json!({ "set": rules(user, false), "version": 0 }),
        "POST /assignment/dry-run" => json!({ "set": rules(user, true), "leads": "all", "most": 100 }),
        "POST /assignment/reassign" => json!({ "from": user }),
        "POST /masking/pools" | "PUT /masking/pools/{id}" => estate::masking_pool(&format!("Pool {turn}"), &[]),
        "POST /masking/mappings" => json!({ "lead_id": estate.lead }),
        "POST /worklist/next" => json!({}),
        "POST /worklist/{id}/renew" => json!({ "fence": 1 }),
        "POST /worklist/{id}/skip" => json!({ "fence": 1, "again_in_minutes": 30 }),
        "POST /voicemail/messages" => estate::voicemail_message(&format!("Message {turn}")),
        "POST /leads/{id}/opt-out-link" => json!({ "channel": "email", "purpose": "news" }),
        "POST /tasks/{id}/snooze" | "POST /callbacks/{id}/snooze" => json!({ "until": "one_hour" }),
        "PATCH /callbacks/{id}" => json!({ "status": "open" }),
        "POST /follow-ups/reassign" => json!({ "tasks": [estate.task], "callbacks": [estate.callback], "to": user }),
        "PATCH /tasks/{id}" => json!({ "text": format!("Text {turn}"), "status": "open" }),
        "POST /media/sessions" | "PUT /media/sessions/{id}" => json!({ "sdp_offer": "v=0", "takes_calls": true }),
        "PUT /media/sessions/{id}/loop" => json!({ "delay_ms": 100 }),
        other => of_call(other, around).or_else(|| of_settings(other)).unwrap_or_else(|| panic!("no body for {other}")),
    }
}

/// Rules of one rule that gives every lead to one agent.
fn rules(agent: &str, on: bool) -> Value {
    let rule = json!({ "id": "0190f3c2-7d5e-7cc0-a1b2-3c4d5e6f7081", "name": "Everything", "on": true,
        "when": { "kind": "all", "of": [] }, "strategy": "round_robin", "agent_ids": [agent], "group_ids": [],
        "most_open": null, "most_per_day": null, "hours": null });
    json!({ "on": on, "rules": [rule], "groups": [], "fallback": { "kind": "shared" }, "sticky": true, "idle_days": null })
}

fn of_call(operation: &str, around: &Around<'_>) -> Option<Value> {
    let field = ["fields.budget", "fields.bedrooms", "fields.preferred_location"];
    Some(match operation {
        "POST /calls" => json!({ "lead_id": around.estate.lead, "campaign_id": around.estate.campaign }),
        "POST /calls/{id}/answer" | "POST /calls/{id}/decline" => json!({ "fence": 1, "media_session_id": null }),
        "PUT /calls/{id}/monitor" => json!({ "mode": "listen", "media_session_id": null }),
        "POST /calls/{id}/transfer" => json!({ "to": { "kind": "queue", "queue_id": around.estate.queue } }),
        "POST /calls/{id}/voicemail" => json!({ "message_id": around.estate.voicemail }),
        "POST /calls/{id}/digits" => json!({ "digits": "1" }),
        "PUT /calls/{id}/notes" => json!({ "text": "taken over", "revision": 900 + around.turn }),
        "POST /calls/{id}/disposition" | "POST /calls/{id}/disposition/preview" => estate::outcome("callback"),
        "POST /calls/{id}/proposals/accept" => json!({ "field": field[around.turn % field.len()] }),
        _ => return None,
    })
}

fn of_settings(operation: &str) -> Option<Value> {
    Some(match operation {
        "PUT /settings/carrier" => json!({ "provider": "twilio", "account_sid": format!("AC{}", "1".repeat(32)),
            "auth_token": "a token of somebody", "api_base": "http://127.0.0.1:9", "public_url": "" }),
        "POST /settings/carrier/numbers/connect" => json!({ "id": format!("PN{}", "1".repeat(32)), "messages": true }),
        "PUT /settings/carrier-recordings" => json!({ "delete_when_stored": false }),
        "PUT /settings/exotel" => json!({ "account_sid": "acme9", "api_key": "key", "api_token": "a token of somebody",
            "api_base": "http://127.0.0.1:9", "public_url": "", "flow": "", "allowed": ["127.0.0.1"] }),
        "PUT /settings/voicemail" => json!({ "message_id": null, "when_machine": false }),
        "PUT /settings/dialing" => json!({ "emergency": false, "premium": false, "satellite": false }),
        "PUT /settings/sip" => json!({ "trunks": [], "extensions": [] }),
        "POST /settings/sip/test" => json!({ "trunk_id": uuid::Uuid::nil() }),
        "PUT /settings/storage" => json!({ "kind": "local" }),
        "PUT /settings/engines" => json!({ "speech": null, "language": null, "auto_transcribe": true,
            "auto_analyse": true, "min_call_s": 5, "update_leads": true }),
        "PUT /settings/hand-out" => json!({ "min_gap_s": 0, "most_attempts": 6, "lease_s": 300 }),
        "PUT /settings/registry" => json!({ "kind": "off", "url": "", "valid_days": 30 }),
        "POST /settings/registry/list" => json!({ "text": "+919800055555", "replace": false }),
        "POST /settings/registry/test" => json!({ "number": "+919800055555" }),
        "PUT /settings/lead-webhook" => json!({ "url": "https://crm.example/leads", "on": false }),
        "PUT /settings/calling-hours" => json!({ "days": [1], "from_minute": 540, "to_minute": 1080 }),
        _ => return None,
    })
}
