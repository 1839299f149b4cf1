//! What the analyser reads from exchanges and conversations, and what holds for any text.

#[cfg(test)]
mod common;
#[cfg(test)]
mod conclusions;
#[cfg(test)]
mod conversations;
#[cfg(test)]
mod corpus;
#[cfg(test)]
mod properties;
