//! A user who types in the sample's library, and the requests that an editor then sends to the
//! server.

use std::ops::Range;
use std::path::Path;

use lsp_types::notification::{DidChangeTextDocument, DidOpenTextDocument};
use lsp_types::request as ask;
use lsp_types::{
    AnnotatedTextEdit, CodeAction, CodeActionContext, CodeActionOrCommand, CodeActionParams,
    CompletionParams, CompletionResponse, Diagnostic, DiagnosticSeverity, DidChangeTextDocumentParams,
    DidOpenTextDocumentParams, DocumentChangeOperation, DocumentChanges, DocumentDiagnosticReport,
    DocumentDiagnosticReportResult, DocumentSymbol, DocumentSymbolParams, DocumentSymbolResponse,
    FoldingRangeParams, GotoDefinitionParams, GotoDefinitionResponse, Hover, HoverContents, HoverParams,
    InlayHintLabel, InlayHintParams, NumberOrString, OneOf, PartialResultParams, Position, ReferenceContext,
    ReferenceParams, RenameParams, SemanticTokensParams, SemanticTokensResult, SignatureHelpParams,
    TextDocumentContentChangeEvent, TextDocumentEdit, TextDocumentIdentifier, TextDocumentItem,
    TextDocumentPositionParams, TextEdit, Uri, VersionedTextDocumentIdentifier, WorkDoneProgressParams,
    WorkspaceEdit,
};
use serde_json::json;

use crate::marked::{offset, offsets, position, Marked};
use crate::sample::{Case, Sample, LIBRARY};
use crate::server::Server;
use crate::tools::RustAnalyzer;

/// A server, and the state of the library that was sent to it.
#[derive(Debug)]
pub struct Editor {
    server: Server,
    sample: Sample,
    version: i32,
}

/// A diagnostic of the server's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Complaint {
    /// The line that it begins in, from 1.
    pub line: u32,
    /// Whether it is an error and not a warning.
    pub is_error: bool,
    /// The code of the compiler or of the server.
    pub code: String,
    /// The message.
    pub message: String,
}

impl Editor {
    /// Writes the sample into a folder, and starts a server on it.
    pub fn start(tools: &RustAnalyzer, folder: &Path) -> Editor {
        let sample = Sample::write(folder);
        let mut server = Server::start(tools, &sample);
        let document = TextDocumentItem::new(sample.uri(LIBRARY), "rust".to_owned(), 0, String::new());
        server.notify::<DidOpenTextDocument>(DidOpenTextDocumentParams { text_document: document });
        Editor { server, sample, version: 0 }
    }

    /// The programs of the sample.
    pub fn cases(&self) -> &[Case] {
        &self.sample.cases
    }

    /// Types a source into the library, in place of its text so far.
    pub fn types(&mut self, source: &str) -> Marked {
        let marked = Marked::new(source);
        self.version += 1;
        self.server.notify::<DidChangeTextDocument>(DidChangeTextDocumentParams {
            text_document: VersionedTextDocumentIdentifier::new(self.sample.uri(LIBRARY), self.version),
            content_changes: vec![TextDocumentContentChangeEvent {
                range: None,
                range_length: None,
                text: marked.text.clone(),
            }],
        });
        marked
    }

    /// The errors and warnings that the server itself finds in a file.
    pub fn complaints_in(&mut self, path: &str) -> Vec<Complaint> {
        let params = json!({ "textDocument": { "uri": self.sample.uri(path) } });
        let params = serde_json::from_value(params).expect("what the protocol wants");
        let report = self.server.request::<ask::DocumentDiagnosticRequest>(params);
        let DocumentDiagnosticReportResult::Report(DocumentDiagnosticReport::Full(report)) = report else {
            panic!("a report that was not asked for: {report:?}");
        };
        report.full_document_diagnostic_report.items.into_iter().filter_map(Complaint::of).collect()
    }

    /// The same for the library with this source.
    pub fn complaints(&mut self, source: &str) -> Vec<Complaint> {
        self.types(source);
        self.complaints_in(LIBRARY)
    }

    /// The text that is shown for the name under the cursor.
    pub fn hover(&mut self, source: &str) -> String {
        let marked = self.types(source);
        let params = HoverParams {
            text_document_position_params: self.place(&marked),
            work_done_progress_params: WorkDoneProgressParams::default(),
        };
        match self.server.request::<ask::HoverRequest>(params) {
            Some(Hover { contents: HoverContents::Markup(text), .. }) => text.value,
            other => panic!("nothing to show: {other:?}"),
        }
    }

    /// The definitions of the name under the cursor: the file of each, and the range in it.
    pub fn definitions(&mut self, source: &str) -> Vec<(Uri, lsp_types::Range)> {
        let marked = self.types(source);
        let params = GotoDefinitionParams {
            text_document_position_params: self.place(&marked),
            work_done_progress_params: WorkDoneProgressParams::default(),
            partial_result_params: PartialResultParams::default(),
        };
        match self.server.request::<ask::GotoDefinition>(params) {
            None => Vec::new(),
            Some(GotoDefinitionResponse::Scalar(location)) => vec![(location.uri, location.range)],
            Some(GotoDefinitionResponse::Array(locations)) => {
                locations.into_iter().map(|location| (location.uri, location.range)).collect()
            }
            Some(GotoDefinitionResponse::Link(links)) => {
                links.into_iter().map(|link| (link.target_uri, link.target_selection_range)).collect()
            }
        }
    }

    /// The uses of the name under the cursor, including its definition.
    pub fn references(&mut self, source: &str) -> Vec<Range<usize>> {
        let marked = self.types(source);
        let params = ReferenceParams {
            text_document_position: self.place(&marked),
            work_done_progress_params: WorkDoneProgressParams::default(),
            partial_result_params: PartialResultParams::default(),
            context: ReferenceContext { include_declaration: true },
        };
        let library = self.sample.uri(LIBRARY);
        let found = self.server.request::<ask::References>(params).unwrap_or_default();
        let found = found.into_iter().filter(|found| found.uri == library);
        let mut places: Vec<_> = found.map(|found| offsets(&marked.text, found.range)).collect();
        places.sort_by_key(|place| place.start);
        places
    }

    /// The source after the name under the cursor was renamed.
    pub fn rename(&mut self, source: &str, name: &str) -> String {
        let marked = self.types(source);
        let params = RenameParams {
            text_document_position: self.place(&marked),
            new_name: name.to_owned(),
            work_done_progress_params: WorkDoneProgressParams::default(),
        };
        let edit = self.server.request::<ask::Rename>(params).expect("it can be renamed");
        with_edit(marked.text, edit)
    }

    /// The labels that are offered at the cursor, in the order in which they are shown.
    pub fn completions(&mut self, source: &str) -> Vec<String> {
        let marked = self.types(source);
        let params = CompletionParams {
            text_document_position: self.place(&marked),
            work_done_progress_params: WorkDoneProgressParams::default(),
            partial_result_params: PartialResultParams::default(),
            context: None,
        };
        let mut items = match self.server.request::<ask::Completion>(params) {
            None => Vec::new(),
            Some(CompletionResponse::Array(items)) => items,
            Some(CompletionResponse::List(list)) => list.items,
        };
        items.sort_by(|one, other| one.sort_text.cmp(&other.sort_text));
        items.into_iter().map(|item| item.label).collect()
    }

    /// The signature that is shown for the call around the cursor: the function, and the argument
    /// that the cursor is in.
    pub fn signature(&mut self, source: &str) -> Option<(String, Option<u32>)> {
        let marked = self.types(source);
        let params = SignatureHelpParams {
            context: None,
            text_document_position_params: self.place(&marked),
            work_done_progress_params: WorkDoneProgressParams::default(),
        };
        let help = self.server.request::<ask::SignatureHelpRequest>(params)?;
        let signature = help.signatures.into_iter().next()?;
        Some((signature.label, signature.active_parameter.or(help.active_parameter)))
    }

    /// The outline of the library: each name, with more dots before deeper ones.
    pub fn outline(&mut self, source: &str) -> Vec<String> {
        fn names(symbols: Vec<DocumentSymbol>, depth: usize, outline: &mut Vec<String>) {
            for symbol in symbols {
                outline.push(format!("{}{}", ".".repeat(depth), symbol.name));
                names(symbol.children.unwrap_or_default(), depth + 1, outline);
            }
        }
        self.types(source);
        let params = DocumentSymbolParams {
            text_document: self.document(),
            work_done_progress_params: WorkDoneProgressParams::default(),
            partial_result_params: PartialResultParams::default(),
        };
        let mut outline = Vec::new();
        match self.server.request::<ask::DocumentSymbolRequest>(params) {
            Some(DocumentSymbolResponse::Nested(symbols)) => names(symbols, 0, &mut outline),
            other => panic!("an outline of another kind: {other:?}"),
        }
        outline
    }

    /// The parts that can be folded: the first and the last line of each, from 1.
    pub fn folds(&mut self, source: &str) -> Vec<(u32, u32)> {
        self.types(source);
        let params = FoldingRangeParams {
            text_document: self.document(),
            work_done_progress_params: WorkDoneProgressParams::default(),
            partial_result_params: PartialResultParams::default(),
        };
        let folds = self.server.request::<ask::FoldingRangeRequest>(params).unwrap_or_default();
        let mut lines: Vec<_> = folds.iter().map(|fold| (fold.start_line + 1, fold.end_line + 1)).collect();
        lines.sort_unstable();
        lines.dedup();
        lines
    }

    /// The words with a semantic colour, and the meaning of the colour.
    pub fn colours(&mut self, source: &str) -> Vec<(String, String)> {
        let text = self.types(source).text;
        let params = SemanticTokensParams {
            text_document: self.document(),
            work_done_progress_params: WorkDoneProgressParams::default(),
            partial_result_params: PartialResultParams::default(),
        };
        let Some(SemanticTokensResult::Tokens(tokens)) =
            self.server.request::<ask::SemanticTokensFullRequest>(params)
        else {
            panic!("nothing is coloured");
        };
        let mut place = Position::new(0, 0);
        let coloured = tokens.data.iter().map(|token| {
            place = match token.delta_line {
                0 => Position::new(place.line, place.character + token.delta_start),
                lines => Position::new(place.line + lines, token.delta_start),
            };
            let start = offset(&text, place);
            let word = &text[start..start + token.length as usize];
            (word.to_owned(), self.server.colour(token.token_type).to_owned())
        });
        coloured.collect()
    }

    /// The actions that are offered for the code under the cursor.
    pub fn actions(&mut self, source: &str) -> Vec<String> {
        self.offered_actions(source).1.into_iter().map(|action| action.title).collect()
    }

    /// The source after one of those actions.
    ///
    /// # Panics
    ///
    /// If the action is not offered.
    pub fn act(&mut self, source: &str, title: &str) -> String {
        let (marked, actions) = self.offered_actions(source);
        let action = actions.into_iter().find(|action| action.title == title).expect("it is offered");
        let action = self.server.request::<ask::CodeActionResolveRequest>(action);
        with_edit(marked.text, action.edit.expect("it changes something"))
    }

    fn offered_actions(&mut self, source: &str) -> (Marked, Vec<CodeAction>) {
        let marked = self.types(source);
        let place = marked.position();
        let params = CodeActionParams {
            text_document: self.document(),
            range: lsp_types::Range::new(place, place),
            context: CodeActionContext::default(),
            work_done_progress_params: WorkDoneProgressParams::default(),
            partial_result_params: PartialResultParams::default(),
        };
        let offered = self.server.request::<ask::CodeActionRequest>(params).unwrap_or_default();
        let actions = offered.into_iter().filter_map(|offered| match offered {
            CodeActionOrCommand::CodeAction(action) => Some(action),
            CodeActionOrCommand::Command(_) => None,
        });
        (marked, actions.collect())
    }

    /// The source with each inlay hint in its place: `let x‹: u32› = ..`.
    pub fn with_hints(&mut self, source: &str) -> String {
        let marked = self.types(source);
        let whole = lsp_types::Range::new(Position::new(0, 0), position(&marked.text, marked.text.len()));
        let params = InlayHintParams {
            work_done_progress_params: WorkDoneProgressParams::default(),
            text_document: self.document(),
            range: whole,
        };
        let mut hints = self.server.request::<ask::InlayHintRequest>(params).unwrap_or_default();
        hints.sort_by_key(|hint| hint.position);
        let mut text = marked.text;
        for hint in hints.iter().rev() {
            let label = match &hint.label {
                InlayHintLabel::String(label) => label.clone(),
                InlayHintLabel::LabelParts(parts) => parts.iter().map(|part| part.value.as_str()).collect(),
            };
            text.insert_str(offset(&text, hint.position), &format!("‹{label}›"));
        }
        text
    }

    /// The name of the library in answers.
    pub fn library(&self) -> Uri {
        self.sample.uri(LIBRARY)
    }

    /// The expansion of the macro under the cursor.
    pub fn expansion(&mut self, source: &str) -> String {
        let marked = self.types(source);
        let place = self.place(&marked);
        self.server.request::<ExpandMacro>(place).expect("there is a macro under the cursor").expansion
    }

    fn document(&self) -> TextDocumentIdentifier {
        TextDocumentIdentifier::new(self.sample.uri(LIBRARY))
    }

    fn place(&self, marked: &Marked) -> TextDocumentPositionParams {
        TextDocumentPositionParams::new(self.document(), marked.position())
    }
}

/// The text of the library after an edit.
fn with_edit(mut text: String, edit: WorkspaceEdit) -> String {
    let edits: Vec<_> = match edit.document_changes {
        Some(DocumentChanges::Edits(changes)) => changes,
        Some(DocumentChanges::Operations(operations)) => operations.into_iter().map(edit_of_text).collect(),
        None => panic!("an edit of another kind: {edit:?}"),
    };
    let mut edits: Vec<TextEdit> = edits.into_iter().flat_map(plain_edits).collect();
    edits.sort_by_key(|edit| edit.range.start);
    for edit in edits.iter().rev() {
        text.replace_range(offsets(&text, edit.range), &edit.new_text);
    }
    text
}

fn edit_of_text(operation: DocumentChangeOperation) -> TextDocumentEdit {
    match operation {
        DocumentChangeOperation::Edit(edit) => edit,
        DocumentChangeOperation::Op(operation) => panic!("no file is made: {operation:?}"),
    }
}

/// The text edits of one document.
fn plain_edits(change: TextDocumentEdit) -> impl Iterator<Item = TextEdit> {
    change.edits.into_iter().map(|edit| match edit {
        OneOf::Left(edit) => edit,
        OneOf::Right(AnnotatedTextEdit { text_edit, .. }) => text_edit,
    })
}

impl Complaint {
    /// `None` for a hint.
    fn of(diagnostic: Diagnostic) -> Option<Complaint> {
        let is_error = match diagnostic.severity? {
            DiagnosticSeverity::ERROR => true,
            DiagnosticSeverity::WARNING => false,
            _ => return None,
        };
        let code = match diagnostic.code {
            Some(NumberOrString::String(code)) => code,
            Some(NumberOrString::Number(code)) => code.to_string(),
            None => String::new(),
        };
        Some(Complaint { line: diagnostic.range.start.line + 1, is_error, code, message: diagnostic.message })
    }
}

/// A request that only rust-analyzer knows.
enum ExpandMacro {}

/// Its answer.
#[derive(serde::Serialize, serde::Deserialize)]
struct ExpandedMacro {
    expansion: String,
}

impl ask::Request for ExpandMacro {
    type Params = TextDocumentPositionParams;
    type Result = Option<ExpandedMacro>;
    const METHOD: &'static str = "rust-analyzer/expandMacro";
}
