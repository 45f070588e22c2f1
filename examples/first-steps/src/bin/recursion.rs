//! Calls coroutines recursively. A recursive coroutine must be boxed, like a recursive `async fn`.
//! The option `boxed` costs one allocation for each call.
//! `cargo run -p first-steps --bin recursion` prints
//!
//! ```text
//! moves for 5 discs: 31
//! the tree sums to 28
//! 1,000 levels deep: 1000
//! ```

use gen::yield_;

/// Solves the tower of Hanoi, with one step in each turn of the loop.
#[gen::coroutine(boxed)]
fn hanoi(discs: u32, moves: &mut u32) -> gen::Result {
    if discs == 0 {
        return Ok(());
    }
    yield_!(hanoi(discs - 1, moves))?;
    yield_!(gen::moment())?;
    *moves += 1;
    yield_!(hanoi(discs - 1, moves))
}

struct Tree {
    value: u32,
    children: Vec<Tree>,
}

/// Sums the children of each node in parallel.
#[gen::coroutine(boxed)]
fn sum(tree: &Tree) -> gen::Result<u32> {
    let below = yield_!(tree.children.iter().map(sum).collect::<Vec<_>>())?;
    Ok(tree.value + below.into_iter().sum::<u32>())
}

fn tree(value: u32) -> Tree {
    let children = if value < 4 { vec![tree(value * 2), tree(value * 2 + 1)] } else { Vec::new() };
    Tree { value, children }
}

#[gen::coroutine(boxed)]
fn depth(left: u32) -> gen::Result<u32> {
    if left == 0 {
        return Ok(0);
    }
    Ok(yield_!(depth(left - 1))? + 1)
}

#[gen::main]
fn main() -> gen::Result {
    let mut moves = 0;
    yield_!(hanoi(5, &mut moves))?;
    println!("moves for 5 discs: {moves}");
    println!("the tree sums to {}", yield_!(sum(&tree(1)))?);
    println!("1,000 levels deep: {}", yield_!(depth(1_000))?);
    Ok(())
}
