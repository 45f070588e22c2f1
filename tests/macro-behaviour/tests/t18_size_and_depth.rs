//! T18: a coroutine is as large as the same `async fn`, nests without a `recursion_limit`, and
//! recurses in boxes.

use gen::yield_;
use macro_behaviour::{drive, later};

mod ours {
    use super::{later, yield_};

    #[gen::coroutine]
    pub(super) fn one(n: u64) -> gen::Result<u64> {
        yield_!(later(n))
    }
    #[gen::coroutine]
    pub(super) fn two(n: u64) -> gen::Result<u64> {
        Ok(yield_!(one(n))? + 1)
    }
    #[gen::coroutine]
    pub(super) fn three(n: u64, text: String) -> gen::Result<u64> {
        let a = yield_!(two(n))?;
        let b = yield_!(two(n))?;
        Ok(a + b + text.len() as u64)
    }
    #[gen::coroutine]
    pub(super) fn early((a, _): (String, String), n: u64) -> gen::Result<String> {
        if n == 0 {
            return Ok(a);
        }
        let buffer = [0_u8; 64];
        yield_!(later(()))?;
        Ok(format!("{a}{buffer:?}"))
    }
    #[gen::coroutine]
    pub(super) fn unit(_: String) {}
}

mod theirs {
    use super::later;

    pub(super) async fn one(n: u64) -> gen::Result<u64> {
        Ok(later(n).await)
    }
    pub(super) async fn two(n: u64) -> gen::Result<u64> {
        Ok(one(n).await? + 1)
    }
    pub(super) async fn three(n: u64, text: String) -> gen::Result<u64> {
        let a = two(n).await?;
        let b = two(n).await?;
        Ok(a + b + text.len() as u64)
    }
    pub(super) async fn early((a, _): (String, String), n: u64) -> gen::Result<String> {
        if n == 0 {
            return Ok(a);
        }
        let buffer = [0_u8; 64];
        later(()).await;
        Ok(format!("{a}{buffer:?}"))
    }
    pub(super) async fn unit(_: String) {}
}

#[test]
fn t18_a_coroutine_is_no_larger_than_its_async_fn() {
    let pairs = [
        ("one", size_of_val(&ours::one(1)), size_of_val(&theirs::one(1))),
        ("two", size_of_val(&ours::two(1)), size_of_val(&theirs::two(1))),
        ("three", size_of_val(&ours::three(1, String::new())), size_of_val(&theirs::three(1, String::new()))),
        (
            "early",
            size_of_val(&ours::early(Default::default(), 1)),
            size_of_val(&theirs::early(Default::default(), 1)),
        ),
        ("unit", size_of_val(&ours::unit(String::new())), size_of_val(&theirs::unit(String::new()))),
    ];
    for (name, ours, theirs) in pairs {
        assert!(ours <= theirs, "`{name}` takes {ours} bytes, the async fn {theirs}");
    }
    assert_eq!(
        drive(ours::three(1, "abc".to_owned())).unwrap(),
        drive(theirs::three(1, "abc".to_owned())).unwrap()
    );
    assert_eq!(
        drive(ours::early(Default::default(), 0)).unwrap(),
        drive(theirs::early(Default::default(), 0)).unwrap()
    );
    drive(ours::unit(String::new()));
    drive(theirs::unit(String::new()));
}

macro_rules! nest {
    ($name:ident) => {
        #[gen::coroutine]
        fn $name() -> gen::Result<u32> {
            yield_!(later(1))
        }
    };
    ($name:ident $next:ident $($rest:ident)*) => {
        #[gen::coroutine]
        fn $name() -> gen::Result<u32> {
            Ok(yield_!($next())? + 1)
        }
        nest!($next $($rest)*);
    };
}

// rustc computes layouts within layouts to a depth of 128. A level of nested `async fn`s takes four
// of these, a level of our coroutines six.
nest!(n0 n1 n2 n3 n4 n5 n6 n7 n8 n9 n10 n11 n12 n13 n14 n15 n16 n17 n18 n19);

#[test]
fn t18_twenty_levels_need_no_recursion_limit() {
    assert_eq!(drive(n0()).unwrap(), 20);
}

mod behind_a_box {
    use super::*;

    #[gen::coroutine(boxed)]
    fn boxed() -> gen::Result<u32> {
        Ok(yield_!(n0())? + 1)
    }

    macro_rules! nest_over_the_box {
        ($name:ident) => {
            #[gen::coroutine]
            fn $name() -> gen::Result<u32> {
                Ok(yield_!(boxed())? + 1)
            }
        };
        ($name:ident $next:ident $($rest:ident)*) => {
            #[gen::coroutine]
            fn $name() -> gen::Result<u32> {
                Ok(yield_!($next())? + 1)
            }
            nest_over_the_box!($next $($rest)*);
        };
    }

    nest_over_the_box!(m0 m1 m2 m3 m4 m5 m6 m7 m8 m9 m10 m11 m12 m13 m14 m15 m16 m17 m18);

    #[test]
    fn t18_behind_a_box_the_levels_are_counted_anew() {
        assert_eq!(drive(m0()).unwrap(), 40);
    }
}

#[gen::coroutine(boxed)]
fn countdown(n: u32) -> gen::Result<u32> {
    if n == 0 {
        return Ok(0);
    }
    Ok(yield_!(countdown(n - 1))? + 1)
}

#[gen::coroutine(boxed)]
fn even(n: u32) -> gen::Result<bool> {
    if n == 0 {
        Ok(true)
    } else {
        yield_!(odd(n - 1))
    }
}

#[gen::coroutine]
fn odd(n: u32) -> gen::Result<bool> {
    if n == 0 {
        Ok(false)
    } else {
        yield_!(even(n - 1))
    }
}

#[test]
fn t18_a_thousand_levels_of_boxed_recursion_fit_a_test_thread() {
    assert_eq!(drive(countdown(1000)).unwrap(), 1000);
    assert!(drive(even(10)).unwrap());
}
