use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result {
    struct Type;
    impl Type {
        const ONE: u32 = yield_!(std::future::ready(1)).unwrap();
        //~^ gen: `yield_!` cannot stand in a constant: the compiler evaluates it
        //~| help: yield into a `let` before it; if it is the length of an array, use a `Vec`
    }
    yield_!(gen::moment())
}

fn main() {}
