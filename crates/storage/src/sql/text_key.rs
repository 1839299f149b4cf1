//! Enums that are stored as a word.

/// The words are part of the stored data: they may be added to, never renamed.
pub(crate) trait TextKey: Sized {
    fn from_key(key: &str) -> Option<Self>;
}

impl TextKey for domain::role::Role {
    fn from_key(key: &str) -> Option<Self> {
        Self::parse(key)
    }
}

macro_rules! text_keys {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $key:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)+
        }

        impl $name {
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word in the store, the same as on the wire.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $key,)+
                }
            }

            pub fn parse(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|value| value.as_str() == text)
            }
        }

        impl $crate::sql::TextKey for $name {
            fn from_key(key: &str) -> Option<Self> {
                Self::parse(key)
            }
        }

        impl From<$name> for $crate::sql::Arg {
            fn from(value: $name) -> Self {
                Self::from(value.as_str())
            }
        }
    };
}
pub(crate) use text_keys;
