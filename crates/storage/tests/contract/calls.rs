//! Calls: the event log with its projection, and everything kept beside a call.

use std::sync::Arc;

use domain::{
    ids::RecordingId,
    intelligence::{Analysis, Segment, Speaker, Transcript},
    pii::Personal,
};
use serde_json::json;
use storage::{
    PageRequest, StorageError,
    call_log::{self, Projection},
    calls::{self, AnalysisProgress, AnalysisState, CallFilter, CallStatus, Conclusion, QueueFigures},
    dispositions::{self, Disposition, Saved},
    intelligence,
    notes::{self, Note},
    on_both_engines,
    recordings::{self, Recording, RecordingState},
    routing,
    sound::{self, SoundPart},
    testing::TestStore,
};

use crate::support::{
    NOW, a_call, a_lead, a_projection, an_event, at, call, call_with, personal, queue, tenant, user, uuid,
};

on_both_engines! {
    a_call_and_its_log_read_back,
    events_and_projection_are_written_together_or_not_at_all,
    a_call_that_is_with_somebody_else_names_them_and_is_found_by_them,
    of_many_writers_of_one_call_each_number_is_given_once,
    a_call_is_found_by_its_carriers_ids,
    calls_that_are_not_closed_are_found_after_a_restart,
    history_is_searched_by_name_and_number,
    queue_figures_count_answers_in_time,
    a_late_note_never_overwrites_a_newer_one,
    a_result_is_saved_once_for_its_key,
    routing_decisions_keep_their_order,
    a_recording_receipt_is_replaced_and_shown_on_the_call,
    transcript_and_analysis_read_back,
    the_parts_of_a_calls_sound_are_replaced_and_read_in_order,
}

async fn a_call_and_its_log_read_back(store: TestStore) {
    let scope = tenant(&store).await;
    let new = a_call();
    let events = [an_event("received"), an_event("greeted")];
    assert_eq!(call_log::create(&*store, scope, &new, &events, &a_projection()).await.unwrap(), 2);
    let row = calls::get(&*store, scope, new.id).await.unwrap().unwrap();
    assert_eq!((row.status, row.event_seq, row.closed), (CallStatus::Greeting, 2, false));
    assert_eq!((row.customer_number, row.recording), (new.customer_number.clone(), RecordingState::Recording));
    assert_eq!(row.came_by, ["Portal", "Sales line"]);
    let log = call_log::load(&*store, scope, new.id).await.unwrap().unwrap();
    assert_eq!(log.facts, new.facts);
    assert_eq!(
        log.events.iter().map(|e| (e.seq, e.kind.as_str())).collect::<Vec<_>>(),
        [(1, "received"), (2, "greeted")]
    );
    assert_eq!(log.events[1].data, an_event("greeted").data);
    assert_eq!(log.last_seq(), 2);
    let again = call_log::create(&*store, scope, &new, &[], &a_projection()).await;
    assert!(matches!(again, Err(StorageError::Unique { .. })), "{again:?}");
}

async fn events_and_projection_are_written_together_or_not_at_all(store: TestStore) {
    let scope = tenant(&store).await;
    let id = call(&store, scope).await;
    let queued = Projection { status: CallStatus::Queued, queued_at: Some(at(5)), ..a_projection() };
    let events = [an_event("greeting_finished"), an_event("queued")];
    assert_eq!(call_log::append(&*store, scope, id, 1, &events, (&queued, None)).await.unwrap(), 3);

    let late = Projection { status: CallStatus::Abandoned, ..a_projection() };
    let refused = call_log::append(&*store, scope, id, 1, &[an_event("hung_up")], (&late, None)).await;
    assert!(matches!(refused, Err(StorageError::Conflict { what: "call" })), "{refused:?}");
    let foreign = Projection { agent_id: Some(user(&store, tenant(&store).await).await), ..late };
    let refused = call_log::append(&*store, scope, id, 3, &[an_event("hung_up")], (&foreign, None)).await;
    assert!(matches!(refused, Err(StorageError::NoSuchReference)), "{refused:?}");

    let row = calls::get(&*store, scope, id).await.unwrap().unwrap();
    assert_eq!((row.status, row.event_seq, row.queued_at), (CallStatus::Queued, 3, Some(at(5))));
    assert_eq!(call_log::events(&*store, scope, id).await.unwrap().len(), 3);
}

async fn a_call_that_is_with_somebody_else_names_them_and_is_found_by_them(store: TestStore) {
    let scope = tenant(&store).await;
    let id = call(&store, scope).await;
    let before = calls::get(&*store, scope, id).await.unwrap().unwrap();
    let number = Personal::new("+919812300088".to_owned());
    let with = Projection { lead_id: None, ..a_projection() };
    call_log::append(&*store, scope, id, 1, &[an_event("customer_named")], (&with, Some(&number))).await.unwrap();
    let row = calls::get(&*store, scope, id).await.unwrap().unwrap();
    assert_eq!((row.customer_number, row.lead_id), (number, None));
    let found = async |text: String| {
        let filter = CallFilter { search: Some(text), ..CallFilter::default() };
        calls::list(&*store, scope, &filter, PageRequest::new(None, None)).await.unwrap().items.len()
    };
    assert_eq!(found("00088".to_owned()).await, 1);
    let number = before.customer_number.reveal();
    assert_eq!(found(number[number.len() - 5..].to_owned()).await, 0, "whoever called before");
}

async fn of_many_writers_of_one_call_each_number_is_given_once(store: TestStore) {
    let scope = tenant(&store).await;
    let id = call(&store, scope).await;
    let store = Arc::new(store);
    let writers: Vec<_> = (0..6)
        .map(|n| {
            let store = Arc::clone(&store);
            tokio::spawn(async move {
                let (mut seq, mut conflicts) = (1, 0);
                loop {
                    let event = [an_event(&format!("writer_{n}"))];
                    match call_log::append(&**store, scope, id, seq, &event, (&a_projection(), None)).await {
                        Ok(_) => return conflicts,
                        Err(StorageError::Conflict { .. }) => {
                            conflicts += 1;
                            seq = calls::get(&**store, scope, id).await.unwrap().unwrap().event_seq;
                        }
                        Err(other) => panic!("{other}"),
                    }
                }
            })
        })
        .collect();
    for writer in writers {
        writer.await.unwrap();
    }
    let events = call_log::events(&**store, scope, id).await.unwrap();
    assert_eq!(events.iter().map(|event| event.seq).collect::<Vec<_>>(), (1..=7).collect::<Vec<_>>());
    let mut kinds: Vec<_> = events.iter().map(|event| event.kind.clone()).collect();
    kinds.sort();
    kinds.dedup();
    assert_eq!(kinds.len(), 7, "nobody's event is lost or doubled");
}

async fn a_call_is_found_by_its_carriers_ids(store: TestStore) {
    let (scope, other) = (tenant(&store).await, tenant(&store).await);
    let projection = Projection { provider_call_id: Some("CA1".into()), ..a_projection() };
    let id = call_with(&store, scope, a_call(), projection.clone()).await;
    calls::add_leg(&*store, scope, id, "twilio", "CA2", "transfer", NOW).await.unwrap();
    calls::add_leg(&*store, scope, id, "twilio", "CA2", "transfer", NOW).await.unwrap();
    for (outside, role) in [("CA1", "call"), ("CA2", "transfer")] {
        let found = calls::by_provider(&*store, "twilio", outside).await.unwrap().unwrap();
        assert_eq!((found.tenant, found.call, found.role.as_str()), (scope.tenant(), id, role));
    }
    assert_eq!(calls::by_provider(&*store, "exotel", "CA1").await.unwrap(), None);
    let twin = call_log::create(&*store, other, &a_call(), &[], &projection).await;
    assert!(matches!(twin, Err(StorageError::Unique { what: "call of this carrier" })), "{twin:?}");
    let foreign = calls::add_leg(&*store, other, id, "twilio", "CA3", "transfer", NOW).await;
    assert!(matches!(foreign, Err(StorageError::NoSuchReference)), "{foreign:?}");
}

async fn calls_that_are_not_closed_are_found_after_a_restart(store: TestStore) {
    let (scope, other) = (tenant(&store).await, tenant(&store).await);
    let (running, over, elsewhere) = (call(&store, scope).await, call(&store, scope).await, call(&store, other).await);
    let closed = Projection { status: CallStatus::Completed, closed: true, ended_at: Some(at(9)), ..a_projection() };
    call_log::append(&*store, scope, over, 1, &[an_event("ended")], (&closed, None)).await.unwrap();
    let open = calls::open(&*store, scope).await.unwrap();
    assert_eq!(open.iter().map(|call| call.id).collect::<Vec<_>>(), [running]);
    let everywhere = calls::open_everywhere(&*store).await.unwrap();
    assert_eq!(everywhere, [(scope.tenant(), running), (other.tenant(), elsewhere)]);
}

async fn history_is_searched_by_name_and_number(store: TestStore) {
    let scope = tenant(&store).await;
    let lead = a_lead("Asha Verma");
    storage::leads::insert(&*store, scope, &lead).await.unwrap();
    let mut stranger = a_call();
    stranger.customer_number = personal("+442079460123");
    let of_lead = call_with(&store, scope, a_call(), Projection { lead_id: Some(lead.id), ..a_projection() }).await;
    let of_stranger = call_with(&store, scope, stranger, a_projection()).await;
    let search = async |text: &str| {
        let filter = CallFilter { search: Some(text.to_owned()), ..CallFilter::default() };
        let page = calls::list(&*store, scope, &filter, PageRequest::default()).await.unwrap();
        page.items.into_iter().map(|call| call.id).collect::<Vec<_>>()
    };
    assert_eq!(search("asha").await, [of_lead]);
    assert_eq!(search("0123").await, [of_stranger]);
    assert_eq!(search("sunita").await, []);
    let row = calls::get(&*store, scope, of_lead).await.unwrap().unwrap();
    assert_eq!(row.lead_name, Some(personal("Asha Verma")));
    assert_eq!(calls::count_of_lead(&*store, scope, lead.id).await.unwrap(), 1);
    assert!(calls::set_lead(&*store, scope, of_stranger, lead.id).await.unwrap());
    assert_eq!(calls::count_of_lead(&*store, scope, lead.id).await.unwrap(), 2);
    call_log::append(&*store, scope, of_stranger, 1, &[an_event("disposition_saved")], (&a_projection(), None))
        .await
        .unwrap();
    assert_eq!(calls::get(&*store, scope, of_stranger).await.unwrap().unwrap().lead_id, Some(lead.id));
}

async fn queue_figures_count_answers_in_time(store: TestStore) {
    let scope = tenant(&store).await;
    let queue = queue(&store, scope).await;
    let none = calls::queue_figures(&*store, scope, queue, NOW, 20_000).await.unwrap();
    assert_eq!(none, QueueFigures::default());
    for (wait_ms, answered, status) in [
        (5_000, true, CallStatus::Completed),
        (20_000, true, CallStatus::InProgress),
        (20_001, true, CallStatus::Completed),
        (9_000, false, CallStatus::Abandoned),
        (1_000, false, CallStatus::Queued),
    ] {
        let projection = Projection {
            status,
            queue_id: Some(queue),
            queued_at: Some(NOW),
            answered_at: answered.then_some(at(1)),
            wait_ms,
            ..a_projection()
        };
        call_with(&store, scope, a_call(), projection).await;
    }
    let figures = calls::queue_figures(&*store, scope, queue, NOW, 20_000).await.unwrap();
    assert_eq!(figures, QueueFigures { answered: 3, answered_in_target: 2, abandoned: 1 });
    assert_eq!(calls::queue_figures(&*store, scope, queue, at(1), 20_000).await.unwrap(), QueueFigures::default());
}

async fn a_late_note_never_overwrites_a_newer_one(store: TestStore) {
    let scope = tenant(&store).await;
    let (call, author) = (call(&store, scope).await, user(&store, scope).await);
    let note = |text: &str, revision| Note { user_id: author, text: personal(text), revision, saved_at: NOW };
    for (text, revision, saved) in
        [("wants", 1, true), ("wants two rooms", 3, true), ("wants two", 2, false), ("x", 3, false)]
    {
        assert_eq!(notes::save(&*store, scope, call, &note(text, revision)).await.unwrap(), saved, "{text}");
    }
    assert_eq!(notes::of_call(&*store, scope, call).await.unwrap(), [note("wants two rooms", 3)]);
}

async fn a_result_is_saved_once_for_its_key(store: TestStore) {
    let scope = tenant(&store).await;
    let (id, author) = (call(&store, scope).await, user(&store, scope).await);
    let first = Disposition {
        save_key: "key-1".into(),
        call_id: id,
        user_id: author,
        code: "interested".into(),
        sub_code: Some("site_visit".into()),
        input: Personal::new(json!({"notes": "Call after six"})),
        result: Personal::new(json!({"effects": []})),
        made_at: at(1),
        saved_at: at(2),
    };
    assert_eq!(dispositions::save(&*store, scope, &first).await.unwrap(), Saved::New);
    let again = Disposition { code: "not_interested".into(), saved_at: at(3), ..first.clone() };
    let before = dispositions::save(&*store, scope, &again).await.unwrap();
    assert_eq!(before, Saved::Before(Box::new(first.clone())));
    let row = calls::get(&*store, scope, id).await.unwrap().unwrap();
    assert_eq!((row.disposition.as_deref(), row.dispositioned_at), (Some("interested"), Some(at(1))));
    let corrected = Disposition { save_key: "key-2".into(), sub_code: None, ..again };
    assert_eq!(dispositions::save(&*store, scope, &corrected).await.unwrap(), Saved::New);
    assert_eq!(dispositions::latest(&*store, scope, id).await.unwrap(), Some(corrected));
    assert_eq!(dispositions::by_key(&*store, scope, "key-1").await.unwrap(), Some(first));
}

async fn routing_decisions_keep_their_order(store: TestStore) {
    let scope = tenant(&store).await;
    let (id, agent) = (call(&store, scope).await, user(&store, scope).await);
    assert_eq!(routing::latest(&*store, scope, id).await.unwrap(), None);
    assert_eq!(routing::add(&*store, scope, id, NOW, None, &json!({"sentence": "Nobody is free"})).await.unwrap(), 1);
    let body = json!({"sentence": "You have waited longest", "candidates": [{"score": 1.5}]});
    assert_eq!(routing::add(&*store, scope, id, at(1), Some(agent), &body).await.unwrap(), 2);
    let latest = routing::latest(&*store, scope, id).await.unwrap().unwrap();
    assert_eq!((latest.seq, latest.chosen, latest.body), (2, Some(agent), body));
    assert_eq!(routing::of_call(&*store, scope, id).await.unwrap().len(), 2);
}

async fn a_recording_receipt_is_replaced_and_shown_on_the_call(store: TestStore) {
    let scope = tenant(&store).await;
    let id = call(&store, scope).await;
    let mut recording = Recording {
        id: RecordingId::new(uuid()),
        call_id: id,
        state: RecordingState::Storing,
        reason: None,
        local_path: Some("recordings/a.ogg".into()),
        location: None,
        expected_bytes: Some(10_000_000_000),
        stored_bytes: None,
        sha256: None,
        read_back_at: None,
        duration_ms: Some(61_000),
        expected_ms: Some(61_500),
        gaps: json!([{"from_ms": 10, "to_ms": 20, "reason": "paused"}]),
        channels: 2,
        started_at: NOW,
        updated_at: at(1),
    };
    recordings::put(&*store, scope, &recording).await.unwrap();
    let found = recordings::everywhere(&*store, RecordingState::Storing).await.unwrap();
    assert_eq!(found, [(scope.tenant(), recording.clone())]);
    assert!(recordings::set_waveform(&*store, scope, id, &json!({"agent": [1, 2]})).await.unwrap());

    recording.state = RecordingState::NotStored;
    recording.reason = Some("disk_full".into());
    recording.updated_at = at(2);
    recordings::put(&*store, scope, &recording).await.unwrap();
    assert_eq!(recordings::of_call(&*store, scope, id).await.unwrap(), Some(recording));
    assert_eq!(recordings::waveform(&*store, scope, id).await.unwrap(), Some(json!({"agent": [1, 2]})));
    let row = calls::get(&*store, scope, id).await.unwrap().unwrap();
    assert_eq!((row.recording, row.recording_reason.as_deref()), (RecordingState::NotStored, Some("disk_full")));
}

fn an_analysis() -> Analysis {
    serde_json::from_value(json!({
        "summary_short": "Asha wants a flat.", "summary_detailed": "Asha wants a flat by March.", "language": "en",
        "sentiment": {"score": 0.5, "label": "positive", "trend": [0.0, 0.25, 0.5]},
        "fields": [], "intent": {"primary": null, "secondary": []}, "key_topics": ["flat"], "action_items": [],
        "follow_up": {"needed": false, "at": null, "reason": ""}, "priority": "low",
        "lead_quality": {"score": 50, "reasons": [{"name": "budget_known", "points": 50}]},
        "conversion_probability": 40, "next_best_action": {"code": "nurture", "text": "Stay in touch"},
        "hot_lead": {"hot": false, "why": []}, "proposed_disposition": null,
        "engine": {"name": "rules", "version": "1"}
    }))
    .unwrap()
}

async fn the_parts_of_a_calls_sound_are_replaced_and_read_in_order(store: TestStore) {
    let scope = tenant(&store).await;
    let id = call(&store, scope).await;
    assert_eq!(sound::parts(&*store, scope, id).await.unwrap(), []);
    let part = |from_s, points| SoundPart { from_s, points };
    for (from_s, points) in [(60, json!([[60]])), (0, json!([[0]])), (0, json!([[0], [1]])), (120, json!([]))] {
        sound::put_part(&*store, scope, id, &part(from_s, points), at(1)).await.unwrap();
    }
    let wanted = [part(0, json!([[0], [1]])), part(60, json!([[60]])), part(120, json!([]))];
    assert_eq!(sound::parts(&*store, scope, id).await.unwrap(), wanted);
    let other = call(&store, scope).await;
    assert_eq!(sound::parts(&*store, scope, other).await.unwrap(), []);
}

async fn transcript_and_analysis_read_back(store: TestStore) {
    let scope = tenant(&store).await;
    let id = call(&store, scope).await;
    let segment = Segment {
        speaker: Speaker::Customer,
        start_s: 1.25,
        end_s: 2.5,
        text: personal("मेरा नाम आशा है"),
        confidence: Some(0.5),
    };
    let transcript =
        Transcript { language: Some("hi".into()), engine: "whisper".into(), duration_s: 3.0, segments: vec![segment] };
    intelligence::put_transcript(&*store, scope, id, &transcript, at(1)).await.unwrap();
    let kept = intelligence::transcript(&*store, scope, id).await.unwrap().unwrap();
    assert_eq!((kept.transcript, kept.made_at), (transcript, at(1)));

    let proposals = Personal::new(json!([{"field": "budget"}]));
    let analysis = an_analysis();
    intelligence::put_analysis(&*store, scope, id, &analysis, &proposals, at(2)).await.unwrap();
    intelligence::put_analysis(&*store, scope, id, &analysis, &proposals, at(3)).await.unwrap();
    let kept = intelligence::analysis(&*store, scope, id).await.unwrap().unwrap();
    assert_eq!((kept.analysis, kept.proposals, kept.made_at, kept.version), (analysis, proposals, at(3), 2));
    let none = Personal::new(json!([]));
    assert!(!intelligence::set_proposals(&*store, scope, id, 1, &none).await.unwrap());
    assert!(intelligence::set_proposals(&*store, scope, id, 2, &none).await.unwrap());

    let failed = AnalysisProgress {
        state: AnalysisState::Failed,
        reason: Some("no_speech_engine".into()),
        message: Some("Set one up".into()),
    };
    let conclusion = Conclusion {
        sentiment: Some(-40),
        lead_quality: Some(80),
        hot: true,
        summary: Some(personal("Asha wants a flat.")),
    };
    assert!(calls::set_analysis(&*store, scope, id, &failed).await.unwrap());
    assert!(calls::set_conclusion(&*store, scope, id, &conclusion).await.unwrap());
    let row = calls::get(&*store, scope, id).await.unwrap().unwrap();
    assert_eq!((row.analysis, row.conclusion), (failed, conclusion));
}
