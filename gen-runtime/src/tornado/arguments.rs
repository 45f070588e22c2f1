//! `Arguments`: what a callback was called with, when that differs from call to call.

use std::collections::BTreeMap;

/// The arguments of a callback that is called with different numbers of them, or by name: `Callback::<Arguments<T>>`.
///
/// A callback whose arguments are always the same needs no more than a tuple: `Callback::<(u32, String)>`. There is no counterpart to Tornado's rule that
/// a single argument comes bare, and none comes as `None`: the type says what comes.
///
/// ```
/// use gen::{yield_, Arguments, Callback, Wait};
///
/// #[gen::coroutine]
/// fn sum() -> gen::Result<i32> {
///     let callback = yield_!(Callback::<Arguments<i32>>::new("numbers"))?;
///     callback.call(Arguments::new([1, 2], [("more", 3)]));
///     let Arguments { args, kwargs } = yield_!(Wait::<Arguments<i32>>::new("numbers"))?;
///     Ok(args.iter().chain(kwargs.values()).sum())
/// }
/// assert_eq!(gen::run_sync(sum()).unwrap(), 6);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arguments<T> {
    /// Those that were given by position.
    pub args: Vec<T>,
    /// Those that were given by name.
    pub kwargs: BTreeMap<String, T>,
}

impl<T> Arguments<T> {
    /// Arguments by position and by name.
    pub fn new<N: Into<String>>(
        args: impl IntoIterator<Item = T>,
        kwargs: impl IntoIterator<Item = (N, T)>,
    ) -> Self {
        let kwargs = kwargs.into_iter().map(|(name, value)| (name.into(), value));
        Arguments { args: args.into_iter().collect(), kwargs: kwargs.collect() }
    }
}

/// They are equal to the plain pair.
impl<T: PartialEq> PartialEq<(Vec<T>, BTreeMap<String, T>)> for Arguments<T> {
    fn eq(&self, (args, kwargs): &(Vec<T>, BTreeMap<String, T>)) -> bool {
        self.args == *args && self.kwargs == *kwargs
    }
}
