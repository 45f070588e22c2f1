//! `Arguments`: the arguments of a callback that takes different ones from call to call.

use std::collections::BTreeMap;

/// The arguments of a callback that takes different numbers of them, or takes them by name.
///
/// The type of the callback is then `Callback::<Arguments<T>>`. If its arguments are always the
/// same, a tuple is enough: `Callback::<(u32, String)>`. Tornado passes a single argument as it is,
/// and `None` for no argument. There is no such rule here: the type says what the callback takes.
///
/// ```
/// use gen::{yield_, Arguments, Callback, Wait};
///
/// #[gen::coroutine]
/// fn sum() -> gen::Result<i32> {
///     let callback = yield_!(Callback::<Arguments<i32>>::new("numbers"))?;
///     callback.call(Arguments::new([1, 2], [("more", 3)]));
///     let arguments = yield_!(Wait::<Arguments<i32>>::new("numbers"))?;
///     let Arguments { args, kwargs } = arguments;
///     Ok(args.iter().chain(kwargs.values()).sum())
/// }
/// assert_eq!(gen::run_sync(sum()).unwrap(), 6);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arguments<T> {
    /// The arguments that were given by position.
    pub args: Vec<T>,
    /// The arguments that were given by name.
    pub kwargs: BTreeMap<String, T>,
}

impl<T> Arguments<T> {
    /// Makes arguments of those by position and those by name.
    pub fn new<N: Into<String>>(
        args: impl IntoIterator<Item = T>,
        kwargs: impl IntoIterator<Item = (N, T)>,
    ) -> Self {
        let kwargs = kwargs.into_iter().map(|(name, value)| (name.into(), value));
        Arguments { args: args.into_iter().collect(), kwargs: kwargs.collect() }
    }
}

/// Arguments are equal to the pair of their fields.
impl<T: PartialEq> PartialEq<(Vec<T>, BTreeMap<String, T>)> for Arguments<T> {
    fn eq(&self, (args, kwargs): &(Vec<T>, BTreeMap<String, T>)) -> bool {
        self.args == *args && self.kwargs == *kwargs
    }
}
