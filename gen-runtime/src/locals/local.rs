//! [`Local`]: its identity, and how its value is found.

use std::fmt;
use std::marker::PhantomData;

use super::kept::{Reach, SameTask};
use super::with_local::WithLocal;
use crate::bindings::{self, Bind, LocalId};
use crate::executor::current;

/// A value that code finds around it, without a parameter for it: declared by
/// [`local!`](crate::local!).
///
/// [`with`](Self::with) binds a value for a yieldable. Inside, at any depth, [`get`](Self::get) and
/// [`read`](Self::read) find the innermost value. Outside of all values there is none: they give
/// `None`. The docs of [`local!`](crate::local!) have an example.
///
/// It costs nothing where it is not used: a poll of [`with`](Self::with) moves a pointer of the
/// thread, and a look walks along the bindings around, of which each timeout is one.
///
/// # The code that sees a value
///
/// | code | sees | the `inherited` ones, and [`time_left`](crate::time_left) |
/// |---|---|---|
/// | a coroutine that is yielded or awaited; a future, a `join!` or a `select!` of any library | what is around | what is around |
/// | the children of a list, a map, a tuple, and of [`multi`](crate::multi()), [`first_of`](crate::first_of()), [`limit`](crate::limit()), [`hedge`](crate::hedge()), [`retry`](crate::retry()) | what is around the group | what is around the group |
/// | a child of a [`WaitIterator`](crate::WaitIterator) or of [`as_completed`](crate::Limit::as_completed) | what is around the yield of the next result | what is around that yield |
/// | a child of a [scope](crate::scope()) | what is around the scope | what is around the scope |
/// | a task of [`spawn`](crate::spawn), [`spawn_local`](crate::spawn_local), [`Remote::spawn`](crate::Remote::spawn), an [engine](macro@crate::engine) | nothing | what was around the call |
/// | the call of a [`batch`](crate::batch()) or a [`single_flight`](crate::single_flight()), which is for all of its loads | nothing | those where the batch was made |
/// | a callback of [`add_callback`](crate::IoLoopHandle::add_callback), [`call_later`](crate::IoLoopHandle::call_later), [`on_done`](crate::JoinHandle::on_done), [`context::wrap`](crate::context::wrap) and the like | nothing | what was around the call that scheduled it |
/// | the closure of [`from_callback`](crate::from_callback) | what is around | what is around |
/// | a closure of [`blocking`](crate::blocking()) | nothing | what was around the call |
/// | a thread, or a task, that another library has started | nothing, unless it is polled from within the binding | the same |
/// | the body of a [`run_sync`](crate::run_sync) or [`block_on`](crate::block_on) within another executor | nothing | what is around |
/// | a destructor of a future that is dropped within the [`with`](Self::with) | the value | the value |
/// | a destructor in a task that is dropped with its executor, or by code outside of the [`with`](Self::with) | what the code may see that drops it | the same |
///
/// A task that inherits a value shares it: nothing is cloned, and the value lives as long as the
/// last of the tasks. A task passes on the values that it has inherited itself. Another value that
/// is bound later is seen inside, and not by the tasks that were spawned before.
///
/// A deadline that is inherited is a point in time. A task on a loop of another thread, whose clock
/// is another one, compares it with its own clock.
pub struct Local<T: 'static, R = SameTask> {
    // Its address is the identity, so the type must have a size.
    name: &'static str,
    marker: PhantomData<fn() -> (T, R)>,
}

impl<T: 'static, R> Local<T, R> {
    /// Called by [`local!`](crate::local!).
    #[doc(hidden)]
    #[must_use]
    pub const fn new(name: &'static str) -> Self {
        Local { name, marker: PhantomData }
    }

    /// Returns a clone of the innermost value around; `None` if there is none.
    ///
    /// ```
    /// gen::local! { static REQUEST: u64; }
    ///
    /// let known = REQUEST.with(1, async { gen::Ok(REQUEST.get()) });
    /// assert_eq!(gen::run_sync(known.join()).unwrap(), Some(1));
    /// assert_eq!(REQUEST.get(), None);
    /// ```
    #[must_use]
    pub fn get(&'static self) -> Option<T>
    where
        T: Clone,
    {
        self.read(|value| value.cloned())
    }

    /// Calls `look` with the innermost value around, or with `None` if there is none.
    ///
    /// ```
    /// gen::local! { static USER: String; }
    ///
    /// fn user_is(name: &str) -> bool {
    ///     USER.read(|user| user.expect("called in a request") == name)
    /// }
    ///
    /// let known = USER.with("ada".to_owned(), async { gen::Ok(user_is("ada")) });
    /// assert!(gen::run_sync(known.join()).unwrap());
    /// ```
    pub fn read<O>(&'static self, look: impl FnOnce(Option<&T>) -> O) -> O {
        let id = LocalId::of(self);
        let mut look = Some(look);
        let found = bindings::find(|binding| {
            let value = binding.value(id)?.downcast_ref()?;
            look.take().map(|look| look(Some(value)))
        });
        match (found, look) {
            (Some(found), _) => found,
            (None, Some(look)) => {
                let inherited = current::inherited();
                look(inherited.as_ref().and_then(|inherited| inherited.value(id)?.downcast_ref()))
            }
            (None, None) => unreachable!("it was called, and has returned"),
        }
    }
}

impl<T: 'static, R: Reach<T>> Local<T, R> {
    /// Binds a value for a yieldable, and for all that runs in it.
    ///
    /// The value is dropped with the yieldable. Code that the yieldable has spawned sees the value
    /// only if the local was declared as `inherited`: see [`Local`].
    ///
    /// # Errors
    ///
    /// The errors of the yieldable.
    ///
    /// # Cancellation
    ///
    /// A cancellation goes to the yieldable.
    ///
    /// # Outside a coroutine
    ///
    /// [`join`](WithLocal::join) makes a future of it: `REQUEST.with(..).join().await`.
    #[doc(alias("scope", "bind", "locally"))]
    pub fn with<Y>(&'static self, value: T, yieldable: Y) -> WithLocal<R::Kept, Y> {
        WithLocal::new(R::keep(LocalId::of(self), value), yieldable)
    }
}

impl<T, R> fmt::Debug for Local<T, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Local").field(&format_args!("{}", self.name)).finish()
    }
}
