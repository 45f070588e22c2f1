//! T4: a yield is found wherever it stands, also in the arguments of macros, which are only tokens.
//! T1 to T3: yields in `async` blocks.

use std::fmt::Write as _;
use std::future::{ready, Future};
use std::pin::Pin;

use futures::{Stream, TryStreamExt};
use gen::yield_;
use macro_behaviour::{drive, later};

type Boxed<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

#[gen::coroutine]
fn in_standard_macros() -> gen::Result<String> {
    println!("{}", yield_!(later(1))?);
    let mut v = vec![yield_!(later(1))?, yield_!(later(2))?];
    v.push(0);
    assert_eq!(yield_!(later(3))?, v.iter().sum::<i32>(), "and {}", yield_!(later(4))?);
    assert!(yield_!(later(true))?);
    assert!(matches!(yield_!(later(Some(1)))?, Some(n) if n == yield_!(later(1))?));
    let mut text = format!("{}-{name}", yield_!(later("a"))?, name = yield_!(later("b"))?);
    write!(text, "-{}", yield_!(later("c"))?).unwrap();
    let _ = format_args!("{}", yield_!(later(1))?).to_string();
    Ok(text)
}

#[test]
fn t04_in_the_arguments_of_standard_macros() {
    assert_eq!(drive(in_standard_macros()).unwrap(), "a-b-c");
}

macro_rules! pass_expr {
    ($e:expr) => {
        $e
    };
}
macro_rules! pass_tokens {
    ($($t:tt)*) => { $($t)* };
}
macro_rules! pass_block {
    ($b:block) => {
        $b
    };
}

#[gen::coroutine]
fn in_user_macros() -> gen::Result<u32> {
    macro_rules! fetch {
        ($e:expr) => {
            yield_!(later($e))?
        };
    }
    let a = pass_expr!(yield_!(later(1))?);
    let b = pass_tokens!(yield_!(later(1))?);
    let c = pass_block!({ yield_!(later(1))? });
    let d = pass_expr!(pass_tokens!(pass_block!({ fetch!(1) })));
    Ok(a + b + c + d + fetch!(fetch!(1)))
}

#[test]
fn t04_in_the_arguments_of_user_macros_and_in_those_of_the_body() {
    assert_eq!(drive(in_user_macros()).unwrap(), 5);
}

struct Pair {
    left: u32,
    right: u32,
}

#[gen::coroutine]
fn in_odd_places(n: u32) -> gen::Result<u32> {
    let nested = yield_!(later(yield_!(later(n))?))?;
    let guarded = match n {
        n if n == yield_!(later(1))? => 1,
        _ => 0,
    };
    let Some(x) = yield_!(later(Some(1)))? else { return yield_!(later(0)) };
    let labelled = 'out: {
        if yield_!(later(true))? {
            break 'out yield_!(later(1))?;
        }
        0
    };
    let pair = Pair { left: yield_!(later(1))?, right: yield_!(later(1))? };
    let chained = yield_!(later("abc"))?.to_uppercase().len() + yield_!(later([1, 2]))?[0];
    let mut sum = 0;
    for i in yield_!(later([1, 2]))? {
        sum += yield_!(later(i))?;
    }
    while yield_!(later(sum))? < 5 {
        sum += 1;
    }
    let range: Vec<u32> = (yield_!(later(0))?..yield_!(later(2))?).collect();
    let by_path = gen::yield_!(later(1))? + ::gen::yield_! { later(1) }? + gen::yield_![later(1)]?;
    let index = [1, 2, 3][yield_!(later(1_usize))?];
    let negated = -yield_!(later(1))?;
    let cast = yield_!(later(1_u8))? as u32;
    let closure = |n: u32| n + 1;
    let called = closure(yield_!(later(1))?);
    Ok(nested
        + guarded
        + x
        + labelled
        + pair.left
        + pair.right
        + u32::try_from(chained).unwrap()
        + sum
        + range[1]
        + by_path
        + index
        + cast
        + called
        + (negated + 1) as u32)
}

#[test]
fn t04_wherever_an_expression_may_stand() {
    assert_eq!(drive(in_odd_places(1)).unwrap(), 1 + 1 + 1 + 1 + 2 + 4 + 5 + 1 + 3 + 2 + 1 + 2);
}

#[gen::coroutine]
fn struct_literal() -> gen::Result<u8> {
    struct Sleep {
        seconds: u8,
    }
    impl std::future::IntoFuture for Sleep {
        type Output = u8;
        type IntoFuture = std::future::Ready<u8>;
        fn into_future(self) -> Self::IntoFuture {
            ready(self.seconds)
        }
    }
    yield_!(Sleep { seconds: 3 })
}

#[test]
fn t04_a_struct_literal_can_be_yielded() {
    assert_eq!(drive(struct_literal()).unwrap(), 3);
}

#[gen::coroutine]
fn tuples() -> gen::Result<u32> {
    let (a, b) = yield_!((later(1), ready(Ok::<u32, std::fmt::Error>(2))))?;
    let (c,) = yield_!((later(3),))?;
    let d = yield_!((later(4)))?;
    let map = yield_!((ready(std::collections::HashMap::<u8, u32>::from([(1, 5)])), later(|| 0)))?;
    Ok(a + b + c + d + map.0[&1] + map.1())
}

#[test]
#[allow(unused_parens)]
fn t04_the_elements_of_a_literal_tuple_may_be_of_different_sorts() {
    assert_eq!(drive(tuples()).unwrap(), 15);
}

async fn join<A: Future + Unpin, B: Future + Unpin>(mut a: A, mut b: B) -> (A::Output, B::Output) {
    let (mut left, mut right) = (None, None);
    std::future::poll_fn(move |cx| {
        if left.is_none() {
            if let std::task::Poll::Ready(output) = Pin::new(&mut a).poll(cx) {
                left = Some(output);
            }
        }
        if right.is_none() {
            if let std::task::Poll::Ready(output) = Pin::new(&mut b).poll(cx) {
                right = Some(output);
            }
        }
        if left.is_some() && right.is_some() {
            return std::task::Poll::Ready((left.take().unwrap(), right.take().unwrap()));
        }
        std::task::Poll::Pending
    })
    .await
}

#[gen::coroutine]
fn joined() -> gen::Result<u32> {
    let base = 1;
    let left = Box::pin(async { yield_!(later(base)) });
    let right = Box::pin(async { Ok::<_, gen::Error>(yield_!(later(2))? + yield_!(later(3))?) });
    let (left, right) = join(left, right).await;
    Ok(left? + right?)
}

#[test]
fn t02_two_blocks_of_one_body_yield_side_by_side() {
    assert_eq!(drive(joined()).unwrap(), 6);
}

#[gen::coroutine]
fn escaping() -> Boxed<'static, gen::Result<u32>> {
    let n = yield_!(later(1)).unwrap();
    Box::pin(async move { Ok(n + yield_!(later(2))?) })
}

#[test]
fn t03_a_block_that_yields_may_outlive_the_body() {
    let block = drive(escaping());
    assert_eq!(drive(block).unwrap(), 3);
}

macro_rules! hidden {
    ($e:expr) => {
        async { $e }
    };
}

#[gen::coroutine]
fn awaits_the_block_of_another() -> gen::Result<u32> {
    let hidden = hidden!(yield_!(later(1)));
    let block = escaping().await;
    Ok(yield_!(block)? + hidden.await?)
}

#[test]
fn t01_a_yield_in_a_block_that_another_coroutine_drives_is_its_own() {
    assert_eq!(drive(awaits_the_block_of_another()).unwrap(), 4);
}

#[gen::coroutine]
fn async_closures() -> gen::Result<u32> {
    let with_block = async |n: u32| yield_!(later(n));
    let with_type = async move |n: u32| -> gen::Result<u32> { Ok(yield_!(later(n))? + 1) };
    #[rustfmt::skip]
    let with_expression = async |n: u32| yield_!(later(n)).map(|n| n + 1);
    let without_arguments = async || yield_!(later(1));
    let nested = async || (async || yield_!(later(1)))().await;
    #[rustfmt::skip]
    let moved = async move |n: u32| yield_!(later(n));
    Ok(with_block(1).await?
        + with_type(1).await?
        + with_expression(1).await?
        + without_arguments().await?
        + nested().await?
        + moved(1).await?
        + yield_!(later(1))?)
}

#[test]
fn t16_async_closures_may_yield() {
    assert_eq!(drive(async_closures()).unwrap(), 9);
}

#[gen::coroutine]
fn closures_that_make_blocks() -> gen::Result<Vec<u32>> {
    let blocks: Vec<_> = (0..3).map(|n| async move { yield_!(later(n)) }).collect();
    yield_!(blocks)
}

#[test]
fn t16_a_closure_may_make_blocks_that_yield() {
    assert_eq!(drive(closures_that_make_blocks()).unwrap(), [0, 1, 2]);
}

#[gen::coroutine]
fn outer() -> gen::Result<u32> {
    #[gen::coroutine]
    fn inner<const N: u32>(n: u32) -> gen::Result<u32> {
        Ok(yield_!(later(n))? + N)
    }
    struct Local;
    impl Local {
        #[gen::coroutine]
        fn method(&self) -> gen::Result<u32> {
            yield_!(inner::<{ 1 + 1 }>(1))
        }
    }
    let pointer: fn(u32) -> u32 = |n| n;
    Ok(yield_!(inner::<1>(pointer(1)))? + yield_!(Local.method())?)
}

#[test]
fn t16_a_coroutine_may_be_defined_in_a_coroutine() {
    assert_eq!(drive(outer()).unwrap(), 5);
}

/// A macro that makes an inner coroutine from tokens in which the outer attribute has already given
/// the yields a frame.
macro_rules! make {
    ($name:ident, $body:block) => {
        #[gen::coroutine]
        fn $name() -> gen::Result<u32> $body
    };
}

#[gen::coroutine]
fn outer_with_macro() -> gen::Result<u32> {
    make!(inner, { Ok(yield_!(later(1))? + yield_!((later(1), later(2)))?.1) });
    yield_!(inner())
}

#[test]
fn t16_a_frame_of_the_outer_walk_is_replaced() {
    assert_eq!(drive(outer_with_macro()).unwrap(), 3);
}

/// A macro that turns the functions among its tokens into coroutines.
macro_rules! coroutines {
    ($($item:item)*) => { $( #[gen::coroutine] $item )* };
}

#[gen::coroutine]
fn functions_in_a_macro() -> gen::Result<u32> {
    coroutines! {
        fn one() -> gen::Result<u32> {
            yield_!(later(1))
        }
        fn two() -> gen::Result<u32> {
            Ok(yield_!(one())? + 1)
        }
    }
    yield_!(two())
}

#[test]
fn t16_a_macro_in_the_body_may_make_coroutines() {
    assert_eq!(drive(functions_in_a_macro()).unwrap(), 2);
}

/// A macro that puts its tokens into an `async move` block, which the attribute cannot see.
macro_rules! moved_block {
    ($($t:tt)*) => { async move { $($t)* } };
}

#[gen::coroutine]
fn block_beside_another_yield(n: u32) -> gen::Result<u32> {
    let before = yield_!(later(n))?;
    let block = moved_block! { Ok::<u32, gen::Error>(yield_!(later(n))? + yield_!((later(1), later(2)))?.1) };
    let second = moved_block!(yield_!(later(before)));
    let between = yield_!(later(1))?;
    Ok(between + yield_!(block)? + yield_!(second)?)
}

/// A stream of the items that the body yields, made by a macro that puts the body into an `async
/// move` block.
#[gen::coroutine]
fn streams() -> gen::Result<Vec<u32>> {
    let first = yield_!(later(1))?;
    let numbers = async_stream::stream! {
        for n in first..4 {
            yield yield_!(later(n));
        }
    };
    let sums = async_stream::try_stream! {
        let mut sum = 0;
        for await n in numbers {
            sum += n? + yield_!(later(1))?;
            yield sum;
        }
    };
    let sums: Pin<Box<dyn Stream<Item = gen::Result<u32>> + Send>> = Box::pin(sums);
    let sums: Vec<u32> = yield_!(sums.try_collect::<Vec<_>>())?;
    let last = yield_!(later(10))?;
    Ok(sums.into_iter().chain([last]).collect())
}

#[gen::coroutine(boxed)]
fn boxed_with_a_block() -> gen::Result<u32> {
    let block = moved_block!(yield_!(later(1)));
    Ok(yield_!(later(1))? + block.await?)
}

#[gen::coroutine(dyn)]
fn erased_with_a_block() -> gen::Result<u32> {
    let block = moved_block!(yield_!(later(1)));
    Ok(yield_!(later(1))? + block.await?)
}

#[test]
fn t04_a_macro_may_move_a_yield_into_a_block_beside_another_yield() {
    assert_eq!(drive(block_beside_another_yield(1)).unwrap(), 1 + 3 + 1);
    assert_eq!(drive(streams()).unwrap(), [2, 5, 9, 10]);
    assert_eq!(drive(boxed_with_a_block()).unwrap() + drive(erased_with_a_block()).unwrap(), 4);
}

#[gen::coroutine]
fn blocks_within_blocks() -> gen::Result<u32> {
    let outer = async move {
        let first = yield_!(later(1))?;
        let inner = moved_block!(Ok::<u32, gen::Error>(yield_!(later(first))? + yield_!(later(2))?));
        Ok::<u32, gen::Error>(yield_!(later(3))? + inner.await?)
    };
    let closure = async || {
        let inner = moved_block!(yield_!(later(1)));
        Ok::<u32, gen::Error>(yield_!(later(1))? + inner.await?)
    };
    Ok(outer.await? + closure().await? + yield_!(later(1))?)
}

#[test]
fn t04_a_macro_may_move_a_yield_out_of_a_nested_block_too() {
    assert_eq!(drive(blocks_within_blocks()).unwrap(), 6 + 2 + 1);
}
