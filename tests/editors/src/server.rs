//! One rust-analyzer, over its protocol.
//!
//! | state | event | effect |
//! |---|---|---|
//! | started | `initialize` is answered | the server loads the crate and builds the macros |
//! | loading | `experimental/serverStatus` says `quiescent` | it is ready, and stays ready until files change on disk |
//! | ready | a document changes | it is ready at once: it answers requests in the order in which they were sent |
//! | any | it is silent for four minutes, or ends | the test fails, and prints the output of the server |
//!
//! A thread reads the output, so that a wait can have a time limit. The thread of the test answers
//! the requests of the server.

use std::fs::{self, File};
use std::io::BufReader;
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use lsp_server::{ErrorCode, Message, Notification, Request, RequestId, Response};
use lsp_types::notification::Notification as TypedNotification;
use lsp_types::request::Request as TypedRequest;
use serde_json::{json, Value};

use crate::sample::Sample;
use crate::tools::{without_cargos_variables, RustAnalyzer};

/// The time for which the server may be silent. It is much longer than a slow machine needs, and
/// ends a test that would hang.
const PATIENCE: Duration = Duration::from_secs(240);

/// The kinds of words that an editor can colour.
const COLOURS: [&str; 8] =
    ["struct", "parameter", "variable", "property", "function", "method", "macro", "keyword"];

/// A running server.
#[derive(Debug)]
pub struct Server {
    child: Child,
    input: ChildStdin,
    messages: Receiver<Message>,
    requests: i32,
    /// The names of the colours, by their numbers.
    colours: Vec<String>,
    log: PathBuf,
}

impl Server {
    /// Starts a server on the sample and waits until it is ready.
    ///
    /// # Panics
    ///
    /// If it does not become ready.
    pub fn start(tools: &RustAnalyzer, sample: &Sample) -> Server {
        let log = sample.folder().join("rust-analyzer.log");
        let errors = File::create(&log).expect("the sample's folder can be written to");
        let mut command = Command::new(&tools.program);
        command.current_dir(sample.folder()).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(errors);
        without_cargos_variables(&mut command);
        let mut child = command.spawn().expect("rust-analyzer has answered --version");
        let input = child.stdin.take().expect("a pipe was asked for");
        let mut output = BufReader::new(child.stdout.take().expect("a pipe was asked for"));
        let (sender, messages) = mpsc::channel();
        thread::spawn(move || {
            while let Ok(Some(message)) = Message::read(&mut output) {
                if sender.send(message).is_err() {
                    break;
                }
            }
        });
        let mut server = Server { child, input, messages, requests: 0, colours: Vec::new(), log };
        server.initialize(tools, sample);
        server.wait_until_ready();
        server
    }

    /// Sends a request and waits for its result. If the server has interrupted the request itself,
    /// it is sent again.
    ///
    /// # Panics
    ///
    /// If the server answers with an error, or not at all.
    pub fn request<R: TypedRequest>(&mut self, params: R::Params) -> R::Result {
        let params = serde_json::to_value(params).expect("the protocol's types are JSON");
        let result = self.ask(R::METHOD, params);
        serde_json::from_value(result).unwrap_or_else(|error| self.fail(&format!("{}: {error}", R::METHOD)))
    }

    /// Sends a notification to the server.
    pub fn notify<N: TypedNotification>(&mut self, params: N::Params) {
        self.send(Notification::new(N::METHOD.to_owned(), params).into());
    }

    /// The name of the colour with this number.
    ///
    /// # Panics
    ///
    /// If the server has not named the number.
    pub fn colour(&self, number: u32) -> &str {
        &self.colours[number as usize]
    }

    fn initialize(&mut self, tools: &RustAnalyzer, sample: &Sample) {
        let folder = sample.uri("");
        let told = self.ask(
            "initialize",
            json!({
                "processId": std::process::id(),
                "rootUri": folder,
                "workspaceFolders": [{ "uri": folder, "name": "sample" }],
                "initializationOptions": configuration(tools, sample),
                "capabilities": {
                    "general": { "positionEncodings": ["utf-8"] },
                    "textDocument": {
                        "diagnostic": {},
                        "hover": { "contentFormat": ["markdown"] },
                        "completion": { "completionItem": { "snippetSupport": false } },
                        "rename": { "prepareSupport": true },
                        "documentSymbol": { "hierarchicalDocumentSymbolSupport": true },
                        "semanticTokens": {
                            "requests": { "full": true },
                            "tokenTypes": COLOURS,
                            "tokenModifiers": [],
                            "formats": ["relative"],
                        },
                        "codeAction": {
                            "dataSupport": true,
                            "resolveSupport": { "properties": ["edit"] },
                            "codeActionLiteralSupport": {
                                "codeActionKind": { "valueSet": ["quickfix", "refactor"] },
                            },
                        },
                    },
                    "workspace": { "workspaceEdit": { "documentChanges": true } },
                    "experimental": { "serverStatusNotification": true },
                },
            }),
        );
        let colours = &told["capabilities"]["semanticTokensProvider"]["legend"]["tokenTypes"];
        self.colours = serde_json::from_value(colours.clone()).expect("it names what it colours");
        self.notify::<lsp_types::notification::Initialized>(lsp_types::InitializedParams {});
    }

    fn wait_until_ready(&mut self) {
        loop {
            let Message::Notification(told) = self.receive() else { continue };
            if told.method != "experimental/serverStatus" || told.params["quiescent"] != true {
                continue;
            }
            if told.params["health"] != "ok" {
                self.fail(&format!("rust-analyzer could not load the sample: {}", told.params));
            }
            return;
        }
    }

    fn ask(&mut self, method: &str, params: Value) -> Value {
        loop {
            self.requests += 1;
            let id = RequestId::from(self.requests);
            self.send(Request { id: id.clone(), method: method.to_owned(), params: params.clone() }.into());
            match self.response(&id).response_result {
                Ok(result) => return result,
                Err(error) if error.code == ErrorCode::ContentModified as i32 => {}
                Err(error) if error.code == ErrorCode::ServerCancelled as i32 => {}
                Err(error) => self.fail(&format!("{method}: {} ({})", error.message, error.code)),
            }
        }
    }

    fn response(&mut self, id: &RequestId) -> Response {
        loop {
            match self.receive() {
                Message::Response(response) if response.id == *id => return response,
                _ => {}
            }
        }
    }

    /// The next message of the server. Its own requests are granted, for instance to show its
    /// progress.
    fn receive(&mut self) -> Message {
        let message = match self.messages.recv_timeout(PATIENCE) {
            Ok(message) => message,
            Err(RecvTimeoutError::Timeout) => {
                self.fail(&format!("rust-analyzer said nothing for {PATIENCE:?}"))
            }
            Err(RecvTimeoutError::Disconnected) => self.fail("rust-analyzer has ended"),
        };
        if let Message::Request(request) = &message {
            self.send(Response::new_ok(request.id.clone(), Value::Null).into());
        }
        message
    }

    fn send(&mut self, message: Message) {
        if let Err(error) = message.write(&mut self.input) {
            self.fail(&format!("rust-analyzer does not listen: {error}"));
        }
    }

    fn fail(&self, what: &str) -> ! {
        let log = fs::read_to_string(&self.log).unwrap_or_default();
        panic!("{what}\nit printed:\n{log}");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The settings that differ from the defaults: the paths of the tools, and no diagnostics of rustc.
fn configuration(tools: &RustAnalyzer, sample: &Sample) -> Value {
    json!({
        "checkOnSave": false,
        "cachePriming": { "enable": false },
        "diagnostics": { "experimental": { "enable": true } },
        "procMacro": { "server": tools.macro_server },
        "cargo": {
            "sysrootSrc": tools.library,
            "targetDir": sample.folder().join("target"),
            // Builds only the crates that the macros need, because the programs of the sample
            // contain mistakes.
            "buildScripts": { "overrideCommand": ["cargo", "check", "--quiet", "--message-format=json", "--lib"] },
        },
    })
}
