/** Names of fields that are no CEL identifiers (apiserver `pkg/cel/escaping.go`). */
const RESERVED: ReadonlySet<string> = new Set(
  'true false null in as break const continue else for function if import let loop package namespace return var void while'.split(' '),
)
const NAMES: Readonly<Record<string, string>> = { __: 'underscores', '.': 'dot', '-': 'dash', '/': 'slash' }
const CHARACTERS: Readonly<Record<string, string>> = Object.fromEntries(Object.entries(NAMES).map(([c, name]) => [name, c]))

/** The identifier by which a rule names the field; undefined where it cannot. */
export function escapeField(name: string): string | undefined {
  if (!/^[a-zA-Z_\-./][a-zA-Z0-9_\-./]*$/.test(name)) return undefined
  return RESERVED.has(name) ? `__${name}__` : name.replace(/__|[-./]/g, (c) => `__${NAMES[c]!}__`)
}

/** The field that an identifier names; undefined where it names none. */
export function unescapeField(identifier: string): string | undefined {
  let valid = true
  const name = identifier.replace(/__([^_]+)__/g, (all, inner: string) => {
    const character = CHARACTERS[inner]
    if (character !== undefined) return character
    if (!RESERVED.has(inner) || all.length !== identifier.length) valid = false
    return inner
  })
  return valid ? name : undefined
}
