/** Attributes that hold URLs (apimachinery `util/proxy/transport.go`, atomsToAttrs), by element. */
const URL_ATTRIBUTES: Readonly<Record<string, readonly string[]>> = {
  a: ['href'],
  applet: ['codebase'],
  area: ['href'],
  audio: ['src'],
  base: ['href'],
  blockquote: ['cite'],
  body: ['background'],
  button: ['formaction'],
  command: ['icon'],
  del: ['cite'],
  embed: ['src'],
  form: ['action'],
  frame: ['longdesc', 'src'],
  head: ['profile'],
  html: ['manifest'],
  iframe: ['longdesc', 'src'],
  img: ['longdesc', 'src', 'usemap'],
  input: ['src', 'usemap', 'formaction'],
  ins: ['cite'],
  link: ['href'],
  object: ['classid', 'codebase', 'data', 'usemap'],
  q: ['cite'],
  script: ['src'],
  source: ['src'],
  video: ['poster', 'src'],
}

/** Elements whose content is text up to their own end tag (golang.org/x/net/html, readStartTag); nothing ends `plaintext`. */
const RAW_TEXT = new Set(['iframe', 'noembed', 'noframes', 'noscript', 'plaintext', 'script', 'style', 'textarea', 'title', 'xmp'])

/** Longer names are of no element or attribute above: their rest need not be kept. */
const MAX_NAME = 16

const [LT, GT, SLASH, BANG, QUESTION, DASH, EQUALS, QUOTE, APOSTROPHE] = [0x3c, 0x3e, 0x2f, 0x21, 0x3f, 0x2d, 0x3d, 0x22, 0x27]

const isSpace = (c: number): boolean => c === 0x20 || c === 0x0a || c === 0x0d || c === 0x09 || c === 0x0c
const isLetter = (c: number): boolean => (c | 0x20) >= 0x61 && (c | 0x20) <= 0x7a
const endsName = (c: number): boolean => isSpace(c) || c === SLASH || c === GT
const lower = (c: number): string => String.fromCharCode(c >= 0x41 && c <= 0x5a ? c | 0x20 : c)

/** Takes the byte at `at` and returns where to go on: `at` when another state has to look at it again. */
type State = (chunk: Buffer, at: number) => number

/**
 * Moves the URLs of an HTML page as it passes. Every byte is looked at a bounded number of times, and no more than the head of one
 * URL is kept; what is not the start of a URL leaves as it came. Elements, attributes and raw text are told apart as the HTML standard
 * does (§13.2.5), so that comments and scripts stay as they are. Pages are taken to be in an encoding that extends ASCII.
 */
export class HtmlUrlRewriter {
  readonly #rewrite: (url: string) => string
  readonly #maxHead: number
  #state: State
  #out: Buffer[] = []
  /** First byte of the chunk that has not been passed on. */
  #from = 0
  #name = ''
  #closing = false
  #attribute = ''
  #quote = 0
  /** The beginning of a URL, as Latin-1; undefined outside of one. */
  #head: string | undefined
  #dashes = 0
  #commentBegins = false
  /** Of the word that raw text is compared with. */
  #matched = 0
  /** In a script: 1 within `<!--`, 2 within a script element in there (script data double escaped state). */
  #escaped = 0

  /** `rewrite` is given a URL's first `maxHead` bytes, as Latin-1, and returns what to send instead of them. */
  constructor(rewrite: (url: string) => string, maxHead: number) {
    this.#rewrite = rewrite
    this.#maxHead = maxHead
    this.#state = this.#text
  }

  /** The next piece of the page; returns what can be sent on, pieces of `chunk` itself among it. */
  push(chunk: Buffer): Buffer[] {
    this.#from = 0
    for (let at = 0; at < chunk.length; ) at = this.#state(chunk, at)
    if (this.#head === undefined) this.#pass(chunk, chunk.length)
    return this.#take()
  }

  /** What was kept of a page that ends within a URL. */
  end(): Buffer[] {
    if (this.#head !== undefined) this.#out.push(Buffer.from(this.#head, 'latin1'))
    this.#head = undefined
    return this.#take()
  }

  #take(): Buffer[] {
    const out = this.#out
    this.#out = []
    return out
  }

  #pass(chunk: Buffer, to: number): void {
    if (to > this.#from) this.#out.push(chunk.subarray(this.#from, to))
    this.#from = to
  }

  #goTo(state: State, at: number): number {
    this.#state = state
    return at
  }

  // ---- text, comments and declarations

  readonly #text: State = (chunk, at) => {
    const tag = chunk.indexOf(LT, at)
    return tag < 0 ? chunk.length : this.#goTo(this.#tagOpen, tag + 1)
  }

  readonly #tagOpen: State = (chunk, at) => {
    const c = chunk[at]!
    if (isLetter(c)) return this.#startName(false, at)
    if (c === SLASH) return this.#goTo(this.#endTagOpen, at + 1)
    if (c === BANG) return this.#goTo(this.#declaration, at + 1)
    return this.#goTo(c === QUESTION ? this.#bogusComment : this.#text, at)
  }

  readonly #endTagOpen: State = (chunk, at) => {
    const c = chunk[at]!
    if (c === GT) return this.#goTo(this.#text, at + 1)
    return isLetter(c) ? this.#startName(true, at) : this.#goTo(this.#bogusComment, at)
  }

  readonly #bogusComment: State = (chunk, at) => {
    const end = chunk.indexOf(GT, at)
    return end < 0 ? chunk.length : this.#goTo(this.#text, end + 1)
  }

  readonly #declaration: State = (chunk, at) =>
    chunk[at] === DASH ? this.#goTo(this.#commentStart, at + 1) : this.#goTo(this.#bogusComment, at)

  readonly #commentStart: State = (chunk, at) => {
    if (chunk[at] !== DASH) return this.#goTo(this.#bogusComment, at)
    this.#dashes = 0
    this.#commentBegins = true
    return this.#goTo(this.#comment, at + 1)
  }

  readonly #comment: State = (chunk, at) => {
    if (this.#dashes === 0 && !this.#commentBegins) {
      const dash = chunk.indexOf(DASH, at)
      if (dash < 0) return chunk.length
      this.#dashes = 1
      return dash + 1
    }
    const c = chunk[at]!
    if (c === DASH) {
      this.#dashes++
      return at + 1
    }
    if (c === GT && (this.#dashes >= 2 || this.#commentBegins)) return this.#goTo(this.#text, at + 1)
    this.#commentBegins = false
    if (c === BANG && this.#dashes >= 2) return this.#goTo(this.#commentBang, at + 1)
    this.#dashes = 0
    return at + 1
  }

  readonly #commentBang: State = (chunk, at) => {
    if (chunk[at] === GT) return this.#goTo(this.#text, at + 1)
    this.#dashes = 0
    return this.#goTo(this.#comment, at)
  }

  // ---- tags

  #startName(closing: boolean, at: number): number {
    this.#name = ''
    this.#closing = closing
    return this.#goTo(this.#tagName, at)
  }

  readonly #tagName: State = (chunk, at) => {
    const c = chunk[at]!
    if (endsName(c)) return this.#goTo(this.#beforeAttribute, at)
    if (this.#name.length <= MAX_NAME) this.#name += lower(c)
    return at + 1
  }

  readonly #beforeAttribute: State = (chunk, at) => {
    const c = chunk[at]!
    if (isSpace(c) || c === SLASH) return at + 1
    if (c === GT) return this.#tagEnd(at + 1)
    // An equals sign that begins a name belongs to it.
    this.#attribute = lower(c)
    return this.#goTo(this.#attributeName, at + 1)
  }

  readonly #attributeName: State = (chunk, at) => {
    const c = chunk[at]!
    if (endsName(c) || c === EQUALS) return this.#goTo(this.#afterAttributeName, at)
    if (this.#attribute.length <= MAX_NAME) this.#attribute += lower(c)
    return at + 1
  }

  readonly #afterAttributeName: State = (chunk, at) => {
    const c = chunk[at]!
    if (isSpace(c)) return at + 1
    return c === EQUALS ? this.#goTo(this.#beforeValue, at + 1) : this.#goTo(this.#beforeAttribute, at)
  }

  readonly #beforeValue: State = (chunk, at) => {
    const c = chunk[at]!
    if (isSpace(c)) return at + 1
    if (c === GT) return this.#goTo(this.#beforeAttribute, at)
    const quoted = c === QUOTE || c === APOSTROPHE
    const start = quoted ? at + 1 : at
    this.#quote = quoted ? c : 0
    if (!this.#closing && Object.hasOwn(URL_ATTRIBUTES, this.#name) && URL_ATTRIBUTES[this.#name]!.includes(this.#attribute)) {
      this.#pass(chunk, start)
      this.#head = ''
    }
    return this.#goTo(this.#value, start)
  }

  readonly #value: State = (chunk, at) => {
    if (this.#head === undefined && this.#quote !== 0) {
      const end = chunk.indexOf(this.#quote, at)
      return end < 0 ? chunk.length : this.#goTo(this.#beforeAttribute, end + 1)
    }
    const limit = this.#head === undefined ? chunk.length : Math.min(chunk.length, at + this.#maxHead - this.#head.length)
    let end = at
    while (end < limit && !this.#endsValue(chunk[end]!)) end++
    if (this.#head !== undefined) {
      this.#head += chunk.toString('latin1', at, end)
      this.#from = end
      if (end < limit || this.#head.length >= this.#maxHead) this.#sendUrl()
    }
    if (end === limit) return end
    return this.#goTo(this.#beforeAttribute, this.#quote === 0 ? end : end + 1)
  }

  #endsValue(c: number): boolean {
    return this.#quote === 0 ? isSpace(c) || c === GT : c === this.#quote
  }

  #sendUrl(): void {
    this.#out.push(Buffer.from(this.#rewrite(this.#head!), 'latin1'))
    this.#head = undefined
  }

  #tagEnd(at: number): number {
    if (this.#closing || !RAW_TEXT.has(this.#name)) return this.#goTo(this.#text, at)
    this.#escaped = 0
    this.#dashes = 0
    return this.#goTo(this.#name === 'plaintext' ? this.#rest : this.#raw, at)
  }

  // ---- raw text: the name of its element is in #name

  readonly #rest: State = (chunk) => chunk.length

  readonly #raw: State = (chunk, at) => {
    if (this.#escaped === 0) {
      const tag = chunk.indexOf(LT, at)
      return tag < 0 ? chunk.length : this.#goTo(this.#rawTagOpen, tag + 1)
    }
    const c = chunk[at]!
    if (c === GT && this.#dashes >= 2) this.#escaped = 0
    this.#dashes = c === DASH ? this.#dashes + 1 : 0
    if (c === LT) this.#state = this.#rawTagOpen
    return at + 1
  }

  readonly #rawTagOpen: State = (chunk, at) => {
    const c = chunk[at]!
    this.#matched = 0
    if (c === SLASH) return this.#goTo(this.#rawEndTag, at + 1)
    if (this.#name !== 'script') return this.#goTo(this.#raw, at)
    if (c === BANG && this.#escaped === 0) return this.#goTo(this.#scriptComment, at + 1)
    return this.#goTo(this.#escaped === 1 && isLetter(c) ? this.#nestedScript : this.#raw, at)
  }

  /** Is `</` followed by the element's name? */
  readonly #rawEndTag: State = (chunk, at) => {
    const c = chunk[at]!
    if (this.#matched < this.#name.length) return this.#match(c) ? at + 1 : this.#goTo(this.#raw, at)
    if (!endsName(c)) return this.#goTo(this.#raw, at)
    if (this.#escaped === 2) {
      this.#escaped = 1
      return this.#goTo(this.#raw, at)
    }
    this.#closing = true
    return this.#goTo(this.#beforeAttribute, at)
  }

  readonly #nestedScript: State = (chunk, at) => {
    const c = chunk[at]!
    if (this.#matched < this.#name.length) return this.#match(c) ? at + 1 : this.#goTo(this.#raw, at)
    if (endsName(c)) this.#escaped = 2
    return this.#goTo(this.#raw, at)
  }

  #match(c: number): boolean {
    if (lower(c) !== this.#name[this.#matched]) return false
    this.#matched++
    return true
  }

  readonly #scriptComment: State = (chunk, at) => {
    if (chunk[at] !== DASH) return this.#goTo(this.#raw, at)
    if (++this.#matched < 2) return at + 1
    this.#escaped = 1
    this.#dashes = 2
    return this.#goTo(this.#raw, at + 1)
  }
}
