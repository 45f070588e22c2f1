//! Chains of functions, each of which waits for the next, with a leaf future at the end: of depth
//! 1, 3 and 10.

macro_rules! coroutine_chain {
    ($leaf:path: $first:ident $(, $outer:ident of $inner:ident)*) => {
        #[gen::coroutine]
        pub fn $first(n: u64) -> gen::Result<u64> {
            Ok(gen::yield_!($leaf(n))? + 1)
        }
        $(
            #[gen::coroutine]
            pub fn $outer(n: u64) -> gen::Result<u64> {
                Ok(gen::yield_!($inner(n))? + 1)
            }
        )*
    };
}

macro_rules! async_chain {
    ($leaf:path: $first:ident $(, $outer:ident of $inner:ident)*) => {
        pub async fn $first(n: u64) -> gen::Result<u64> {
            Ok($leaf(n).await? + 1)
        }
        $(
            pub async fn $outer(n: u64) -> gen::Result<u64> {
                Ok($inner(n).await? + 1)
            }
        )*
    };
}

macro_rules! chains {
    ($(#[$doc:meta] $name:ident $leaf:path;)*) => {
        $(
            #[$doc]
            #[allow(missing_docs)]
            pub mod $name {
                // Each chain has functions of its own: the compiler inlines a function that several
                // callers share differently.
                pub mod coroutines {
                    pub mod deep1 { coroutine_chain!($leaf: call); }
                    pub mod deep3 { coroutine_chain!($leaf: d1, d2 of d1, call of d2); }
                    pub mod deep10 { coroutine_chain!($leaf: d1, d2 of d1, d3 of d2, d4 of d3, d5 of d4, d6 of d5, d7 of d6, d8 of d7, d9 of d8, call of d9); }
                }
                pub mod async_fns {
                    pub mod deep1 { async_chain!($leaf: call); }
                    pub mod deep3 { async_chain!($leaf: d1, d2 of d1, call of d2); }
                    pub mod deep10 { async_chain!($leaf: d1, d2 of d1, d3 of d2, d4 of d3, d5 of d4, d6 of d5, d7 of d6, d8 of d7, d9 of d8, call of d9); }
                }
            }
        )*
    };
}

chains! {
    /// Chains whose leaf is ready.
    at_once crate::leaves::at_once;
    /// Chains whose leaf is pending once.
    later crate::leaves::later;
}
