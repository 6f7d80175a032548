import { HighlightStyle, syntaxHighlighting } from '@codemirror/language'
import { EditorView } from '@codemirror/view'
import { tags } from '@lezer/highlight'

/** CodeMirror in our tokens, so that both themes follow the window. */
export const yamlTheme = [
  EditorView.theme({
    '&': { backgroundColor: 'var(--bg)', color: 'var(--fg)', fontSize: '12px' },
    '&.cm-focused': { outline: 'none' },
    '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '18px' },
    '.cm-gutters': { backgroundColor: 'var(--bg)', color: 'var(--fg-2)', border: 'none' },
    '.cm-activeLine, .cm-activeLineGutter': { backgroundColor: 'var(--bg-2)' },
    '.cm-foldPlaceholder': { backgroundColor: 'var(--bg-3)', color: 'var(--fg-2)', border: 'none', padding: '0 6px' },
    '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
      backgroundColor: 'var(--accent-bg)',
    },
    '.cm-selectionMatch': { backgroundColor: 'var(--bg-3)' },
    '.cm-searchMatch': { backgroundColor: 'var(--flash)' },
    '.cm-panels': { backgroundColor: 'var(--bg-2)', color: 'var(--fg)', borderColor: 'var(--line)' },
    // CodeMirror's own sizes are shares of the text's, too small for Chinese.
    '.cm-textfield, .cm-button, .cm-panel.cm-search label': { fontSize: '12px' },
    '.cm-textfield': { backgroundColor: 'var(--bg)', color: 'var(--fg)', borderColor: 'var(--line)' },
    '.cm-button': { backgroundColor: 'var(--bg-3)', backgroundImage: 'none', color: 'var(--fg)', borderColor: 'var(--line)' },
  }),
  syntaxHighlighting(
    HighlightStyle.define([
      { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: 'var(--accent)' },
      { tag: [tags.string, tags.special(tags.string), tags.content], color: 'var(--fg)' },
      { tag: [tags.number, tags.bool, tags.null, tags.keyword], color: 'var(--busy)' },
      { tag: tags.comment, color: 'var(--fg-2)' },
      { tag: [tags.punctuation, tags.separator, tags.bracket], color: 'var(--fg-2)' },
    ]),
  ),
]
