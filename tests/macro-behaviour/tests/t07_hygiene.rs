//! T7: names of the user never conflict with ours, and a `macro_rules!` may emit a whole coroutine.

use gen::yield_;
use macro_behaviour::{drive, later};

#[gen::coroutine]
fn user_names(__frame: u8, __arg0: u8, output: u8) -> gen::Result<u8> {
    let machine = yield_!(later(__frame))?;
    let frame = yield_!(later(__arg0))?;
    let __frame = "mine";
    let yieldable = yield_!(later(yield_!(later(output))?))?;
    let element = 1;
    let (a, b) = yield_!((later(element), later(yieldable)))?;
    Ok(machine + frame + a + b + u8::try_from(__frame.len()).unwrap())
}

#[test]
fn t07_variables_may_have_the_names_of_ours() {
    assert_eq!(drive(user_names(1, 1, 1)).unwrap(), 8);
}

fn __function() -> u8 {
    1
}

fn __coroutine_site() -> u8 {
    2
}

#[gen::coroutine]
fn own_items() -> gen::Result<u8> {
    let of_the_module = yield_!(later(__function()))? + yield_!(later(__coroutine_site()))?;
    let inner = {
        fn __function() -> u8 {
            10
        }
        fn __coroutine_site() -> u8 {
            20
        }
        fn __coroutine_site_() -> u8 {
            30
        }
        let block = async { yield_!(later(__coroutine_site())) };
        yield_!(later(__function()))? + yield_!((later(__coroutine_site_()), block))?.0
    };
    Ok(of_the_module + inner)
}

#[gen::coroutine]
fn own_items_fail() -> gen::Result<u8> {
    fn __coroutine_site() {}
    __coroutine_site();
    yield_!(async { Err(gen::Error::new("failed")) })
}

#[test]
fn t07_items_may_have_the_names_of_ours() {
    assert_eq!(drive(own_items()).unwrap(), 3 + 40);
    let error = drive(own_items_fail()).unwrap_err();
    assert_eq!(error.trace()[0].function(), "own_items_fail");
}

mod own_macro {
    use macro_behaviour::later;

    #[allow(unused_macros)]
    macro_rules! yield_ {
        ($($t:tt)*) => {
            compile_error!("the user's own")
        };
    }
    fn y() -> u8 {
        1
    }

    #[gen::coroutine]
    pub(super) fn by_path() -> gen::Result<u8> {
        let suspend = |n| n;
        gen::yield_!(later(suspend(y())))
    }
}

#[test]
fn t07_the_user_may_have_a_macro_of_that_name() {
    assert_eq!(drive(own_macro::by_path()).unwrap(), 1);
}

struct Machine {
    n: u8,
}

impl Machine {
    const ONE: u8 = 1;

    #[gen::coroutine]
    fn names_self(&mut self) -> gen::Result<String> {
        println!("{} {}", Self::ONE, self.n);
        self.n += yield_!(later(Self::ONE))?;
        let text = format!("{}{n}", yield_!(later(self.n))?, n = Self::ONE);
        let closure = |more: u8| self.n + more + Self::ONE;
        Ok(format!("{text}{}", yield_!(later(closure(1)))?))
    }
}

#[test]
fn t07_self_may_be_named_in_macros_and_closures() {
    assert_eq!(drive(Machine { n: 1 }.names_self()).unwrap(), "214");
}

macro_rules! whole {
    ($name:ident($($argument:ident: $ty:ty),*) -> $output:ty, $e:expr, $body:block) => {
        #[gen::coroutine]
        fn $name($($argument: $ty),*) -> gen::Result<$output> {
            let before = yield_!(later($e))?;
            let (left, right) = yield_!((later($e), later($e)))?;
            let inner: gen::Result<$output> = $body;
            Ok(before + left + right + inner?)
        }
    };
}

whole!(made(_n: u32, _m: u32) -> u32, 1 + 1, { yield_!(later(1)) });

macro_rules! body_only {
    ($name:ident, $body:block) => {
        #[gen::coroutine]
        fn $name() -> gen::Result<u32> $body
    };
}

body_only!(made_of_a_block, { Ok(yield_!(later(1))? + yield_!(later(2))?) });

macro_rules! method {
    ($self:ident, $name:ident, $receiver:ty, $output:ty, $body:block) => {
        impl Machine {
            #[allow(clippy::needless_arbitrary_self_type)]
            #[gen::coroutine]
            fn $name($self: $receiver) -> $output $body
        }
    };
}

method!(self, with_self, &Self, gen::Result<u8>, { Ok(yield_!(later(self.n))? + Self::ONE) });

macro_rules! tuple_of {
    ($name:ident, $tuple:expr, $pattern:pat, $argument:ty) => {
        #[gen::coroutine]
        fn $name($pattern: $argument) -> gen::Result<(u8, u8)> {
            yield_!($tuple)
        }
    };
}

tuple_of!(made_tuple, (later(1), std::future::ready(Ok::<u8, std::fmt::Error>(2))), (_, _), (u8, u8));

macro_rules! items {
    ($($item:item)*) => { $( #[gen::coroutine] $item )* };
}

items! {
    fn first() -> u8 { 1 }
    fn second(n: u8) -> u8 { yield_!(later(n)).unwrap() }
}

#[test]
fn t07_a_whole_coroutine_may_be_made_by_a_macro() {
    assert_eq!(drive(made(1, 2)).unwrap(), 7);
    assert_eq!(drive(made_of_a_block()).unwrap(), 3);
    assert_eq!(drive(Machine { n: 1 }.with_self()).unwrap(), 2);
    assert_eq!(drive(made_tuple((0, 0))).unwrap(), (1, 2));
    assert_eq!((drive(first()), drive(second(2))), (1, 2));
}

macro_rules! never_output {
    ($ty:ty) => {
        #[gen::coroutine]
        fn never_made() -> $ty {
            panic!("made")
        }
    };
}

never_output!(!);

#[test]
#[should_panic(expected = "made")]
fn t07_the_never_type_may_come_from_a_macro() {
    drive(never_made());
}
