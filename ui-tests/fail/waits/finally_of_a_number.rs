//@ several: rustc checks the clean-up where it is given, and where the future is made

fn main() {
    let seven = async { gen::Ok(7) };
    let _ = gen::finally(seven, 7);
    //~^ gen: `{integer}` is no clean-up
    //~| note: write a closure that makes the coroutine of the clean-up: `gen::finally(body, || clean_up())`
    //~^^^ gen: `{integer}` is no clean-up
    //~| note: write a closure that makes the coroutine of the clean-up: `gen::finally(body, || clean_up())`
}
