//@ rustc: as for functions: write `#[gen::coroutine(boxed)]`

use gen::yield_;

struct Tree(Option<Box<Tree>>);

impl Tree {
    #[gen::coroutine]
    fn depth(&self) -> gen::Result<u32> {
    //~^ rustc: recursion in an async block requires boxing
        match &self.0 {
            Some(inner) => Ok(yield_!(inner.depth())? + 1),
            None => Ok(0),
        }
    }
}

fn main() {}
