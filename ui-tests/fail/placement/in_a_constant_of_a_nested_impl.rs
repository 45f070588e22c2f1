use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result {
    struct Type;
    impl Type {
        const ONE: u32 = yield_!(std::future::ready(1)).unwrap();
        //~^ gen: `yield_!` cannot stand in a constant: the compiler computes it
        //~| help: yield before, into a `let`; a length that is known only then is that of a `Vec`
    }
    yield_!(gen::moment())
}

fn main() {}
