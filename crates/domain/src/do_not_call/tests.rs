use uuid::Uuid;

use super::*;
use crate::{consent::Channel, imports::NumberProblem};

const NOW: UnixMillis = UnixMillis(1_795_178_700_000);

fn campaign(n: u128) -> CampaignId {
    CampaignId::new(Uuid::from_u128(n))
}

fn listed(listings: Vec<Listing>) -> Objections {
    Objections { listings, ..Objections::default() }
}

fn said(purpose: &str, given: bool, at: i64) -> Consent {
    Consent { channel: Channel::Call, purpose: purpose.to_owned(), given, at: UnixMillis(at) }
}

#[test]
fn an_entry_of_the_organisation_forbids_every_call_and_one_of_a_campaign_only_its_own() {
    let (one, other) = (Some(campaign(1)), Some(campaign(2)));
    let all = listed(vec![Listing { campaign: None, until: None }]);
    for asked in [one, other, None] {
        let expected = Err(Objection::Listed { until: None, of_campaign: false });
        assert_eq!(may_be_called(&all, asked, NOW), expected);
    }
    let own = listed(vec![Listing { campaign: one, until: None }]);
    assert_eq!(may_be_called(&own, one, NOW), Err(Objection::Listed { until: None, of_campaign: true }));
    assert_eq!(may_be_called(&own, other, NOW), Ok(()));
    assert_eq!(may_be_called(&own, None, NOW), Ok(()), "a call without a campaign is not the campaign's");
    assert!(own.for_ever(one) && !own.for_ever(other));
}

#[test]
fn an_entry_ends_at_its_instant_and_the_longest_one_is_named() {
    let until = |ms: i64| Listing { campaign: None, until: Some(UnixMillis(NOW.0 + ms)) };
    let both = listed(vec![until(1_000), until(5_000), until(-1)]);
    let expected = Objection::Listed { until: Some(UnixMillis(NOW.0 + 5_000)), of_campaign: false };
    assert_eq!(may_be_called(&both, None, NOW), Err(expected));
    assert_eq!(may_be_called(&both, None, UnixMillis(NOW.0 + 5_000)), Ok(()));
    assert!(!both.for_ever(None));
    let ever = listed(vec![until(5_000), Listing { campaign: None, until: None }]);
    assert_eq!(may_be_called(&ever, None, NOW), Err(Objection::Listed { until: None, of_campaign: false }));
}

#[test]
fn consent_that_was_withdrawn_keeps_from_calling_until_it_is_given_again() {
    let mut objections = Objections { calls: vec![said("marketing", true, 1)], ..Objections::default() };
    assert_eq!(may_be_called(&objections, None, NOW), Ok(()));
    objections.calls.push(said("marketing", false, 2));
    objections.calls.push(said("service", true, 3));
    let withdrawn = Objection::Withdrawn { purpose: "marketing".to_owned() };
    assert_eq!(may_be_called(&objections, None, NOW), Err(withdrawn));
    objections.calls.insert(0, said("marketing", true, 4));
    assert_eq!(may_be_called(&objections, None, NOW), Ok(()));
}

#[test]
fn a_mark_goes_before_everything() {
    let marked = Objections { marked: true, ..listed(vec![Listing { campaign: None, until: None }]) };
    assert_eq!(may_be_called(&marked, None, NOW), Err(Objection::Marked));
}

#[test]
fn an_answer_of_the_registry_counts_until_it_expires_and_then_has_to_be_asked_for_again() {
    let with = |registry| Objections { registry, ..Objections::default() };
    let until = UnixMillis(NOW.0 + 1_000);
    let listed = with(RegistryAnswer::Known { listed: true, until });
    assert_eq!(may_be_called(&listed, None, NOW), Err(Objection::InRegistry { until }));
    assert_eq!(may_be_called(&listed, None, until), Err(Objection::RegistryUnknown));
    let free = with(RegistryAnswer::Known { listed: false, until });
    assert_eq!(may_be_called(&free, None, NOW), Ok(()));
    assert_eq!(may_be_called(&free, None, until), Err(Objection::RegistryUnknown));
    assert_eq!(may_be_called(&with(RegistryAnswer::NotAsked), None, NOW), Err(Objection::RegistryUnknown));
    assert_eq!(may_be_called(&with(RegistryAnswer::NotUsed), None, NOW), Ok(()));
    let asks = |of: &Objections, now| needs_asking(of.registry, now);
    assert!(!asks(&free, NOW) && asks(&free, until) && asks(&with(RegistryAnswer::NotAsked), NOW));
    assert!(!asks(&with(RegistryAnswer::NotUsed), NOW));
    let withdrawn = Objections { calls: vec![said("marketing", false, 1)], ..with(RegistryAnswer::NotAsked) };
    assert!(matches!(may_be_called(&withdrawn, None, NOW), Err(Objection::Withdrawn { .. })));
}

#[test]
fn a_list_is_read_with_a_header_several_columns_and_wrong_lines() {
    let text = "\u{feff}name,number\nAsha,98123 00021\n\n\"+91 98123 00022\";asked in writing\nnone\n12345\n";
    let lines: Vec<(u32, Result<String, NumberProblem>)> = read_list(text, "IN")
        .into_iter()
        .map(|one| (one.line, one.number.map(|found| found.as_str().into())))
        .collect();
    let expected = [
        (2, Ok("+919812300021".to_owned())),
        (4, Ok("+919812300022".to_owned())),
        (5, Err(NumberProblem::Missing)),
        (6, Err(NumberProblem::NotInUse)),
    ];
    assert_eq!(lines, expected);
    assert_eq!(read_list("", "IN"), []);
}
