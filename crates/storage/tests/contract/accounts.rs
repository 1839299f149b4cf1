//! Users and their sign-ins.

use std::sync::Arc;

use domain::{
    ids::{SessionId, UserId},
    role::Role,
};
use storage::{
    StorageError, Store, TenantScope, on_both_engines,
    sessions::{self, Device, Exchange, Revoked, Rotation, Session},
    testing::TestStore,
    users,
};

use crate::support::{NOW, a_user, at, personal, tenant, user, uuid};

on_both_engines! {
    a_user_reads_back_as_written,
    an_email_is_unique_over_all_tenants_and_found_in_any_case,
    a_refresh_token_works_once_and_its_second_use_ends_the_family,
    the_same_attempt_gets_the_same_token_until_that_is_used,
    another_attempt_with_a_used_token_ends_the_family,
    of_many_uses_of_one_token_at_once_one_rotates,
    a_session_that_ran_out_or_was_ended_rotates_no_more,
    a_password_change_ends_every_other_session,
    families_that_ran_out_are_forgotten,
}

async fn a_user_reads_back_as_written(store: TestStore) {
    let scope = tenant(&store).await;
    let mut user = a_user();
    users::insert(&*store, scope, &user, &personal("first")).await.unwrap();
    assert_eq!(users::get(&*store, scope, user.id).await.unwrap().as_ref(), Some(&user));

    user.role = Role::Manager;
    user.active = false;
    user.phone = None;
    user.extension = None;
    user.skills.clear();
    assert!(users::update(&*store, scope, &user).await.unwrap());
    users::touch(&*store, scope, user.id, at(5)).await.unwrap();
    user.last_seen_at = Some(at(5));
    assert_eq!(users::get(&*store, scope, user.id).await.unwrap().as_ref(), Some(&user));

    assert!(users::set_password(&*store, scope, user.id, &personal("second")).await.unwrap());
    assert_eq!(users::password_hash(&*store, scope, user.id).await.unwrap(), Some(personal("second")));
    assert!(!users::update(&*store, scope, &a_user()).await.unwrap());
}

async fn an_email_is_unique_over_all_tenants_and_found_in_any_case(store: TestStore) {
    let (one, two) = (tenant(&store).await, tenant(&store).await);
    let mut first = a_user();
    first.email = personal("Asha@Example.com");
    users::insert(&*store, one, &first, &personal("hash")).await.unwrap();
    let found = users::by_email(&*store, " asha@example.COM").await.unwrap().unwrap();
    assert_eq!((found.tenant, found.user), (one.tenant(), first.clone()));
    assert_eq!(found.password_hash, personal("hash"));
    assert!(users::by_email(&*store, "other@example.com").await.unwrap().is_none());

    let mut second = a_user();
    second.email = personal("asha@example.com");
    let refused = users::insert(&*store, two, &second, &personal("hash")).await;
    assert!(matches!(refused, Err(StorageError::Unique { what: "e-mail address" })), "{refused:?}");
    let mut third = a_user();
    third.extension.clone_from(&first.extension);
    let refused = users::insert(&*store, one, &third, &personal("hash")).await;
    assert!(matches!(refused, Err(StorageError::Unique { what: "extension" })), "{refused:?}");
    users::insert(&*store, two, &third, &personal("hash")).await.unwrap();
}

async fn session(store: &Store, scope: TenantScope, user_id: UserId, token: &str) -> Session {
    let session = Session {
        id: SessionId::new(uuid()),
        user_id,
        device: Device::Desktop,
        user_agent: "Switchboard/0.1".into(),
        created_at: NOW,
        last_used_at: NOW,
        expires_at: at(1_000_000),
        revoked: None,
    };
    sessions::create(store, scope, &session, &personal(token)).await.unwrap();
    session
}

async fn rotate(store: &Store, token: &str, next: &str, ms: i64) -> Rotation {
    exchange(store, token, None, next, ms).await
}

async fn exchange(store: &Store, token: &str, attempt: Option<&str>, next: &str, ms: i64) -> Rotation {
    let (token, attempt, next) = (personal(token), attempt.map(personal), personal(next));
    let exchange = Exchange { token: &token, attempt: attempt.as_ref(), next: &next };
    sessions::rotate(store, exchange, at(ms), at(ms + 1_000_000)).await.unwrap()
}

async fn the_same_attempt_gets_the_same_token_until_that_is_used(store: TestStore) {
    let scope = tenant(&store).await;
    let user = user(&store, scope).await;
    let session = session(&store, scope, user, "t1").await;
    let first = exchange(&store, "t1", Some("a1"), "t2", 10).await;
    let Rotation::Rotated(owner) = first else { panic!("the first use rotates: {first:?}") };
    for ms in [20, 30] {
        assert_eq!(exchange(&store, "t1", Some("a1"), "t2", ms).await, Rotation::Repeated(owner));
    }
    assert!(matches!(exchange(&store, "t2", Some("a2"), "t3", 40).await, Rotation::Rotated(_)));
    assert_eq!(exchange(&store, "t1", Some("a1"), "t2", 50).await, Rotation::Reused(owner));
    assert_eq!(exchange(&store, "t2", Some("a2"), "t3", 60).await, Rotation::Ended(owner));
    let after = sessions::get(&*store, scope, session.id).await.unwrap().unwrap();
    assert_eq!(after.revoked, Some(Revoked::TokenReused));
}

async fn another_attempt_with_a_used_token_ends_the_family(store: TestStore) {
    let scope = tenant(&store).await;
    let user = user(&store, scope).await;
    // Another attempt, none, the right one that would get another token, and an attempt where there was none.
    let uses = [
        (Some("a1"), Some("a2"), "next"),
        (Some("a1"), None, "next"),
        (Some("a1"), Some("a1"), "other"),
        (None, Some("a1"), "next"),
    ];
    for (n, (first, second, next)) in uses.into_iter().enumerate() {
        let token = format!("token{n}");
        session(&store, scope, user, &token).await;
        assert!(matches!(exchange(&store, &token, first, &format!("next{n}"), 10).await, Rotation::Rotated(_)));
        let again = exchange(&store, &token, second, &format!("{next}{n}"), 20).await;
        assert!(matches!(again, Rotation::Reused(_)), "{n}: {again:?}");
        let ended = exchange(&store, &format!("next{n}"), None, "x", 30).await;
        assert!(matches!(ended, Rotation::Ended(_)), "{n}: {ended:?}");
    }
}

async fn a_refresh_token_works_once_and_its_second_use_ends_the_family(store: TestStore) {
    let scope = tenant(&store).await;
    let user = user(&store, scope).await;
    let session = session(&store, scope, user, "t1").await;
    assert_eq!(sessions::get(&*store, scope, session.id).await.unwrap(), Some(session.clone()));

    let Rotation::Rotated(owner) = rotate(&store, "t1", "t2", 10).await else { panic!("the first use rotates") };
    assert_eq!((owner.tenant, owner.user, owner.session), (scope.tenant(), user, session.id));
    assert!(matches!(rotate(&store, "t2", "t3", 20).await, Rotation::Rotated(_)));
    assert_eq!(rotate(&store, "t1", "stolen", 30).await, Rotation::Reused(owner));
    assert_eq!(rotate(&store, "t3", "t4", 40).await, Rotation::Ended(owner));
    assert_eq!(rotate(&store, "stolen", "x", 40).await, Rotation::Unknown);
    let after = sessions::get(&*store, scope, session.id).await.unwrap().unwrap();
    assert_eq!(after.revoked, Some(Revoked::TokenReused));
    assert!(sessions::of_user(&*store, scope, user, at(50)).await.unwrap().is_empty());
}

async fn of_many_uses_of_one_token_at_once_one_rotates(store: TestStore) {
    let scope = tenant(&store).await;
    let user = user(&store, scope).await;
    session(&store, scope, user, "shared").await;
    let store = Arc::new(store);
    let uses = (0..8).map(|n| {
        let store = Arc::clone(&store);
        tokio::spawn(async move { rotate(&store, "shared", &format!("next{n}"), 10).await })
    });
    let mut rotated = 0;
    for done in uses.collect::<Vec<_>>() {
        rotated += usize::from(matches!(done.await.unwrap(), Rotation::Rotated(_)));
    }
    assert_eq!(rotated, 1);
    assert!(sessions::of_user(&**store, scope, user, at(20)).await.unwrap().is_empty(), "re-use ended the family");
}

async fn a_session_that_ran_out_or_was_ended_rotates_no_more(store: TestStore) {
    let scope = tenant(&store).await;
    let user = user(&store, scope).await;
    session(&store, scope, user, "old").await;
    assert!(matches!(rotate(&store, "old", "next", 1_000_000).await, Rotation::Ended(_)));
    let ended = session(&store, scope, user, "signed-out").await;
    assert!(sessions::revoke(&*store, scope, ended.id, Revoked::SignedOut, at(1)).await.unwrap());
    assert!(!sessions::revoke(&*store, scope, ended.id, Revoked::ByAdmin, at(2)).await.unwrap());
    assert!(matches!(rotate(&store, "signed-out", "next", 10).await, Rotation::Ended(_)));
    let kept = sessions::get(&*store, scope, ended.id).await.unwrap().unwrap();
    assert_eq!(kept.revoked, Some(Revoked::SignedOut));
}

async fn a_password_change_ends_every_other_session(store: TestStore) {
    let scope = tenant(&store).await;
    let (asha, other) = (user(&store, scope).await, user(&store, scope).await);
    let kept = session(&store, scope, asha, "a").await;
    let gone = session(&store, scope, asha, "b").await;
    session(&store, scope, other, "c").await;
    let ended =
        sessions::revoke_all(&*store, scope, asha, Some(kept.id), Revoked::PasswordChanged, at(1)).await.unwrap();
    assert_eq!(ended, vec![gone.id]);
    assert_eq!(sessions::of_user(&*store, scope, asha, at(2)).await.unwrap().len(), 1);
    assert_eq!(sessions::of_user(&*store, scope, other, at(2)).await.unwrap().len(), 1);
}

async fn families_that_ran_out_are_forgotten(store: TestStore) {
    let scope = tenant(&store).await;
    let user = user(&store, scope).await;
    session(&store, scope, user, "old").await;
    assert_eq!(sessions::purge(&*store, at(1_000_000)).await.unwrap(), 0);
    assert_eq!(sessions::purge(&*store, at(1_000_001)).await.unwrap(), 1);
    assert_eq!(rotate(&store, "old", "next", 5).await, Rotation::Unknown);
}
