//@ rustc: `'gen_all` is the lifetime that `dyn` gives to every elided one; write `View<'_>`

struct View<'a>(&'a str);

#[gen::coroutine(dyn)]
fn length(view: View) -> usize {
//~^ rustc: explicit lifetime required in the type of `view`
    view.0.len()
}

fn main() {}
