//! The live feed: what happens now, told to the screens that may see it.

mod feed;
mod reader;

pub use feed::{Audience, LiveFeed};
pub use reader::{FeedReader, ReaderError, Start};
