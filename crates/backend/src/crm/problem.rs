//! Records and leads that cannot be kept in step, and why.

use domain::{
    crm::RecordProblem,
    ids::{CrmProblemId, LeadId},
    imports::Reason,
};
use providers::crm::CrmError;
use serde::{Deserialize, Serialize};
use storage::crm::problems::Problem as ProblemRow;
use wire::crm::{CrmProblem, CrmProblemCode};

use crate::clock;

/// What is written beside the code: nothing of a person.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
struct Detail {
    path: Option<String>,
    reason: Option<Reason>,
    http_status: Option<u16>,
    other_id: Option<String>,
}

/// Why something is not in step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Refusal {
    NoId,
    Number { path: String, reason: Reason },
    Doubtful { path: String, reason: Reason },
    NumberTaken,
    SamePerson { other_id: String },
    LeadDeleted,
    NotThere,
    Refused { http_status: u16 },
}

const CODES: [(CrmProblemCode, &str); 8] = [
    (CrmProblemCode::NoId, "no_id"),
    (CrmProblemCode::Number, "number"),
    (CrmProblemCode::Doubtful, "doubtful"),
    (CrmProblemCode::NumberTaken, "number_taken"),
    (CrmProblemCode::SamePerson, "same_person"),
    (CrmProblemCode::LeadDeleted, "lead_deleted"),
    (CrmProblemCode::NotThere, "not_there"),
    (CrmProblemCode::Refused, "refused"),
];

impl From<RecordProblem> for Refusal {
    fn from(problem: RecordProblem) -> Self {
        match problem {
            RecordProblem::NoId => Self::NoId,
            RecordProblem::Number { path, reason } => Self::Number { path, reason },
        }
    }
}

impl Refusal {
    /// What the CRM said about one record.
    pub const fn of(error: &CrmError) -> Self {
        match error {
            CrmError::NotFound(_) => Self::NotThere,
            CrmError::Refused(status) | CrmError::Unauthorised(status) => Self::Refused { http_status: *status },
            // It answered, and not with a record.
            _ => Self::Refused { http_status: 200 },
        }
    }

    const fn code(&self) -> CrmProblemCode {
        match self {
            Self::NoId => CrmProblemCode::NoId,
            Self::Number { .. } => CrmProblemCode::Number,
            Self::Doubtful { .. } => CrmProblemCode::Doubtful,
            Self::NumberTaken => CrmProblemCode::NumberTaken,
            Self::SamePerson { .. } => CrmProblemCode::SamePerson,
            Self::LeadDeleted => CrmProblemCode::LeadDeleted,
            Self::NotThere => CrmProblemCode::NotThere,
            Self::Refused { .. } => CrmProblemCode::Refused,
        }
    }

    pub fn row(&self, external_id: Option<&str>, lead_id: Option<LeadId>) -> ProblemRow {
        let detail = match self {
            Self::Number { path, reason } | Self::Doubtful { path, reason } => {
                Detail { path: Some(path.clone()), reason: Some(*reason), ..Detail::default() }
            }
            Self::SamePerson { other_id } => Detail { other_id: Some(other_id.clone()), ..Detail::default() },
            Self::Refused { http_status } => Detail { http_status: Some(*http_status), ..Detail::default() },
            Self::NoId | Self::NumberTaken | Self::LeadDeleted | Self::NotThere => Detail::default(),
        };
        let code = self.code();
        let text = CODES.iter().find(|(known, _)| *known == code).map_or("refused", |(_, text)| *text);
        ProblemRow {
            id: CrmProblemId::new(clock::new_uuid()),
            external_id: external_id.map(ToOwned::to_owned),
            lead_id,
            code: text.to_owned(),
            detail: serde_json::to_string(&detail).unwrap_or_default(),
            times: 1,
            at: clock::now(),
        }
    }
}

pub(super) fn shown(row: ProblemRow) -> CrmProblem {
    let detail: Detail = serde_json::from_str(&row.detail).unwrap_or_default();
    let code = CODES.iter().find(|(_, text)| *text == row.code).map_or(CrmProblemCode::Refused, |(code, _)| *code);
    CrmProblem {
        id: row.id,
        external_id: row.external_id,
        lead_id: row.lead_id,
        code,
        path: detail.path,
        reason: detail.reason,
        http_status: detail.http_status,
        other_id: detail.other_id,
        times: row.times,
        at_ms: row.at,
    }
}
