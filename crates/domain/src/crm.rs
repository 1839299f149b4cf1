//! Keeping leads in step with a customer's CRM: what its records say, who wins when both sides have changed, where reading it
//! goes on, and how long to wait for it.

mod pace;
mod page;
mod path;
mod plan;
mod reconcile;
mod record;
mod walk;
mod write;

pub use pace::{MOST_WAIT, back_off};
pub use page::{PageProblem, PageRead, read_page};
pub use path::{is_path, text_at, value_at};
pub use plan::{CrmApi, CrmField, CrmFlow, CrmPlan, CrmPush, CrmRule, PlanProblem, SinceAs};
pub use reconcile::{Decision, Seen, Sides, Texts, Verdict, reconcile};
pub use record::{MOST_ID, Record, RecordProblem, by_our_clock, external_id, instant, read_record};
pub use walk::{Place, RESUME_WITHIN, Walk, next_since};
pub use write::body_of;

#[cfg(test)]
mod tests;
