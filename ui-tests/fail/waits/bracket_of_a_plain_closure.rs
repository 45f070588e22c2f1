//@ rustc: a plain closure cannot say that its future borrows from its argument: write `async |connection| yield_!(check(connection))`, or the name of the function
//@ several: rustc checks the closure at each use of the bracket

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
fn end(_connection: Connection, _: gen::Exit) -> gen::Result {
    Ok(())
}

#[gen::coroutine]
fn body() -> gen::Result<u32> {
    yield_!(gen::bracket(connect(), |connection| check(connection)).release(end))
    //~^ rustc: implementation of `AsyncFnOnce` is not general enough
    //~^^ rustc: implementation of `AsyncFnOnce` is not general enough
    //~^^^ rustc: implementation of `AsyncFnOnce` is not general enough
    //~^^^^ rustc: implementation of `AsyncFnOnce` is not general enough
    //~^^^^^ rustc: implementation of `AsyncFnOnce` is not general enough
    //~^^^^^^ rustc: implementation of `AsyncFnOnce` is not general enough
    //~^^^^^^^ rustc: implementation of `AsyncFnOnce` is not general enough
    //~^^^^^^^^ rustc: implementation of `AsyncFnOnce` is not general enough
}

fn main() {}
