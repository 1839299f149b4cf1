use crate::ids::CallId;

/// Whose dialog with us is one of two that its owner wants joined (RFC 3891), and in which call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stands {
    pub call: CallId,
    pub role: Role,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    Customer,
    /// The number that the call was passed on to, or is to be.
    Outside,
    /// The telephone of the agent who has the call.
    Agent,
    /// The second line of that telephone, see [`crate::call::CallEvent::ConsultStarted`].
    Consult,
}

/// What joining two dialogs comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Join {
    /// The agent leaves their customer to the number with which they have spoken; it is one call all along.
    Leave { call: CallId },
    /// The customer of `from`, who was passed on, takes the place of the customer of `to`: whom they were passed on to has called
    /// there for them. The agent of `to`, or its queue, has them from now on.
    Move { from: CallId, to: CallId },
}

/// Why two dialogs are not joined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotJoined {
    #[error("each of the two calls has an agent, and no customer would be left")]
    NoCustomer,
    #[error("nobody of the two could go on with the other")]
    NoSense,
}

/// What is left when whoever asks leaves both dialogs. A customer has to be, and somebody of ours or a number to speak to.
///
/// # Errors
/// [`NotJoined`].
pub fn join(one: Stands, other: Stands) -> Result<Join, NotJoined> {
    let same = one.call == other.call;
    match (one.role, other.role) {
        (Role::Agent, Role::Consult) | (Role::Consult, Role::Agent) if same => Ok(Join::Leave { call: one.call }),
        (Role::Outside, Role::Customer) if !same => Ok(Join::Move { from: one.call, to: other.call }),
        (Role::Customer, Role::Outside) if !same => Ok(Join::Move { from: other.call, to: one.call }),
        (Role::Customer, Role::Customer) => Err(NotJoined::NoCustomer),
        _ => Err(NotJoined::NoSense),
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const fn stands(call: u128, role: Role) -> Stands {
        Stands { call: CallId::new(Uuid::from_u128(call)), role }
    }

    #[test]
    fn an_agent_leaves_their_customer_to_the_number_whichever_line_is_named() {
        let (first, second) = (stands(1, Role::Agent), stands(1, Role::Consult));
        let left = Ok(Join::Leave { call: first.call });
        assert_eq!((join(first, second), join(second, first)), (left, left));
        assert_eq!(join(first, stands(2, Role::Consult)), Err(NotJoined::NoSense));
    }

    #[test]
    fn a_customer_who_was_passed_on_goes_to_the_agent_whom_the_other_has_called() {
        let (passed_on, called) = (stands(1, Role::Outside), stands(2, Role::Customer));
        let moved = Ok(Join::Move { from: passed_on.call, to: called.call });
        assert_eq!((join(passed_on, called), join(called, passed_on)), (moved, moved));
    }

    #[test]
    fn nothing_else_is_joined() {
        let one = stands(1, Role::Customer);
        assert_eq!(join(one, stands(2, Role::Customer)), Err(NotJoined::NoCustomer));
        // A trunk that would rather carry the two itself.
        assert_eq!(join(one, stands(1, Role::Outside)), Err(NotJoined::NoSense));
        assert_eq!(join(stands(1, Role::Outside), stands(2, Role::Outside)), Err(NotJoined::NoSense));
        assert_eq!(join(stands(1, Role::Agent), stands(2, Role::Agent)), Err(NotJoined::NoSense));
        assert_eq!(join(stands(1, Role::Agent), one), Err(NotJoined::NoSense));
    }
}
