//! Carriers that do everything wrong, and what was lost by it: each kind of fault once.

use server::faults::{self, CarrierKind, EXOTEL_FAULTS, FaultPlan, TWILIO_FAULTS};

async fn nothing_is_lost(carrier: CarrierKind, calls: usize) {
    let folder = tempfile::tempdir().unwrap();
    let plan = FaultPlan { carrier, calls, agents: 4, faults: true, data_dir: folder.path().to_owned() };
    let report = faults::run(&plan, &|_| {}).await.unwrap();
    assert_eq!(report.lost(), 0, "{report}");
    assert_eq!(report.calls, calls, "{report}");
    assert_eq!((report.answered, report.stored), (calls, calls), "{report}");
    assert!(report.to_string().ends_with("lost: nothing"), "{report}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_with_twilio() {
    nothing_is_lost(CarrierKind::Twilio, TWILIO_FAULTS).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_with_exotel() {
    nothing_is_lost(CarrierKind::Exotel, EXOTEL_FAULTS).await;
}
