//! Without `dyn` a path may elide a lifetime. With `dyn` it must be written.

struct View<'a>(&'a str);

#[gen::coroutine]
fn hidden(view: View) -> usize {
    view.0.len()
}

#[gen::coroutine(dyn)]
fn written(view: View<'_>) -> usize {
    view.0.len()
}

fn main() {
    let text = String::from("abc");
    assert_eq!(gen::block_on(hidden(View(&text))) + gen::block_on(written(View(&text))), 6);
}
