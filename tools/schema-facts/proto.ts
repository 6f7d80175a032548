/** Reads what a proto2 file declares: packages, messages, fields with number, label and type. Comments and options are dropped. */

export interface ProtoField {
  name: string
  number: number
  label: 'optional' | 'required' | 'repeated' | 'map'
  /** A proto scalar, or a message as `package.Message`. For maps, the type of the values. */
  type: string
}

export interface ProtoMessage {
  name: string
  package: string
  fields: ProtoField[]
}

const fieldLine = /^(optional|required|repeated) ([.\w]+) (\w+) = (\d+)/
const mapLine = /^map<string, ([.\w]+)> (\w+) = (\d+)/
const scalars = new Set(['string', 'bool', 'int32', 'int64', 'double', 'bytes'])

/** Throws on a line inside a message that it does not understand, so that a new construct cannot slip by. */
export function parseProto(text: string): ProtoMessage[] {
  const messages: ProtoMessage[] = []
  let pkg = ''
  let current: ProtoMessage | undefined
  for (const raw of text.replace(/\/\*[\s\S]*?\*\//g, '').split('\n')) {
    const line = raw.replace(/\/\/.*$/, '').trim()
    if (line === '') continue
    const opened = /^message (\w+) \{/.exec(line)
    if (line.startsWith('package ')) pkg = line.slice(8, -1)
    else if (opened) {
      current = { name: opened[1]!, package: pkg, fields: [] }
      messages.push(current)
    } else if (line === '}') current = undefined
    else if (current) current.fields.push(parseField(line, pkg))
  }
  return messages
}

function parseField(line: string, pkg: string): ProtoField {
  const full = (type: string): string => (scalars.has(type) ? type : type.startsWith('.') ? type.slice(1) : `${pkg}.${type}`)
  const map = mapLine.exec(line)
  if (map) return { name: map[2]!, number: Number(map[3]), label: 'map', type: full(map[1]!) }
  const field = fieldLine.exec(line)
  if (!field) throw new Error(`unknown line in a proto message: ${line}`)
  return { name: field[3]!, number: Number(field[4]), label: field[1] as ProtoField['label'], type: full(field[2]!) }
}
