import { NotRead, Scanner, YamlFault, type Kind, type Token } from './yaml-scanner.ts'

/** What comes next in the collection on top; `first` is behind what opens it. */
type State =
  | '[ first'
  | '['
  | '{ first'
  | '{'
  | '{ value'
  | '{ no value'
  | 'pair value'
  | '- first'
  | '-'
  | 'indentless'
  | 'map first'
  | 'map'
  | 'map value'

/**
 * Why Go's library does not read the first document of a text, in its words (go-yaml v2, `parserc.go`). Undefined where it does, or
 * where another reader has to say.
 */
export function yamlFault(text: string): string | undefined {
  try {
    new Parser(text).document()
    return undefined
  } catch (e) {
    if (e instanceof YamlFault) return e.message
    if (e instanceof NotRead) return undefined
    throw e
  }
}

class Parser {
  readonly #scanner: Scanner
  readonly #states: State[] = []
  readonly #anchors = new Set<string>()

  constructor(text: string) {
    this.#scanner = new Scanner(text)
  }

  document(): void {
    while (this.#next('...')) this.#scanner.skip()
    if (this.#next('---')) this.#scanner.skip()
    if (this.#next('---', '...', 'end')) return
    this.#node(true)
    for (let state = this.#states.pop(); state !== undefined; state = this.#states.pop()) this.#go(state)
    this.#scanner.peek()
  }

  #next(...kinds: Kind[]): boolean {
    return kinds.includes(this.#scanner.peek().kind)
  }

  #fault(why: string, { line }: Token = this.#scanner.peek()): YamlFault {
    return new YamlFault(`did not find expected ${why}`, line, 'parser')
  }

  #go(state: State): void {
    switch (state) {
      case '[ first':
      case '[':
        return this.#sequenceEntry(state === '[')
      case '{ first':
      case '{':
        return this.#mappingKey(state === '{')
      case '{ value':
        return this.#value([',', '}'], false)
      case 'pair value':
        return this.#value([',', ']'], false)
      case '{ no value':
        return
      case '- first':
      case '-':
        return this.#blockEntry(state === '- first')
      case 'indentless':
        return this.#indentlessEntry()
      case 'map first':
      case 'map':
        return this.#blockKey(state === 'map first')
      case 'map value':
        return this.#value(['?', ':', 'block end'], true)
    }
  }

  #node(inBlock: boolean, mayBeIndentless = false): void {
    const first = this.#scanner.peek()
    if (first.kind === 'alias') {
      if (!this.#anchors.has(first.name!)) throw new YamlFault(`unknown anchor '${first.name}' referenced`)
      return this.#scanner.skip()
    }
    const isAnchored = first.kind === 'anchor'
    if (isAnchored) {
      this.#anchors.add(first.name!)
      this.#scanner.skip()
    }
    const { kind } = this.#scanner.peek()
    if (kind === '-' && mayBeIndentless) this.#states.push('indentless')
    else if (kind === 'scalar') this.#scanner.skip()
    else if (kind === '[' || kind === '{') this.#states.push(`${kind} first`)
    else if (kind === 'seq' && inBlock) this.#states.push('- first')
    else if (kind === 'map' && inBlock) this.#states.push('map first')
    else if (!isAnchored) throw this.#fault('node content')
  }

  #value(ends: Kind[], inBlock: boolean): void {
    if (!this.#next(':')) return
    this.#scanner.skip()
    if (!this.#next(...ends)) this.#node(inBlock, inBlock)
  }

  /** Passes over the comma before all but the first, and over the end. */
  #isAnother(end: ']' | '}', isBehindOne: boolean): boolean {
    if (!isBehindOne) this.#scanner.skip()
    else if (!this.#next(end)) {
      if (!this.#next(',')) throw this.#fault(`',' or '${end}'`)
      this.#scanner.skip()
    }
    if (!this.#next(end)) return true
    this.#scanner.skip()
    return false
  }

  #sequenceEntry(isBehindOne: boolean): void {
    if (!this.#isAnother(']', isBehindOne)) return
    this.#states.push('[')
    if (!this.#next('?')) return this.#node(false)
    // A mapping of one pair, without braces.
    this.#scanner.skip()
    this.#states.push('pair value')
    // It takes the colon for the key that is not there.
    if (this.#next(':', ',', ']')) this.#scanner.skip()
    else this.#node(false)
  }

  #mappingKey(isBehindOne: boolean): void {
    if (!this.#isAnother('}', isBehindOne)) return
    this.#states.push('{')
    if (!this.#next('?')) {
      this.#states.push('{ no value')
      return this.#node(false)
    }
    this.#scanner.skip()
    this.#states.push('{ value')
    if (!this.#next(':', ',', '}')) this.#node(false)
  }

  #blockEntry(isFirst: boolean): void {
    if (isFirst) this.#scanner.skip()
    if (this.#next('block end')) return this.#scanner.skip()
    if (!this.#next('-')) throw this.#fault("'-' indicator")
    this.#scanner.skip()
    this.#states.push('-')
    if (!this.#next('-', 'block end')) this.#node(true)
  }

  #indentlessEntry(): void {
    if (!this.#next('-')) return
    this.#scanner.skip()
    this.#states.push('indentless')
    if (!this.#next('-', '?', ':', 'block end')) this.#node(true)
  }

  #blockKey(isFirst: boolean): void {
    if (isFirst) this.#scanner.skip()
    if (this.#next('block end')) return this.#scanner.skip()
    if (!this.#next('?')) throw this.#fault('key')
    this.#scanner.skip()
    this.#states.push('map', 'map value')
    if (!this.#next('?', ':', 'block end')) this.#node(true, true)
  }
}
