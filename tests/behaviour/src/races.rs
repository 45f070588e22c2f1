//! Races of children that a test resolves by hand.

use crate::Child;

/// A coroutine that races children, and gives the position and the value of the first one.
pub type Race = fn(Vec<Child>) -> gen::BoxCoroutine<'static, gen::Result<(usize, u32)>>;

/// The children as an array, for a tuple.
///
/// # Panics
///
/// If they are not `N` children.
pub fn exactly<const N: usize>(children: Vec<Child>) -> [Child; N] {
    children.try_into().unwrap_or_else(|_| panic!("not {N} children"))
}

/// The [`Race`] of a list, of a map and of a tuple of three, in this order: `$race` makes the
/// yieldable of the children, and `$first` gets the first one out of its value.
///
/// ```
/// use behaviour::{races, Children, Task};
///
/// let of_each = races!(some => gen::first_ok(some).settle(), value => value.0);
/// let (children, futures) = Children::of(3);
/// children.set(0, Ok(10));
/// assert_eq!(Task::new(of_each[0](futures)).run().unwrap(), (0, 10));
/// ```
#[macro_export]
macro_rules! races {
    ($children:ident => $race:expr, $value:ident => $first:expr) => {{
        #[gen::coroutine]
        fn list($children: Vec<$crate::Child>) -> gen::Result<(usize, u32)> {
            let $value = gen::yield_!($race)?;
            Ok($first)
        }
        #[gen::coroutine]
        fn map(children: Vec<$crate::Child>) -> gen::Result<(usize, u32)> {
            let $children: std::collections::BTreeMap<_, _> = children.into_iter().enumerate().collect();
            let $value = gen::yield_!($race)?;
            Ok($first)
        }
        #[gen::coroutine]
        fn tuple(children: Vec<$crate::Child>) -> gen::Result<(usize, u32)> {
            let [a, b, c] = $crate::exactly(children);
            let $children = (a, b, c);
            let $value = gen::yield_!($race)?;
            let first = $first;
            Ok((first.position(), first.into_inner()))
        }
        let races: [$crate::Race; 3] = [
            |children| gen::BoxCoroutine::new(list(children)),
            |children| gen::BoxCoroutine::new(map(children)),
            |children| gen::BoxCoroutine::new(tuple(children)),
        ];
        races
    }};
}
