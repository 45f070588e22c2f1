//! Coroutines that are methods.

use std::future::{ready, Future};
use std::pin::Pin;
use std::sync::Arc;

use r#gen::yield_;

/// A type whose methods are coroutines.
#[derive(Debug, Clone, Default)]
pub struct Type {
    n: u32,
    text: String,
}

impl Type {
    /// Takes `self` by value.
    #[r#gen::coroutine]
    pub fn by_value(self) -> String {
        self.text
    }

    /// Takes `self` by value, and changes it.
    #[r#gen::coroutine]
    pub fn by_mutable_value(mut self) -> Self {
        self.n += 1;
        self
    }

    /// Takes `self` by reference.
    #[r#gen::coroutine]
    pub fn by_reference(&self) -> &str {
        &self.text
    }

    /// Takes `self` by mutable reference.
    #[r#gen::coroutine]
    pub fn by_mutable_reference(&mut self, more: &str) -> usize {
        self.text.push_str(yield_!(ready(more)).unwrap_or(""));
        self.text.len()
    }

    /// Takes a pinned `self`.
    #[r#gen::coroutine]
    pub fn pinned(self: Pin<&mut Self>) -> u32 {
        self.n
    }

    /// Takes `self` in a box.
    #[r#gen::coroutine]
    pub fn in_a_box(self: Box<Self>) -> u32 {
        self.n
    }

    /// Takes `self` in an `Arc`.
    #[r#gen::coroutine]
    pub fn in_an_arc(self: Arc<Self>) -> u32 {
        self.n
    }

    /// Has named lifetimes.
    #[r#gen::coroutine]
    pub fn named<'a>(&'a self, other: &'a str) -> &'a str {
        if self.n > 0 {
            return other;
        }
        yield_!(ready(self.text.as_str())).unwrap_or(other)
    }
}

/// A trait whose methods are coroutines.
pub trait Trait {
    /// The type of the values that the methods yield.
    type Item;

    /// Declared.
    #[r#gen::coroutine]
    fn declared(&self, n: u32) -> Self::Item;

    /// A declared method that is `Send`.
    #[r#gen::coroutine(send)]
    fn declared_send(&self, _n: u32) -> u32;

    /// Provided.
    #[r#gen::coroutine]
    fn provided(&self, n: u32) -> Option<Self::Item> {
        yield_!(self.declared(n)).ok()
    }
}

impl Trait for Type {
    type Item = u64;

    #[r#gen::coroutine]
    fn declared(&self, n: u32) -> u64 {
        u64::from(self.n + n)
    }

    #[r#gen::coroutine(send)]
    fn declared_send(&self, n: u32) -> u32 {
        self.n + n
    }
}

/// A trait whose methods are erased coroutines.
pub trait Object {
    /// Declared.
    #[r#gen::coroutine(dyn)]
    fn declared(&self, text: &str) -> &str;

    /// Borrows two arguments.
    #[r#gen::coroutine(dyn)]
    fn two<'a>(&self, text: &'a str, _other: &mut String) -> &'a str;

    /// Provided.
    #[r#gen::coroutine(dyn)]
    fn provided(&self, n: u32) -> u32
    where
        Self: Sync,
    {
        n
    }
}

impl Object for Type {
    #[r#gen::coroutine(dyn)]
    fn declared(&self, text: &str) -> &str {
        let _: &str = yield_!(ready(text)).unwrap_or("");
        &self.text
    }

    #[r#gen::coroutine(dyn)]
    fn two<'a>(&self, text: &'a str, _other: &mut String) -> &'a str {
        text
    }
}

/// A coroutine that is erased and generic.
#[r#gen::coroutine(dyn)]
pub fn erased_generic<'a, T: Clone + Send + Sync, U, const N: usize>(
    list: &'a [T; N],
    value: U,
    text: &str,
) -> Option<&'a T>
where
    U: Into<usize> + Send,
{
    let n: usize = yield_!(ready(value.into())).unwrap_or(0);
    list.get(n + text.len())
}

/// A trait with an asynchronous method.
pub trait Native {
    /// An asynchronous method.
    fn native(&self, n: u32) -> impl Future<Output = u32> + Send;
}

impl Native for Type {
    #[r#gen::coroutine(send)]
    fn native(&self, n: u32) -> u32 {
        self.n + yield_!(ready(n)).unwrap_or(0)
    }
}
