#[gen::engine]
fn engine() -> impl Iterator<Item = u8> {
//~^ gen: an engine cannot return `std::array::IntoIter<{integer}, 1>`: no code would receive it (`ReturnValueIgnored`)
//~| note: an engine returns `()` or `gen::Result<()>`
//~| note: to return a value, write `#[gen::coroutine]`; the code that yields the call receives it
    [1].into_iter()
}

fn main() {}
