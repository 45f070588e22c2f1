//! Errors that name a type.

/// Defines an error whose message names a type: `{}` in the message.
macro_rules! type_error {
    ($(#[$doc:meta])* $name:ident: $message:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct $name {
            type_name: &'static str,
        }

        impl $name {
            pub(crate) fn new(type_name: &'static str) -> Self {
                $name { type_name }
            }

            /// The name of the type, for messages.
            #[must_use]
            pub fn type_name(&self) -> &'static str {
                self.type_name
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, $message, self.type_name)
            }
        }

        impl std::error::Error for $name {}
    };
}

pub(crate) use type_error;
