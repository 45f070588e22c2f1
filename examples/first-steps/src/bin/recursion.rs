//! Calls coroutines recursively. A recursive coroutine must be boxed, like a recursive `async fn`.
//! The option `boxed` costs one allocation for each call.
//! `cargo run -p first-steps --bin recursion` prints
//!
//! ```text
//! moves for 5 discs: 31
//! the tree sums to 28
//! 1,000 levels deep: 1000
//! ```

use r#gen::{self as g, yield_};

/// Solves the tower of Hanoi, with one step in each turn of the loop.
#[g::coroutine(boxed)]
fn hanoi(discs: u32, moves: &mut u32) -> g::Result {
    if discs == 0 {
        return Ok(());
    }
    yield_!(hanoi(discs - 1, moves))?;
    yield_!(g::moment())?;
    *moves += 1;
    yield_!(hanoi(discs - 1, moves))
}

struct Tree {
    value: u32,
    children: Vec<Tree>,
}

/// Sums the children of each node in parallel.
#[g::coroutine(boxed)]
fn sum(tree: &Tree) -> g::Result<u32> {
    let below = yield_!(tree.children.iter().map(sum).collect::<Vec<_>>())?;
    Ok(tree.value + below.into_iter().sum::<u32>())
}

fn tree(value: u32) -> Tree {
    let children = if value < 4 { vec![tree(value * 2), tree(value * 2 + 1)] } else { Vec::new() };
    Tree { value, children }
}

#[g::coroutine(boxed)]
fn depth(left: u32) -> g::Result<u32> {
    if left == 0 {
        return Ok(0);
    }
    Ok(yield_!(depth(left - 1))? + 1)
}

#[g::main]
fn main() -> g::Result {
    let mut moves = 0;
    yield_!(hanoi(5, &mut moves))?;
    println!("moves for 5 discs: {moves}");
    println!("the tree sums to {}", yield_!(sum(&tree(1)))?);
    println!("1,000 levels deep: {}", yield_!(depth(1_000))?);
    Ok(())
}
