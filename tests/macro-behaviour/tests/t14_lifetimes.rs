//! T14: a coroutine may borrow its arguments, and no longer than it lives.

use std::collections::HashMap;
use std::fmt::Display;

use gen::yield_;
use macro_behaviour::{drive, later};

#[gen::coroutine]
fn one_elided(text: &str) -> &str {
    yield_!(later(text)).unwrap().trim()
}

#[gen::coroutine]
fn two_named<'a, 'b: 'a>(left: &'a str, right: &'b str) -> (&'a str, &'b str) {
    let _ = yield_!(later(()));
    (right, right.strip_prefix(left).unwrap_or(left.len().to_string().leak()))
}

#[gen::coroutine]
fn two_elided(left: &str, right: &mut String) -> usize {
    right.push_str(yield_!(later(left)).unwrap());
    right.len()
}

struct Holder<'h> {
    text: &'h str,
}

impl<'h> Holder<'h> {
    #[gen::coroutine]
    fn of_the_type(&self) -> &'h str {
        yield_!(later(self.text)).unwrap()
    }

    #[gen::coroutine]
    fn of_self_and_another<'a>(&self, other: &'a str) -> (&'h str, &'a str) {
        let _ = yield_!(later(()));
        (self.text, other)
    }

    #[gen::coroutine]
    fn of_a_borrow(&mut self, text: &'h str) -> &mut Self {
        self.text = yield_!(later(text)).unwrap();
        self
    }
}

#[gen::coroutine]
fn hidden_in_a_path(holder: Holder<'_>, more: &Holder<'_>) -> usize {
    let _ = yield_!(later(()));
    holder.text.len() + more.text.len()
}

#[gen::coroutine]
fn trait_object(value: &(dyn Display + Sync), boxed: Box<dyn Display + '_>) -> String {
    let _ = yield_!(later(()));
    format!("{value}{boxed}")
}

#[gen::coroutine]
fn higher_ranked<F>(f: F, g: impl for<'x> Fn(&'x str) -> &'x str, h: fn(&str) -> usize) -> usize
where
    F: for<'x> Fn(&'x str) -> &'x str,
{
    let local = String::from(" abc ");
    let _ = yield_!(later(()));
    h(g(f(&local)))
}

trait Lend {
    type Lent<'a>
    where
        Self: 'a;
    #[gen::coroutine]
    fn lend(&mut self) -> Self::Lent<'_>;
}

impl Lend for String {
    type Lent<'a> = &'a mut str;

    #[gen::coroutine]
    fn lend(&mut self) -> Self::Lent<'_> {
        let _ = yield_!(later(()));
        self.as_mut_str()
    }
}

#[gen::coroutine]
fn local_borrows() -> gen::Result<usize> {
    let mut map = HashMap::from([("a", 1)]);
    let entry = map.get_mut("a").unwrap();
    *entry += yield_!(later(1))?;
    let text = String::from("abc");
    let list = yield_!(vec![one_elided(&text), one_elided(&text)])?;
    Ok(*entry + list.iter().map(|text| text.len()).sum::<usize>())
}

#[test]
fn t14_arguments_may_be_borrowed() {
    let text = String::from(" abc ");
    assert_eq!(drive(one_elided(&text)), "abc");
    assert_eq!(drive(two_named("a", "abc")).1, "bc");
    let mut all = String::from("x");
    assert_eq!(drive(two_elided(&text, &mut all)), 6);
    all.push('y');
    assert_eq!(drive(hidden_in_a_path(Holder { text: &text }, &Holder { text: "a" })), 6);
    assert_eq!(drive(trait_object(&1, Box::new(&text))), "1 abc ");
    assert_eq!(drive(higher_ranked(str::trim, str::trim_start, str::len)), 3);
    assert_eq!(drive(local_borrows()).unwrap(), 8);
}

#[test]
fn t14_what_is_returned_borrows_from_what_it_says() {
    let text = String::from("long");
    let mut holder = Holder { text: &text };
    let of_the_type = drive(holder.of_the_type());
    let (_, other) = drive(holder.of_self_and_another(&text));
    drive(holder.of_a_borrow(&text)).text = "new";
    assert_eq!((of_the_type, other), ("long", "long"));
    let mut lender = String::from("abc");
    drive(lender.lend()).make_ascii_uppercase();
    assert_eq!(lender, "ABC");
}

trait Fetch {
    #[gen::coroutine(dyn)]
    fn fetch(&self, url: &str, retries: u32) -> gen::Result<String>;

    #[gen::coroutine(dyn)]
    fn parts<'a>(&self, url: &'a str) -> (&str, &'a str);

    #[gen::coroutine(dyn)]
    fn provided(&mut self, holder: Holder<'_>) -> usize
    where
        Self: Send,
    {
        let _ = yield_!(later(()));
        holder.text.len()
    }

    #[gen::coroutine(dyn(local))]
    fn local(&self, n: std::rc::Rc<u8>) -> u8;

    #[gen::coroutine(dyn)]
    fn generic<T: Display + Send>(&self, value: T, others: &[impl Display + Sync]) -> String
    where
        Self: Sized;
}

struct Fake<'f>(&'f str);

impl<'f> Fetch for Fake<'f> {
    #[gen::coroutine(dyn)]
    fn fetch(&self, url: &str, retries: u32) -> gen::Result<String> {
        Ok(format!("{}{}{retries}", self.0, yield_!(later(url))?))
    }

    #[gen::coroutine(dyn)]
    fn parts<'a>(&self, url: &'a str) -> (&str, &'a str) {
        let _ = yield_!(later(()));
        (self.0, url)
    }

    #[gen::coroutine(dyn(local))]
    fn local(&self, n: std::rc::Rc<u8>) -> u8 {
        yield_!(later(*n)).unwrap()
    }

    #[gen::coroutine(dyn)]
    fn generic<T: Display + Send>(&self, value: T, others: &[impl Display + Sync]) -> String {
        let _ = yield_!(later(()));
        others.iter().fold(value.to_string(), |text, other| format!("{text}{other}"))
    }
}

fn assert_send<T: Send>(value: T) -> T {
    value
}

#[test]
fn t14_a_trait_with_dyn_methods_may_be_an_object() {
    let mut fakes: Vec<Box<dyn Fetch + Send + Sync>> = vec![Box::new(Fake("x")), Box::new(Fake("y"))];
    let url = String::from("u");
    let texts: Vec<_> = fakes.iter().map(|fake| drive(assert_send(fake.fetch(&url, 1))).unwrap()).collect();
    assert_eq!(texts, ["xu1", "yu1"]);
    assert_eq!(drive(fakes[0].parts(&url)), ("x", "u"));
    assert_eq!(drive(fakes[0].local(std::rc::Rc::new(3))), 3);
    assert_eq!(drive(Fake("").generic(1, &[2, 3])), "123");
    let _ = &mut fakes;
    assert_eq!(drive(Fake("").provided(Holder { text: "abc" })), 3);
}

#[gen::coroutine(dyn)]
fn erased(n: u32) -> gen::Result<u32> {
    if n == 0 {
        return Ok(0);
    }
    Ok(1 + yield_!(erased(n - 1))?)
}

#[gen::coroutine(dyn)]
fn erased_pieces<'a, T: Send + Sync, const N: usize>(list: &'a [T; N], _: &str) -> Option<&'a T> {
    let _ = yield_!(later(()));
    list.first()
}

#[test]
fn t14_a_free_function_may_be_erased() {
    let erased: gen::BoxCoroutine<'static, gen::Result<u32>> = erased(3);
    assert_eq!(drive(erased).unwrap(), 3);
    assert_eq!(drive(erased_pieces(&[1, 2], "")), Some(&1));
}
