/** The documents of a YAML stream as JSON values; empty ones are left out. Throws an Error that names the line. */
export async function parseYamlDocuments(text: string): Promise<unknown[]> {
  const yaml = await import('yaml')
  // Bundled, the package comes as CommonJS with everything under `default`.
  const { parseAllDocuments } = (yaml as unknown as { default?: typeof yaml }).default ?? yaml
  const documents = parseAllDocuments(text, { version: '1.1', merge: true })
  if (!Array.isArray(documents)) return []
  return documents.flatMap((d) => {
    const [error] = d.errors
    if (error !== undefined) throw new Error(`the file is not YAML: ${error.message}`)
    const value: unknown = d.toJS()
    return value === null || value === undefined ? [] : [value]
  })
}
