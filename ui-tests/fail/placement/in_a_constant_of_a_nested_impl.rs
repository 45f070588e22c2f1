use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result {
    struct Type;
    impl Type {
        const ONE: u32 = yield_!(std::future::ready(1)).unwrap();
        //~^ gen: `yield_!` cannot stand in a constant: the compiler computes it
        //~| help: yield before, and use a variable
    }
    yield_!(gen::moment())
}

fn main() {}
