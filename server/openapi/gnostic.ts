import { Writer } from '../codec/protobuf/wire.ts'
import { stringifyYaml } from '../codec/yaml.ts'
import type { Json } from './schemas.ts'
import type { Steps } from './steps.ts'

/**
 * OpenAPI documents as protobuf: the messages of gnostic-models' OpenAPIv2.proto and OpenAPIv3.proto, as far as our documents use them.
 * The writer fills its buffer from the end, so that everything here is written last to first.
 */

/** Writes a whole field: tag and value. */
type Shape = (w: Writer, number: number, value: never) => void
type Member = readonly [number: number, key: string, shape: Shape]
/** A member of a document that holds very much: a message of names and values, one of them a step. */
type Large = readonly [number: number, key: string, inner: number, shape: Shape]
type Shapes = readonly (Member | Large | readonly [number: number, key: string, members: Shapes])[]

const LENGTH = 2

const text = (w: Writer, number: number, value: string): void => {
  w.string(value)
  w.uint((number << 3) | LENGTH)
}
const yes = (w: Writer, number: number, value: boolean): void => {
  if (!value) return
  w.uint(1)
  w.uint(number << 3)
}

function message(w: Writer, number: number, write: () => void): void {
  const before = w.mark
  write()
  w.uint(w.mark - before)
  w.uint((number << 3) | LENGTH)
}

/** Members in the order of their numbers; what starts with `x-` goes to `extension`, as YAML. */
function object(members: readonly Member[], extension?: number): Shape {
  const write = (w: Writer, value: Json): void => {
    if (extension !== undefined) {
      for (const [key, item] of Object.entries(value).reverse()) if (key.startsWith('x-')) namedAny(w, extension, key, item)
    }
    for (let i = members.length - 1; i >= 0; i--) {
      const [number, key, shape] = members[i]!
      if (value[key] !== undefined) shape(w, number, value[key] as never)
    }
  }
  return (w, number, value: Json) => message(w, number, () => write(w, value))
}

const entry = (w: Writer, number: number, shape: Shape, name: string, value: unknown): void =>
  message(w, number, () => {
    shape(w, 2, value as never)
    text(w, 1, name)
  })

const many =
  (shape: Shape): Shape =>
  (w, number, values: readonly unknown[]) => {
    for (let i = values.length - 1; i >= 0; i--) shape(w, number, values[i] as never)
  }

/** A map as a list of names and values. */
const named =
  (shape: Shape): Shape =>
  (w, number, values: Json) => {
    for (const [name, value] of Object.entries(values).reverse()) entry(w, number, shape, name, value)
  }

/** A message around one member: a list, or the choice that a oneof made. */
const around =
  (member: number | ((value: Json) => number), shape: Shape): Shape =>
  (w, number, value: never) =>
    message(w, number, () => shape(w, typeof member === 'number' ? member : member(value), value))

const asList =
  (shape: Shape): Shape =>
  (w, number, value: never) =>
    many(shape)(w, number, (Array.isArray(value) ? value : [value]) as never)

const any = (w: Writer, number: number, value: unknown): void => message(w, number, () => text(w, 2, yaml(value)))

/** Block YAML with keys in the order of the document, which answers in YAML sort. */
function yaml(value: unknown): string {
  if (Array.isArray(value)) return value.map((item) => `- ${indented(yaml(item))}`).join('')
  if (typeof value !== 'object' || value === null) return scalar(value)
  const line = ([key, item]: [string, unknown]): string => {
    const space = typeof item === 'object' && item !== null ? '\n  ' : ' '
    return `${scalar(key).trimEnd()}:${space}${indented(yaml(item))}`
  }
  return Object.entries(value).map(line).join('')
}

/** The same few words stand at thousands of fields. */
const scalars = new Map<unknown, string>()

function scalar(value: unknown): string {
  let line = scalars.get(value)
  if (line === undefined) scalars.set(value, (line = stringifyYaml(value)))
  return line
}

const indented = (lines: string): string => lines.replace(/\n(?=.)/g, '\n  ')

const namedAny = (w: Writer, number: number, name: string, value: unknown): void =>
  message(w, number, () => {
    any(w, 2, value)
    text(w, 1, name)
  })

/** A oneof of something and a reference to it. */
const orReference =
  (shape: Shape, ref: Shape): Shape =>
  (w, number, value: Json) =>
    message(w, number, () => {
      if (value.$ref === undefined) shape(w, 1, value as never)
      else ref(w, 2, value as never)
    })

const later =
  (shape: () => Shape): Shape =>
  (w, number, value) =>
    shape()(w, number, value)

const count = (w: Writer, number: number, value: number | bigint): void => {
  w.int(value)
  w.uint(number << 3)
}
const float = (w: Writer, number: number, value: unknown): void => {
  w.double(Number(value))
  w.uint((number << 3) | 1)
}

const texts = many(text)
const refOnly = object([[1, '$ref', text]])

const schemaOrBoolean =
  (schema: Shape): Shape =>
  (w, number, value: Json | boolean) =>
    message(w, number, () => {
      if (typeof value !== 'boolean') return schema(w, 1, value as never)
      w.uint(value ? 1 : 0)
      w.uint(2 << 3)
    })

/** OpenAPI v3. */
function shapesV3(): Shapes {
  const schema: Shape = later(() => schemaMessage)
  const schemaOrRef = orReference(schema, refOnly)
  const value: Shape = (w, number, v: unknown) =>
    message(w, number, () => {
      if (typeof v === 'string') text(w, 3, v)
      else if (typeof v === 'boolean') {
        w.uint(v ? 1 : 0)
        w.uint(2 << 3)
      } else if (typeof v === 'number') {
        w.double(v)
        w.uint((1 << 3) | 1)
      }
    })
  const schemaMessage = object(
    [
      [1, 'nullable', yes],
      [7, 'example', any],
      [9, 'title', text],
      [10, 'multipleOf', float],
      [11, 'maximum', float],
      [12, 'exclusiveMaximum', yes],
      [13, 'minimum', float],
      [14, 'exclusiveMinimum', yes],
      [15, 'maxLength', count],
      [16, 'minLength', count],
      [17, 'pattern', text],
      [18, 'maxItems', count],
      [19, 'minItems', count],
      [20, 'uniqueItems', yes],
      [21, 'maxProperties', count],
      [22, 'minProperties', count],
      [23, 'required', texts],
      [24, 'enum', many(any)],
      [25, 'type', text],
      [26, 'allOf', many(schemaOrRef)],
      [27, 'oneOf', many(schemaOrRef)],
      [28, 'anyOf', many(schemaOrRef)],
      [29, 'not', schema],
      [30, 'items', around(1, asList(schemaOrRef))],
      [31, 'properties', around(1, named(schemaOrRef))],
      [32, 'additionalProperties', schemaOrBoolean(schemaOrRef)],
      [33, 'default', value],
      [34, 'description', text],
      [35, 'format', text],
    ],
    36,
  )
  const content = around(1, named(object([[1, 'schema', schemaOrRef]])))
  const parameter = object([
    [1, 'name', text],
    [2, 'in', text],
    [3, 'description', text],
    [4, 'required', yes],
    [10, 'schema', schemaOrRef],
  ])
  const parameters = many(orReference(parameter, refOnly))
  const body = object([
    [2, 'content', content],
    [3, 'required', yes],
  ])
  const response = object([
    [1, 'description', text],
    [3, 'content', content],
  ])
  const responses: Shape = (w, number, values: Json) =>
    message(w, number, () => named(orReference(response, refOnly))(w, 2, values as never))
  const operation = object(
    [
      [1, 'tags', texts],
      [3, 'description', text],
      [5, 'operationId', text],
      [6, 'parameters', parameters],
      [7, 'requestBody', orReference(body, refOnly)],
      [8, 'responses', responses],
    ],
    13,
  )
  const pathItem = object([
    [4, 'get', operation],
    [5, 'put', operation],
    [6, 'post', operation],
    [7, 'delete', operation],
    [8, 'options', operation],
    [9, 'head', operation],
    [10, 'patch', operation],
    [13, 'parameters', parameters],
  ])
  const scheme = object([
    [1, 'type', text],
    [2, 'description', text],
    [3, 'name', text],
    [4, 'in', text],
  ])
  const components: Shapes = [
    [1, 'schemas', 1, schemaOrRef],
    [7, 'securitySchemes', around(1, named(orReference(scheme, refOnly)))],
  ]
  const info = object([
    [1, 'title', text],
    [6, 'version', text],
  ])
  return [
    [1, 'openapi', text],
    [2, 'info', info],
    [4, 'paths', 1, pathItem],
    [5, 'components', components],
  ]
}

/** OpenAPI v2. */
function shapesV2(): Shapes {
  const schema: Shape = later(() => schemaMessage)
  const schemaMessage = object(
    [
      [1, '$ref', text],
      [2, 'format', text],
      [3, 'title', text],
      [4, 'description', text],
      [5, 'default', any],
      [6, 'multipleOf', float],
      [7, 'maximum', float],
      [8, 'exclusiveMaximum', yes],
      [9, 'minimum', float],
      [10, 'exclusiveMinimum', yes],
      [11, 'maxLength', count],
      [12, 'minLength', count],
      [13, 'pattern', text],
      [14, 'maxItems', count],
      [15, 'minItems', count],
      [16, 'uniqueItems', yes],
      [17, 'maxProperties', count],
      [18, 'minProperties', count],
      [19, 'required', texts],
      [20, 'enum', many(any)],
      [21, 'additionalProperties', schemaOrBoolean(schema)],
      [22, 'type', around(1, asList(text))],
      [23, 'items', around(1, asList(schema))],
      [25, 'properties', around(1, named(schema))],
      [30, 'example', any],
    ],
    31,
  )
  const head: readonly Member[] = [
    [1, 'required', yes],
    [2, 'in', text],
    [3, 'description', text],
    [4, 'name', text],
  ]
  const inQuery = object([...head, [6, 'type', text], [20, 'uniqueItems', yes]])
  const inPath = object([...head, [5, 'type', text], [19, 'uniqueItems', yes]])
  const inBody = object([
    [1, 'description', text],
    [2, 'name', text],
    [3, 'in', text],
    [4, 'required', yes],
    [5, 'schema', schema],
  ])
  const plain: Shape = (w, number, value: Json) =>
    message(w, number, () => (value.in === 'path' ? inPath(w, 4, value as never) : inQuery(w, 3, value as never)))
  const parameter: Shape = (w, number, value: Json) =>
    message(w, number, () => (value.in === 'body' ? inBody(w, 1, value as never) : plain(w, 2, value as never)))
  const parameters = many(orReference(parameter, refOnly))
  const response = object([
    [1, 'description', text],
    [2, 'schema', around(1, schema)],
  ])
  const operation = object(
    [
      [1, 'tags', texts],
      [3, 'description', text],
      [5, 'operationId', text],
      [6, 'produces', texts],
      [7, 'consumes', texts],
      [8, 'parameters', parameters],
      [9, 'responses', around(1, named(orReference(response, refOnly)))],
      [10, 'schemes', texts],
    ],
    13,
  )
  const pathItem = object([
    [2, 'get', operation],
    [3, 'put', operation],
    [4, 'post', operation],
    [5, 'delete', operation],
    [6, 'options', operation],
    [7, 'head', operation],
    [8, 'patch', operation],
    [9, 'parameters', parameters],
  ])
  const apiKey = object([
    [1, 'type', text],
    [2, 'name', text],
    [3, 'in', text],
    [4, 'description', text],
  ])
  const info = object([
    [1, 'title', text],
    [2, 'version', text],
  ])
  return [
    [1, 'swagger', text],
    [2, 'info', info],
    [8, 'paths', 2, pathItem],
    [9, 'definitions', 1, schema],
    [10, 'parameters', around(1, named(parameter))],
    [12, 'security', many(around(1, named(around(1, texts))))],
    [13, 'securityDefinitions', around(1, named(around(2, apiKey)))],
  ]
}

const shapes = { 2: shapesV2(), 3: shapesV3() }

/** In steps, because it is long work. @param document as its JSON is */
export function* encodeDocument(dialect: 2 | 3, document: Json): Steps<Buffer> {
  const w = new Writer()
  yield* encodeMembers(w, shapes[dialect], document)
  scalars.clear()
  return w.finish()
}

const isMember = (member: Shapes[number]): member is Member => member.length === 3 && typeof member[2] === 'function'

function* encodeMembers(w: Writer, members: Shapes, document: Json): Steps<void> {
  for (let i = members.length - 1; i >= 0; i--) {
    const member = members[i]!
    const [number, key] = member
    const value = document[key]
    if (value === undefined) continue
    if (isMember(member)) {
      member[2](w, number, value as never)
      continue
    }
    const before = w.mark
    if (member.length === 3) yield* encodeMembers(w, member[2], value as Json)
    else {
      for (const [name, item] of Object.entries(value as Json).reverse()) {
        entry(w, member[2], member[3], name, item)
        yield
      }
    }
    w.uint(w.mark - before)
    w.uint((number << 3) | LENGTH)
  }
}
