//! `Debug` for types that show their name only.

/// Implements `Debug` for a type: it prints as its name and two dots.
macro_rules! opaque_debug {
    ([$($parameters:tt)*] $name:ident $($arguments:tt)*) => {
        impl<$($parameters)*> std::fmt::Debug for $name $($arguments)* {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        }
    };
}

pub(crate) use opaque_debug;
