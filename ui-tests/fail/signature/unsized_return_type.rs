//@ several: the type is written once, but the expansion uses it in several places, and rustc checks the size in each
//@ rustc: the type is used in the signature and in the body, and rustc checks both

#[gen::coroutine]
fn text() -> str {
//~^ rustc: the size for values of type `str` cannot be known at compilation time
//~^^ rustc: the size for values of type `str` cannot be known at compilation time
//~^^^ rustc: the size for values of type `str` cannot be known at compilation time
    *"text"
}

fn main() {}
