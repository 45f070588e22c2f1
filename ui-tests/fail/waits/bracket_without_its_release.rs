use gen::yield_;

struct Connection;

#[gen::coroutine]
fn connect() -> gen::Result<Connection> {
    Ok(Connection)
}

#[gen::coroutine]
fn check(_connection: &mut Connection) -> gen::Result<u32> {
    Ok(1)
}

#[gen::coroutine]
fn body() -> gen::Result<u32> {
    yield_!(gen::bracket(connect(), check))
    //~^ gen: a bracket cannot be yielded without its release
    //~| note: write `yield_!(gen::bracket(..).release(..))`; `release_local` takes what is not `Send`, and `release_in_place` what borrows
}

fn main() {}
