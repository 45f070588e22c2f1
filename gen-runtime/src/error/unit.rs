//! Errors without a field.

/// Defines the type of an error that has no field, with its message.
macro_rules! unit_error {
    ($(#[$doc:meta])* $visibility:vis $name:ident: $message:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[non_exhaustive]
        $visibility struct $name;

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str($message)
            }
        }

        impl std::error::Error for $name {}
    };
}

pub(crate) use unit_error;
