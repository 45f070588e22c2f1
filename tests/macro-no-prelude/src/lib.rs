//! T8: coroutines in a crate where the names of the prelude mean something else. This file tests
//! that they compile; `tests/runs.rs` also runs them.
#![no_implicit_prelude]
#![allow(missing_docs, dead_code, unused_macros, clippy::wrong_self_convention, clippy::new_ret_no_self)]

mod core {}
mod std {}
mod alloc {}
mod gen {}
mod r#async {}

// Names that the emitted code might use without a full path.
pub enum Result {
    Ok,
    Err,
}
pub enum Option {
    Some,
    None,
}
pub struct Ok;
pub struct Err;
pub struct Some;
pub struct None;
pub struct Box;
pub struct Vec;
pub struct Pin;
pub struct Frame;
pub struct Meta;
pub struct String;
pub trait Future {}
pub trait Send {}
pub trait Sized {}
pub trait Fn {}
pub trait Never {}
pub trait Coroutine {}
pub fn machine() {}
pub fn output() {}
pub fn suspend() {}
pub fn y() {}
macro_rules! file {
    () => {
        ::std::compile_error!("the user's own")
    };
}
macro_rules! line {
    () => {
        ::std::compile_error!("the user's own")
    };
}
macro_rules! column {
    () => {
        ::std::compile_error!("the user's own")
    };
}
macro_rules! compile_error {
    () => {
        ::std::compile_error!("the user's own")
    };
}
macro_rules! format_args {
    () => {
        ::std::compile_error!("the user's own")
    };
}
macro_rules! stringify {
    () => {
        ::std::compile_error!("the user's own")
    };
}
macro_rules! bail {
    () => {
        ::std::compile_error!("the user's own")
    };
}
macro_rules! concat {
    () => {
        ::std::compile_error!("the user's own")
    };
}

/// Methods on every type, whose names the emitted code might use for methods of other traits.
pub trait Everything {
    fn poll(&self) {}
    fn send(&self) {}
    fn into(&self) {}
    fn into_future(&self) {}
    fn into_pending(&self) {}
    fn kind(&self) {}
    fn suspend(&self) {}
    fn resolve(&self) {}
    fn resume(&self) {}
    fn new(&self) {}
    fn unwrap(&self) {}
    fn frame(&self) {}
    fn start(&self) {}
    fn is_ready(&self) {}
    fn get_result(&self) {}
    fn catch_return(&self) {}
    fn bailed(&self) {}
}
impl<T: ?::std::marker::Sized> Everything for T {}

#[::r#gen::coroutine]
pub fn plain(a: u32, _: u32, (b, _): (u32, u32), ref c: u32, _d: u32) -> ::r#gen::Result<u32> {
    let n: u32 = ::gen::yield_!(::std::future::ready(a))?;
    let (m, _) = ::gen::yield_!((::std::future::ready(b), ::std::future::ready(())))?;
    let block = async { ::gen::yield_!(::std::future::ready(*c)) };
    ::std::result::Result::Ok(n + m + block.await?)
}

#[::r#gen::co(boxed, send)]
pub fn boxed(n: u32) -> ::r#gen::Result<u32> {
    if n == 0 {
        return ::std::result::Result::Ok(0);
    }
    ::std::result::Result::Ok(::gen::yield_!(boxed(n - 1))? + 1)
}

#[::r#gen::coroutine(dyn)]
pub fn erased(text: &str) -> usize {
    ::gen::yield_!(::std::future::ready(text.len())).unwrap_or(0)
}

#[::r#gen::coroutine(dyn(local))]
pub fn erased_local<T>(value: T) -> T {
    value
}

#[::r#gen::coroutine]
pub fn never() -> ! {
    ::std::panic!("the end")
}

pub struct This(pub u32);

impl This {
    #[::r#gen::coroutine]
    pub fn method(&mut self) -> u32 {
        self.0 += ::gen::yield_!(::std::future::ready(1)).unwrap_or(0);
        self.0
    }
}

#[::r#gen::engine]
pub fn started(n: u32) -> ::gen::Result {
    ::gen::yield_!(::gen::maybe_future!(n))?;
    ::std::result::Result::Ok(())
}

#[::r#gen::coroutine(returns)]
pub fn returned(n: u32) -> ::gen::Result<u32> {
    if n == 0 {
        ::std::result::Result::Err(::gen::Return(n))?;
    }
    ::gen::yield_!(::gen::convert_yielded!(::std::future::ready(n)))
}

#[::r#gen::coroutine]
pub fn points(n: u32) -> ::gen::Result<u32> {
    ::gen::yield_!(::gen::Callback::<u32>::new("key"))?.call(n);
    let block = async {
        ::gen::yield_!(::gen::Callback::<u32>::new("key"))?.call(2 * n);
        ::gen::yield_!(::gen::Wait::<u32>::new("key"))
    };
    ::std::result::Result::Ok(block.await? + ::gen::yield_!(::gen::Wait::<u32>::new("key"))?)
}

#[::r#gen::coroutine]
pub fn bails(n: u32) -> ::gen::Result<u32> {
    ::gen::ensure!(n > 0);
    ::gen::ensure!(n > 1, "{n} is too small");
    ::gen::ensure!(n > 2, ::std::fmt::Error);
    ::gen::yield_!(::std::future::ready(()))?;
    let text = if n > 3 { ::std::format_args!("the end") } else { ::gen::bail!("{} is three", n) };
    ::gen::bail!(::std::fmt::format(text))
}

#[::r#gen::engine]
pub fn engine(done: ::gen::Resolve<u32>) -> ::gen::Result {
    ::gen::yield_!(::gen::Callback::<u32>::new("key"))?.call(7);
    done.call(::gen::yield_!(::gen::Wait::<u32>::new("key"))?);
    ::std::result::Result::Ok(())
}
