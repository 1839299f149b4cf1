//! What the analyser reads from exchanges and conversations, and what holds for any text.

mod common;
mod conversations;
mod corpus;
mod properties;
