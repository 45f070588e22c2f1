//! rustfmt formats a body with yields as code.

use std::io::Write;
use std::process::{Command, Stdio};

/// A body with bad formatting, with a placeholder for the yields. One thing is already right: the
/// comma after the last argument of a call, or the last element of a tuple, that is too long for a
/// line. rustfmt adds no comma in the arguments of any macro.
const SOURCE: &str = r#"
use   std :: time::Duration;
fn f( client:&Client,paths :Vec<String> )->gen::Result< usize >{
  let first=YIELD(client . get( &paths[0] ))? ;
      let ( a,b )=YIELD( ( client.get("/a") ,client.get( "/b" ) ) )?;
  let all=YIELD(paths.iter().map(|path|client.get(path)).collect::<Vec<_>>())?;
  let long = YIELD(client.get_with_a_long_name("an argument that is long", "another argument that is long", Duration::from_secs(10),))?;
  // of the body
  let nested=YIELD(client.get( &YIELD(client.get( &paths[0] ))?.body , /* within */ 1 ))?; // behind it
  let ( c,d,e )=YIELD( ( client.get_with_a_long_name("an argument that is long") ,client.get_with_a_long_name( "another argument" ),nested,) )?;
  let task=YIELD(async move{ let x=YIELD(client.get("x"))?;
     // of the block
   gen::Result::Ok( x ) })?;
  let either = YIELD(match  task{ 1=>client.get("x"),_=>client.get("y") })?.body . len( ).min( YIELD(client.get("z"))?.body.len() );
  YIELD(
     // of the argument
     client.get( "x" ),)?;
  for page in&all{ if page.body.is_empty(){ continue } YIELD( log( page ,"{}" ) )?;}
  match YIELD(client.get("/slow")){ Err(error)if error.is::<TimeoutError>()=>{} ,other=>{drop(other?)} }
  Ok(  first.body.len()+a.body.len( ) +b.body.len()+all.len()+long.body.len())
}
"#;

fn formatted(source: &str) -> Option<String> {
    let mut command = Command::new("rustfmt");
    command
        .args(["--edition", "2021", "--config", "max_width=100"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    let mut rustfmt = command.spawn().ok()?;
    rustfmt.stdin.take()?.write_all(source.as_bytes()).ok()?;
    let output = rustfmt.wait_with_output().ok()?;
    output.status.success().then(|| String::from_utf8(output.stdout).expect("sources are text"))
}

/// The formatting that differs from that of a function: as for every macro, a chain goes on in the
/// line of the parenthesis.
const CHAIN: &str = r#"
#[gen::coroutine]
fn f(client: &Client, paths: Vec<String>) -> gen::Result<usize> {
    let sizes = yield_!(paths
        .iter()
        .filter(|path| !path.is_empty()) // that have a name
        .map(|path| client.get_with_a_long_name(path))
        .collect::<Vec<_>>())?
    .into_iter()
    .map(|page| page.body.len())
    .sum::<usize>();
    Ok(sizes)
}
"#;

/// As long as `yield_!`, so that lines break at the same positions.
const FUNCTION: &str = "yields_";

fn formatted_or_skip(source: &str) -> Option<String> {
    let missing = || editors::tools::Missing {
        tool: "rustfmt",
        tried: "rustfmt --edition 2021".to_owned(),
        help: "`rustup component add rustfmt`",
    };
    editors::tools::or_skip(formatted(source).ok_or_else(missing))
}

#[test]
fn a_body_with_yields_is_laid_out_as_one_with_calls() {
    let coroutine = format!("#[gen::coroutine]{}", SOURCE.replace("YIELD", "yield_!"));
    let Some(coroutine) = formatted_or_skip(&coroutine) else { return };
    let function = format!("#[gen::coroutine]{}", SOURCE.replace("YIELD", FUNCTION));
    let function = formatted(&function).expect("the same tool, and code of the same form");
    assert_eq!(coroutine, function.replace(FUNCTION, "yield_!"));
    assert_ne!(coroutine, SOURCE.replace("YIELD", "yield_!"), "it had something to do");
    assert!(coroutine.contains("    let first = yield_!(client.get(&paths[0]))?;\n"), "{coroutine}");
}

#[test]
fn what_is_laid_out_stays_so() {
    let Some(chain) = formatted_or_skip(CHAIN) else { return };
    assert_eq!(chain, CHAIN.trim_start());
    let source = format!("#[gen::coroutine]{}", SOURCE.replace("YIELD", "yield_!"));
    let once = formatted(&source).expect("the same tool");
    assert_eq!(formatted(&once).expect("the same tool"), once);
    for comment in ["// of the body", "/* within */", "// behind it", "// of the block", "// of the argument"]
    {
        assert_eq!(once.matches(comment).count(), 1, "`{comment}` in\n{once}");
    }
}
