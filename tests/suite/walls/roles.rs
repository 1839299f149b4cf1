//! Which role may do what: every operation of the document stands in the table.

use std::collections::BTreeMap;

use domain::role::Role;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use switchboard_tests::{
    Answer,
    document::{Operation, operations},
    estate::Estate,
};

use super::bodies::{Around, body};

/// The letters of a row, in this order.
const ROLES: [Role; 5] = [Role::TenantAdmin, Role::Manager, Role::Telecaller, Role::FieldAgent, Role::Viewer];

/// `a` is allowed, `f` is forbidden to the role, `n` is not there for this person. The call and the task are the telecaller's,
/// the device is the manager's. `open` works without signing in. Asked from top to bottom: what ends something comes last.
const TABLE: [(&str, &str); 222] = [
    ("GET /setup", "open"),
    ("POST /tenants", "open"),
    ("POST /auth/sign-in", "open"),
    ("POST /auth/refresh", "open"),
    ("GET /recordings/signed/{token}", "open"),
    ("GET /files/signed/{token}", "open"),
    ("GET /live", "open"),
    ("GET /media/sound", "open"),
    ("GET /me", "aaaaa"),
    ("PATCH /me", "aaaaa"),
    ("GET /me/sessions", "aaaaa"),
    ("DELETE /me/sessions/{id}", "aaaaa"),
    ("GET /me/device-checks", "aaaaa"),
    ("POST /me/device-checks", "aaaff"),
    ("GET /users", "aaaaa"),
    ("POST /users", "affff"),
    ("GET /users/{id}", "aaaaa"),
    ("PATCH /users/{id}", "affff"),
    ("GET /agents", "aaaaa"),
    ("GET /agents/device-checks", "aafff"),
    ("GET /queues", "aaaaa"),
    ("POST /queues", "affff"),
    ("GET /queues/{id}", "aaaaa"),
    ("PUT /queues/{id}", "affff"),
    ("GET /numbers", "aaaaa"),
    ("POST /numbers", "affff"),
    ("GET /numbers/unknown", "affff"),
    ("PUT /numbers/{id}", "affff"),
    ("GET /masking/pools", "aafff"),
    ("POST /masking/pools", "affff"),
    ("PUT /masking/pools/{id}", "affff"),
    ("GET /masking/mappings", "aafff"),
    ("POST /masking/mappings", "aaaff"),
    ("GET /campaigns", "aaaaa"),
    ("POST /campaigns", "affff"),
    ("GET /campaigns/default-dispositions", "aaaaa"),
    ("GET /campaigns/{id}", "aaaaa"),
    ("PUT /campaigns/{id}", "affff"),
    ("GET /disposition-templates", "affff"),
    ("GET /disposition-sets", "affff"),
    ("POST /disposition-sets", "affff"),
    ("POST /disposition-sets/try", "affff"),
    ("GET /disposition-sets/{id}", "affff"),
    ("PUT /disposition-sets/{id}", "affff"),
    ("POST /disposition-sets/{id}/copy", "affff"),
    ("GET /disposition-sets/{id}/versions", "affff"),
    ("POST /disposition-sets/{id}/archive", "affff"),
    ("GET /do-not-call", "aaaaa"),
    ("POST /do-not-call", "aaaff"),
    ("POST /do-not-call/upload", "aafff"),
    ("DELETE /do-not-call/{id}", "aafff"),
    ("GET /leads", "aaaaa"),
    ("POST /leads", "aaaff"),
    ("GET /leads/{id}", "aaaaa"),
    ("PATCH /leads/{id}", "aaaff"),
    ("GET /leads/{id}/changes", "aaaaa"),
    ("GET /leads/{id}/consents", "aaaaa"),
    ("POST /leads/{id}/consents", "aaaff"),
    ("POST /leads/{id}/opt-out-link", "aaaff"),
    ("POST /leads/{id}/changes/{change_id}/undo", "aaaff"),
    ("GET /leads/board", "aaaaa"),
    ("GET /leads/{id}/duplicates", "aaaaa"),
    ("GET /leads/{id}/merges", "aaaaa"),
    // One of the two is in the call that goes on.
    ("POST /leads/{id}/merge", "aafff"),
    ("POST /lead-merges/{id}/undo", "aafff"),
    ("GET /leads/{id}/notes", "aaaaa"),
    ("POST /leads/{id}/notes", "aaaff"),
    // The manager's own.
    ("DELETE /lead-notes/{id}", "aafff"),
    ("POST /lead-notes/{id}/restore", "aafff"),
    ("GET /leads/{id}/files", "aaaff"),
    ("POST /leads/{id}/files", "aaaff"),
    ("GET /lead-files/{id}/url", "aaaff"),
    ("DELETE /lead-files/{id}", "aafff"),
    ("POST /lead-files/{id}/restore", "aafff"),
    ("GET /tags", "aaaaa"),
    ("POST /tags", "aafff"),
    ("PUT /tags/{id}", "aafff"),
    ("PUT /leads/{id}/tags/{tag_id}", "aaaff"),
    ("DELETE /leads/{id}/tags/{tag_id}", "aaaff"),
    ("GET /bulk-actions", "aafff"),
    ("POST /bulk-actions", "aafff"),
    ("GET /bulk-actions/{id}", "aafff"),
    ("GET /bulk-actions/{id}/file", "aafff"),
    ("POST /bulk-actions/{id}/undo", "aafff"),
    ("POST /bulk-actions/{id}/cancel", "aafff"),
    ("DELETE /tags/{id}", "aafff"),
    ("GET /lead-views", "aaaaa"),
    ("POST /lead-views", "aaaaa"),
    // The telecaller's own.
    ("PUT /lead-views/{id}", "nnann"),
    ("DELETE /lead-views/{id}", "nnann"),
    ("GET /imports", "aafff"),
    ("POST /imports", "aafff"),
    ("GET /imports/template", "aafff"),
    ("GET /imports/{id}", "aafff"),
    ("PUT /imports/{id}/parts", "aafff"),
    ("POST /imports/{id}/preview", "aafff"),
    ("GET /imports/{id}/problems", "aafff"),
    ("GET /imports/{id}/problem-rows", "aafff"),
    ("GET /import-mappings", "aafff"),
    ("PUT /import-mappings", "aafff"),
    ("POST /imports/{id}/rehearse", "aafff"),
    ("POST /imports/{id}/start", "aafff"),
    ("POST /imports/{id}/undo", "aafff"),
    ("POST /imports/{id}/cancel", "aafff"),
    ("DELETE /import-mappings", "aafff"),
    ("GET /intake-keys", "affff"),
    ("POST /intake-keys", "affff"),
    ("PUT /intake-keys/{id}", "affff"),
    ("DELETE /intake-keys/{id}", "affff"),
    ("GET /crm-connectors", "affff"),
    ("POST /crm-connectors", "affff"),
    ("GET /crm-connectors/{id}", "affff"),
    ("PUT /crm-connectors/{id}", "affff"),
    ("PUT /crm-connectors/{id}/pause", "affff"),
    ("POST /crm-connectors/{id}/sync", "affff"),
    ("POST /crm-connectors/{id}/test", "affff"),
    ("GET /crm-connectors/{id}/problems", "affff"),
    ("DELETE /crm-connectors/{id}", "affff"),
    ("GET /tasks", "aaaaa"),
    ("PATCH /tasks/{id}", "aaaff"),
    ("POST /tasks/{id}/snooze", "aaaff"),
    ("GET /callbacks", "aaaaa"),
    ("PATCH /callbacks/{id}", "aaaff"),
    ("POST /callbacks/{id}/snooze", "aaaff"),
    ("POST /follow-ups/reassign", "aaaff"),
    ("GET /assignment/rules", "aafff"),
    ("PUT /assignment/rules", "affff"),
    ("POST /assignment/dry-run", "aafff"),
    ("GET /assignments", "aafff"),
    ("GET /assignment/figures", "aafff"),
    ("POST /assignment/reassign", "aafff"),
    ("GET /worklist", "aaaff"),
    ("GET /worklist/counts", "aaaff"),
    ("POST /worklist/next", "aaaff"),
    ("GET /worklist/held", "aaaff"),
    ("POST /worklist/{id}/renew", "aaaff"),
    ("POST /worklist/{id}/skip", "aaaff"),
    ("GET /live/snapshot", "aaaaa"),
    ("GET /settings/calling-hours", "aaaaa"),
    ("PUT /settings/calling-hours", "affff"),
    ("GET /settings/hand-out", "aaaaa"),
    ("PUT /settings/hand-out", "affff"),
    ("GET /settings/registry", "affff"),
    ("POST /settings/registry/list", "affff"),
    ("POST /settings/registry/test", "affff"),
    ("PUT /settings/registry", "affff"),
    ("GET /settings/lead-webhook", "affff"),
    ("PUT /settings/lead-webhook", "affff"),
    ("GET /webhook-deliveries", "affff"),
    ("GET /settings/carrier", "affff"),
    ("POST /settings/carrier/test", "affff"),
    ("GET /settings/carrier/numbers", "affff"),
    ("POST /settings/carrier/numbers/connect", "affff"),
    ("GET /settings/carrier-recordings", "affff"),
    ("PUT /settings/carrier-recordings", "affff"),
    ("GET /settings/exotel", "affff"),
    ("PUT /settings/exotel", "affff"),
    ("POST /settings/exotel/test", "affff"),
    ("GET /settings/dialing", "aaaaa"),
    ("PUT /settings/dialing", "affff"),
    ("GET /voicemail/messages", "aaaaa"),
    ("POST /voicemail/messages", "affff"),
    ("GET /settings/voicemail", "aaaaa"),
    ("PUT /settings/voicemail", "affff"),
    ("DELETE /voicemail/messages/{id}", "affff"),
    ("GET /settings/sip", "affff"),
    ("PUT /settings/sip", "affff"),
    ("POST /settings/sip/test", "affff"),
    ("GET /settings/storage", "affff"),
    ("PUT /settings/storage", "affff"),
    ("POST /settings/storage/test", "affff"),
    ("GET /settings/engines", "affff"),
    ("POST /settings/engines/test", "affff"),
    ("GET /audit", "affff"),
    ("GET /media/dropped", "affff"),
    ("GET /media/relays", "aaaff"),
    // The call that is over.
    ("GET /calls", "aaafa"),
    ("GET /calls/{id}", "aaana"),
    ("GET /calls/{id}/dispositions", "aaana"),
    ("GET /calls/{id}/script", "aaana"),
    ("GET /calls/{id}/intelligence", "aaana"),
    ("GET /calls/{id}/sound", "aaana"),
    ("GET /recordings/{id}/receipt", "aaana"),
    ("GET /recordings/{id}/waveform", "aaana"),
    ("GET /recordings/{id}/url", "aaana"),
    ("PUT /calls/{id}/notes", "aaaff"),
    ("POST /calls/{id}/disposition/preview", "aaaff"),
    ("POST /calls/{id}/disposition", "aaaff"),
    ("POST /calls/{id}/proposals/accept", "aaaff"),
    ("POST /calls/{id}/reprocess", "aaaff"),
    ("GET /jobs", "affff"),
    ("POST /jobs/{id}/retry", "affff"),
    ("PUT /settings/engines", "affff"),
    // The call that goes on.
    ("GET /calls/{id}/live", "aaaff"),
    ("PUT /calls/{id}/monitor", "aafff"),
    ("POST /calls/{id}/answer", "aaaff"),
    ("POST /calls/{id}/decline", "aaaff"),
    ("POST /calls/{id}/wrap-up/extend", "aaaff"),
    ("POST /calls/{id}/digits", "ffaff"),
    ("POST /calls/{id}/recording/pause", "ffaff"),
    ("POST /calls/{id}/recording/resume", "ffaff"),
    ("POST /calls/{id}/hold", "ffaff"),
    ("POST /calls/{id}/resume", "ffaff"),
    ("POST /calls/{id}/voicemail", "ffaff"),
    ("POST /calls/{id}/transfer", "ffaff"),
    ("POST /calls/{id}/transfer/cancel", "ffaff"),
    ("POST /calls/{id}/hang-up", "ffaff"),
    ("PUT /agents/{id}/state", "aafff"),
    ("PUT /agents/me/state", "aaaff"),
    // The manager's device.
    ("PUT /media/sessions/{id}", "nannn"),
    ("PUT /media/sessions/{id}/loop", "nannn"),
    ("GET /media/sessions/{id}/loop", "nannn"),
    ("DELETE /media/sessions/{id}/loop", "nannn"),
    ("DELETE /media/sessions/{id}", "nannn"),
    ("POST /media/sessions", "aaaff"),
    ("POST /calls", "aaaff"),
    ("PUT /settings/carrier", "affff"),
    ("DELETE /masking/mappings/{id}", "aafff"),
    ("DELETE /masking/pools/{id}", "affff"),
    ("DELETE /numbers/{id}", "affff"),
    ("DELETE /queues/{id}", "affff"),
    ("POST /auth/sign-out", "aaaaa"),
];

fn email(role: Role) -> String {
    let name = if role == Role::TenantAdmin { "admin".to_owned() } else { role.as_str().replace('_', "-") };
    format!("{name}@owner.example")
}

/// Whether the answer is what the letter says.
fn is(letter: char, answer: &Answer) -> bool {
    match letter {
        // A value or a state that does not fit is no matter of the role.
        'a' => {
            let refused = answer.code() == "not_allowed" || answer.status == StatusCode::UNAUTHORIZED;
            !refused && answer.code() != "not_found" && !answer.status.is_server_error()
        }
        'f' => answer.status == StatusCode::FORBIDDEN && answer.code() == "not_allowed",
        'n' => answer.status == StatusCode::NOT_FOUND && answer.code() == "not_found",
        other => panic!("no letter {other}"),
    }
}

pub async fn check(estate: &Estate) {
    let all: BTreeMap<String, Operation> = operations().into_iter().map(|one| (one.name(), one)).collect();
    let table: BTreeMap<&str, &str> = TABLE.into_iter().collect();
    let missing: Vec<_> = all.keys().filter(|name| !table.contains_key(name.as_str())).collect();
    let surplus: Vec<_> = table.keys().filter(|name| !all.contains_key(**name)).collect();
    assert!(
        missing.is_empty() && surplus.is_empty(),
        "not in the table: {missing:?}; not in the document: {surplus:?}"
    );

    let server = &estate.talk.server;
    let mut tokens = Vec::new();
    for role in ROLES {
        tokens.push(server.sign_in(&email(role)).await.text("access_token"));
    }
    let mut wrong = Vec::new();
    for (name, letters) in TABLE.into_iter().filter(|(_, letters)| *letters != "open") {
        let operation = &all[name];
        assert_eq!(letters.len(), ROLES.len(), "{name}");
        // What is refused leaves everything as it is for the next.
        let (allowed, refused): (Vec<_>, Vec<_>) = letters.chars().enumerate().partition(|(_, letter)| *letter == 'a');
        for (column, letter) in refused.into_iter().chain(allowed) {
            let path = of_ones_own(estate, operation, ROLES[column]).await.unwrap_or_else(|| estate.path(operation));
            let body = operation.has_body.then(|| body(operation, &Around::turn(estate, column)));
            let answer = server.ask(operation.method.clone(), &path, &tokens[column], body).await;
            if !is(letter, &answer) {
                wrong.push(format!("{name} for {:?} is not {letter}: {answer:?}", ROLES[column]));
            }
        }
    }
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
}

/// Where asking takes the thing away, or only one's own is there: one for each who asks.
async fn of_ones_own(estate: &Estate, operation: &Operation, role: Role) -> Option<String> {
    let (server, admin) = (&estate.talk.server, estate.talk.admin.as_str());
    match operation.name().as_str() {
        "DELETE /me/sessions/{id}" => {
            let token = server.sign_in(&email(role)).await.text("access_token");
            let me = server.ask(Method::GET, "/me", &token, None).await.body;
            me["session_id"].as_str().map(|id| format!("/me/sessions/{id}"))
        }
        "DELETE /do-not-call/{id}" => {
            let number = format!("+9198000555{}0", role.as_str().len() % 10);
            let entry: Value = json!({ "number": number, "reason": "asked" });
            let made = server.ask(Method::POST, "/do-not-call", admin, Some(entry)).await;
            Some(format!("/do-not-call/{}", made.text("id")))
        }
        "DELETE /masking/mappings/{id}" => {
            let lead = json!({ "name": "Somebody", "phone": format!("+9198000666{}0", role.as_str().len() % 10) });
            let lead = server.ask(Method::POST, "/leads", admin, Some(lead)).await.text("id");
            let wanted = json!({ "lead_id": lead });
            let made = server.ask(Method::POST, "/masking/mappings", admin, Some(wanted)).await;
            Some(format!("/masking/mappings/{}", made.text("id")))
        }
        "DELETE /import-mappings" => {
            let name = format!("of-{}", role.as_str());
            let mapping = json!({ "name": name, "plan": switchboard_tests::estate::import_plan("name") });
            server.ask(Method::PUT, "/import-mappings", admin, Some(mapping)).await;
            Some(format!("/import-mappings?name={name}"))
        }
        "DELETE /lead-notes/{id}" => {
            let note = json!({ "text": "One of many" });
            let made = server.ask(Method::POST, &format!("/leads/{}/notes", estate.lead), admin, Some(note)).await;
            Some(format!("/lead-notes/{}", made.text("id")))
        }
        "DELETE /lead-files/{id}" => {
            let file = json!({ "name": "one.txt", "data": "b25l" });
            let made = server.ask(Method::POST, &format!("/leads/{}/files", estate.lead), admin, Some(file)).await;
            Some(format!("/lead-files/{}", made.text("id")))
        }
        "GET /bulk-actions/{id}/file" => Some(format!("/bulk-actions/{}/file", estate.export)),
        "DELETE /tags/{id}" => {
            let tag = json!({ "word": format!("of {}", role.as_str()), "colour": "grey" });
            let made = server.ask(Method::POST, "/tags", admin, Some(tag)).await;
            Some(format!("/tags/{}", made.text("id")))
        }
        "POST /settings/engines/test" => Some("/settings/engines/test?which=speech".to_owned()),
        "GET /recordings/{id}/url" => Some(format!("/recordings/{}/url?format=ogg", estate.past_call)),
        _ => None,
    }
}
