import { Lexer } from 'yaml'

/** What reads a part of the text that may go over several lines, of the library's lexer. */
interface Readers {
  /** How far the lines that follow must be indented. */
  indentNext: number
  parseQuotedScalar: Reader
  parseFlowCollection: Reader
}
type Reader = (this: Readers) => Generator<string, unknown, unknown>

const LENIENT = ['parseQuotedScalar', 'parseFlowCollection'] as const

/**
 * The tokens of a YAML text. Within quotes and brackets Go's library takes lines of any indentation, where YAML 1.2 and this library want them
 * deeper than the block around them: whoever pastes JSON into a manifest has such. The server reads manifests the same way (`server/codec/yaml-lexer.ts`).
 */
export function yamlTokens(text: string): Generator<string> {
  const lexer = new Lexer()
  const readers = lexer as unknown as Readers
  for (const name of LENIENT) {
    const own = readers[name]
    readers[name] = function* (this: Readers) {
      const { indentNext } = this
      this.indentNext = 0
      try {
        return yield* own.call(this)
      } finally {
        this.indentNext = indentNext
      }
    }
  }
  return lexer.lex(text)
}
