//! Each form in which a coroutine may be written.

use std::fmt::Display;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;

use gen::{co, yield_};
use macro_behaviour::{drive, later};

#[gen::coroutine]
fn free(a: u32, mut b: u32) -> gen::Result<u32> {
    b += yield_!(later(a))?;
    Ok(b)
}

#[test]
fn a_free_function_yields_and_returns() {
    assert_eq!(drive(free(1, 2)).unwrap(), 3);
}

#[gen::coroutine]
fn unit() {
    let _ = yield_!(later(()));
}

#[co]
fn imported_name() -> u8 {
    1
}

#[test]
fn a_function_without_a_return_type_returns_unit() {
    let () = drive(unit());
    assert_eq!(drive(imported_name()), 1);
}

#[derive(Debug, Default)]
struct Counter {
    count: u32,
    name: String,
}

impl Counter {
    const STEP: u32 = 10;

    #[gen::coroutine]
    fn by_value(self) -> u32 {
        yield_!(later(self.count)).unwrap() + Self::STEP
    }

    #[gen::coroutine]
    fn by_mutable_value(mut self) -> Self {
        self.count += yield_!(later(1)).unwrap();
        self
    }

    #[gen::coroutine]
    fn by_reference(&self, suffix: &str) -> gen::Result<String> {
        let suffix = yield_!(later(suffix))?;
        Ok(format!("{}{suffix}", self.name))
    }

    #[gen::coroutine]
    fn by_mutable_reference(&mut self) -> gen::Result<&mut u32> {
        self.count += yield_!(later(1))?;
        Ok(&mut self.count)
    }

    #[gen::coroutine]
    fn pinned(self: Pin<&mut Self>) -> u32 {
        let this = self.get_mut();
        this.count += yield_!(later(1)).unwrap();
        this.count
    }

    #[gen::coroutine]
    fn in_a_box(self: Box<Self>) -> u32 {
        yield_!(later(self.count)).unwrap()
    }

    #[gen::coroutine]
    fn in_an_arc(self: Arc<Self>) -> usize {
        let _ = yield_!(later(()));
        Arc::strong_count(&self)
    }

    #[gen::coroutine]
    fn in_an_rc(self: Rc<Self>) -> usize {
        let _ = yield_!(later(()));
        Rc::strong_count(&self)
    }

    #[gen::coroutine]
    #[allow(clippy::needless_arbitrary_self_type)]
    fn typed_reference(self: &Self) -> u32 {
        yield_!(later(self.count)).unwrap()
    }

    #[gen::coroutine]
    fn without_receiver(count: u32) -> Self {
        Self { count: yield_!(later(count)).unwrap(), ..Self::default() }
    }
}

#[test]
fn a_method_may_have_any_receiver() {
    let counter = || Counter { count: 1, name: "n".to_owned() };
    assert_eq!(drive(counter().by_value()), 11);
    assert_eq!(drive(counter().by_mutable_value()).count, 2);
    assert_eq!(drive(counter().by_reference("x")).unwrap(), "nx");
    assert_eq!(*drive(counter().by_mutable_reference()).unwrap(), 2);
    assert_eq!(drive(Pin::new(&mut counter()).pinned()), 2);
    assert_eq!(drive(Box::new(counter()).in_a_box()), 1);
    assert_eq!(drive(Arc::new(counter()).in_an_arc()), 1);
    assert_eq!(drive(Rc::new(counter()).in_an_rc()), 1);
    assert_eq!(drive(counter().typed_reference()), 1);
    assert_eq!(drive(Counter::without_receiver(5)).count, 5);
}

#[test]
fn the_machine_keeps_its_receiver() {
    let counter = Arc::new(Counter::default());
    let coroutine = Arc::clone(&counter).in_an_arc();
    assert_eq!(Arc::strong_count(&counter), 2, "captured though it was never polled");
    drop(coroutine);
    assert_eq!(Arc::strong_count(&counter), 1);
}

trait Source {
    type Item;

    #[gen::coroutine]
    fn declared(&self, n: u32) -> gen::Result<Self::Item>;

    #[gen::coroutine(send)]
    fn declared_send(&self) -> u32;

    /// A provided method of a trait that every type implements.
    #[gen::coroutine]
    fn provided(&self, n: u32) -> gen::Result<(Self::Item, Self::Item)> {
        Ok((yield_!(self.declared(n))?, yield_!(self.declared(n + 1))?))
    }

    #[gen::coroutine]
    fn associated() -> &'static str
    where
        Self: Sized;
}

impl Source for Counter {
    type Item = u64;

    #[gen::coroutine]
    fn declared(&self, n: u32) -> gen::Result<u64> {
        Ok(u64::from(self.count + yield_!(later(n))?))
    }

    #[gen::coroutine(send)]
    fn declared_send(&self) -> u32 {
        yield_!(later(self.count)).unwrap()
    }

    #[gen::coroutine]
    fn associated() -> &'static str {
        "associated"
    }
}

fn assert_send<T: Send>(value: T) -> T {
    value
}

fn first_of<S: Source + Sync>(source: &S) -> u32 {
    drive(assert_send(source.declared_send()))
}

#[test]
fn a_trait_method_may_be_declared_provided_and_implemented() {
    let counter = Counter { count: 1, ..Counter::default() };
    assert_eq!(drive(counter.provided(1)).unwrap(), (2, 3));
    assert_eq!(first_of(&counter), 1);
    assert_eq!(drive(Counter::associated()), "associated");
}

#[gen::coroutine]
fn generic<T, const N: usize>(value: T, others: [T; N]) -> Vec<T>
where
    T: Clone + Unpin,
{
    let mut all = vec![yield_!(later(value)).unwrap()];
    all.extend(others);
    all
}

#[gen::coroutine]
fn anonymous(value: impl Display, values: &[impl Display]) -> String {
    let _ = yield_!(later(()));
    values.iter().fold(value.to_string(), |text, value| format!("{text} {value}"))
}

#[gen::coroutine]
fn patterns((a, _): (u32, u32), [b, .., c]: [u32; 4], Counter { count, .. }: Counter, _: u32) -> [u32; 4] {
    let _ = yield_!(later(()));
    [a, b, c, count]
}

#[gen::coroutine]
fn by_ref(ref name: String, ref mut count: u32, whole @ (first, _): (u8, u8)) -> (usize, u32, u8) {
    *count += yield_!(later(1)).unwrap();
    (name.len(), *count, first + whole.1)
}

#[test]
fn arguments_may_be_generic_anonymous_and_patterns() {
    assert_eq!(drive(generic(1, [2, 3])), [1, 2, 3]);
    assert_eq!(drive(anonymous(1, &["a", "b"])), "1 a b");
    let counter = Counter { count: 5, ..Counter::default() };
    assert_eq!(drive(patterns((1, 2), [3, 0, 0, 4], counter, 0)), [1, 3, 4, 5]);
    assert_eq!(drive(by_ref("abc".to_owned(), 1, (2, 3))), (3, 2, 5));
}

#[gen::coroutine]
fn configured(#[cfg(any())] gone: Missing, #[cfg(not(any()))] kept: u8, #[cfg(any())] _: Missing) -> u8 {
    kept
}

#[test]
fn an_argument_may_be_configured_away() {
    assert_eq!(drive(configured(3)), 3);
}

/// # Safety
///
/// Nothing is asked for.
#[gen::coroutine]
unsafe fn dangerous() -> u8 {
    yield_!(later(1)).unwrap()
}

#[test]
fn an_unsafe_function_stays_unsafe() {
    // SAFETY: nothing is asked for.
    assert_eq!(drive(unsafe { dangerous() }), 1);
}

#[gen::coroutine]
fn r#type(r#async: u8) -> u8 {
    yield_!(later(r#async)).unwrap()
}

#[test]
fn names_may_be_raw() {
    use gen::Coroutine;

    assert_eq!(drive(r#type(1)), 1);
    assert_eq!(r#type(1).name(), "type");
}

#[test]
fn a_coroutine_knows_its_name_and_where_it_is_defined() {
    use gen::Coroutine;

    let coroutine = free(1, 2);
    assert_eq!(coroutine.name(), "free");
    assert_eq!(coroutine.site().line(), 12);
    assert_eq!(coroutine.site().column(), 4);
    assert!(coroutine.site().file().ends_with("forms.rs"));
}

mod visible {
    #[gen::coroutine]
    pub(super) fn to_the_parent() -> u8 {
        #![allow(unused_variables)]
        let unused = 1;
        2
    }
}

#[test]
fn visibility_and_inner_attributes_are_kept() {
    assert_eq!(drive(visible::to_the_parent()), 2);
}
