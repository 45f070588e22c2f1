//! `local!`, which declares a local.

/// Declares a local: a static whose value is that of the code around, such as the request that a
/// server is working on.
///
/// ```
/// gen::local! {
///     /// The request that is being served.
///     static REQUEST: u64;
///     /// Its tenant. Tasks that are spawned inherit it.
///     pub inherited static TENANT: &'static str;
/// }
///
/// #[gen::coroutine]
/// fn handle() -> gen::Result<String> {
///     gen::yield_!(gen::moment())?;
///     Ok(format!("request {:?} of {:?}", REQUEST.get(), TENANT.get()))
/// }
///
/// #[gen::coroutine]
/// fn serve() -> gen::Result {
///     let served = REQUEST.with(7, TENANT.with("blue", handle()));
///     assert_eq!(gen::yield_!(served)?, r#"request Some(7) of Some("blue")"#);
///
///     let spawns = async { gen::spawn(handle()).await };
///     let spawned = REQUEST.with(7, TENANT.with("blue", spawns));
///     assert_eq!(gen::yield_!(spawned)?, r#"request None of Some("blue")"#);
///     Ok(())
/// }
/// gen::run_sync(serve()).unwrap();
/// ```
///
/// The static is a [`Local`](crate::Local), whose docs have a table of the code that sees a value.
/// With `inherited` it is seen in the tasks that are spawned, too. Then the type must be `Send` and
/// `Sync`, since such a task may run on another thread.
///
/// (The function `gen::local`, with the feature `tokio`, has nothing to do with it: it marks a
/// place where a task may stay on its thread.)
#[macro_export]
#[doc(alias("task_local", "thread_local", "ContextVar"))]
macro_rules! local {
    () => {};
    ($(#[$attribute:meta])* $visibility:vis static $name:ident: $value:ty $(; $($more:tt)*)?) => {
        $(#[$attribute])*
        $visibility static $name: $crate::Local<$value> =
            $crate::Local::new($crate::__private::stringify!($name));
        $($crate::local! { $($more)* })?
    };
    ($(#[$attribute:meta])* $visibility:vis inherited static $name:ident: $value:ty $(; $($more:tt)*)?) => {
        $(#[$attribute])*
        $visibility static $name: $crate::Local<$value, $crate::Inherited> =
            $crate::Local::new($crate::__private::stringify!($name));
        $($crate::local! { $($more)* })?
    };
    ($($other:tt)+) => {
        $crate::__private::compile_error!(
            "write `static NAME: Type;`, or `inherited static NAME: Type;`"
        );
    };
}
