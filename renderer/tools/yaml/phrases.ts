/** What CodeMirror says, by its own English words, and the catalogue's keys for it. */
const keys: Record<string, string> = {
  Find: 'yaml.editor.find',
  next: 'yaml.editor.next',
  previous: 'yaml.editor.previous',
  all: 'yaml.editor.all',
  'match case': 'yaml.editor.matchCase',
  regexp: 'yaml.editor.regexp',
  'by word': 'yaml.editor.byWord',
  close: 'yaml.editor.close',
  'Go to line': 'yaml.editor.goToLine',
  go: 'yaml.editor.go',
  'current match': 'yaml.editor.currentMatch',
  'on line': 'yaml.editor.onLine',
  'Fold line': 'yaml.editor.foldLine',
  'Unfold line': 'yaml.editor.unfoldLine',
  'Folded lines': 'yaml.editor.foldedLines',
  'Unfolded lines': 'yaml.editor.unfoldedLines',
  to: 'yaml.editor.to',
  'folded code': 'yaml.editor.foldedCode',
  unfold: 'yaml.editor.unfold',
  'Control character': 'yaml.editor.controlCharacter',
  Replace: 'yaml.editor.replaceField',
  replace: 'yaml.editor.replace',
  'replace all': 'yaml.editor.replaceAll',
  'replaced match on line $': 'yaml.editor.replacedOnLine',
  'replaced $ matches': 'yaml.editor.replacedMany',
  Diagnostics: 'yaml.editor.diagnostics',
  'No diagnostics': 'yaml.editor.noDiagnostics',
  Completions: 'yaml.editor.completions',
  'Selection deleted': 'yaml.editor.selectionDeleted',
}

/** For `EditorState.phrases`: CodeMirror's words in the reader's language. */
export const editorPhrases = (t: (key: string) => string): Record<string, string> =>
  Object.fromEntries(Object.entries(keys).map(([phrase, key]) => [phrase, t(key)]))
