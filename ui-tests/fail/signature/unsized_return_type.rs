//@ several: the type is written once and meant in several places, and rustc holds each to its size
//@ rustc: the type stands in the signature and in the body, and each is held to it

#[gen::coroutine]
fn text() -> str {
//~^ rustc: the size for values of type `str` cannot be known at compilation time
//~^^ rustc: the size for values of type `str` cannot be known at compilation time
//~^^^ rustc: the size for values of type `str` cannot be known at compilation time
    *"text"
}

fn main() {}
