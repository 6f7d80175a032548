/** The parts of a pprof profile that are shown. Values stay numbers: nanoseconds and bytes fit in 53 bits for any capture of ours. */
export interface Profile {
  sampleTypes: { type: string; unit: string }[]
  /** Each sample: function names from the leaf outwards, and one value for each sample type. */
  samples: { stack: Frame[]; values: number[] }[]
  durationNanos: number
  timeNanos: number
  periodType: string
}

export interface Frame {
  name: string
  file: string
  line: number
}

/** Thrown for bytes that are no pprof profile. */
export class ProfileError extends Error {
  override name = 'ProfileError'
}

/** Unzips (pprof is gzipped, but need not be) and decodes. Rejects with ProfileError. */
export async function readProfile(bytes: Uint8Array<ArrayBuffer>): Promise<Profile> {
  const zipped = bytes[0] === 0x1f && bytes[1] === 0x8b
  return decodeProfile(zipped ? await gunzip(bytes) : bytes)
}

async function gunzip(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  try {
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'))
    return new Uint8Array(await new Response(stream).arrayBuffer())
  } catch (thrown) {
    throw new ProfileError('the gzip data is damaged', { cause: thrown })
  }
}

/** Field numbers from pprof's profile.proto. */
export function decodeProfile(bytes: Uint8Array): Profile {
  const strings: string[] = []
  const types: number[][] = []
  const samples: { locations: number[]; values: number[] }[] = []
  const locations = new Map<number, { function: number; line: number }[]>()
  const functions = new Map<number, { name: number; file: number }>()
  let durationNanos = 0
  let timeNanos = 0
  let periodType: number[] = []
  eachField(bytes, {
    1: (f) => types.push(pair(f)),
    2: (f) => samples.push(sample(f)),
    4: (f) => {
      const [id, lines] = location(f)
      locations.set(id, lines)
    },
    5: (f) => {
      const { id, ...rest } = func(f)
      functions.set(id, rest)
    },
    6: (f) => strings.push(text(f)),
    9: (f) => (timeNanos = number(f)),
    10: (f) => (durationNanos = number(f)),
    11: (f) => (periodType = pair(f)),
  })
  if (types.length === 0 || strings.length === 0) throw new ProfileError('this is no pprof profile')
  const string = (index: number | undefined): string => strings[index ?? 0] ?? ''
  const frames = new Map<number, Frame[]>()
  for (const [id, lines] of locations) {
    const named = lines.map(({ function: at, line }) => ({
      name: string(functions.get(at)?.name) || '?',
      file: string(functions.get(at)?.file),
      line,
    }))
    frames.set(id, named.length > 0 ? named : [{ name: `0x${id.toString(16)}`, file: '', line: 0 }])
  }
  return {
    sampleTypes: types.map(([type, unit]) => ({ type: string(type), unit: string(unit) })),
    samples: samples.map((s) => ({ stack: s.locations.flatMap((id) => frames.get(id) ?? []), values: s.values })),
    durationNanos,
    timeNanos,
    periodType: string(periodType[0]),
  }
}

type Field = number | Uint8Array
type Handlers = Record<number, (field: Field) => unknown>

/** Walks a protobuf message: varints come as numbers, length-delimited fields as bytes. */
function eachField(bytes: Uint8Array, handlers: Handlers): void {
  const at = { position: 0 }
  while (at.position < bytes.length) {
    const tag = varint(bytes, at)
    const wire = tag % 8
    const handler = handlers[Math.floor(tag / 8)]
    if (wire === 0) {
      const value = varint(bytes, at)
      handler?.(value)
    } else if (wire === 2) {
      const length = varint(bytes, at)
      const end = at.position + length
      if (end > bytes.length) throw new ProfileError('the profile ends in the middle of a field')
      handler?.(bytes.subarray(at.position, end))
      at.position = end
    } else if (wire === 1 || wire === 5) at.position += wire === 1 ? 8 : 4
    else throw new ProfileError(`wire type ${wire} is not known`)
  }
}

function varint(bytes: Uint8Array, at: { position: number }): number {
  let value = 0
  let factor = 1
  for (let count = 0; count < 10; count++) {
    const byte = bytes[at.position++]
    if (byte === undefined) throw new ProfileError('the profile ends in the middle of a number')
    value += (byte & 0x7f) * factor
    if (byte < 0x80) return value > 2 ** 63 ? value - 2 ** 64 : value
    factor *= 128
  }
  throw new ProfileError('a number is longer than ten bytes')
}

const number = (field: Field): number => (typeof field === 'number' ? field : 0)
const message = (field: Field): Uint8Array => {
  if (typeof field === 'number') throw new ProfileError('a message was expected, not a number')
  return field
}
const decoder = new TextDecoder()
const text = (field: Field): string => decoder.decode(message(field))

function pair(field: Field): number[] {
  const out = [0, 0]
  eachField(message(field), { 1: (f) => (out[0] = number(f)), 2: (f) => (out[1] = number(f)) })
  return out
}

/** Repeated numbers come packed or one by one. */
function collect(out: number[], field: Field): void {
  if (typeof field === 'number') return void out.push(field)
  const at = { position: 0 }
  while (at.position < field.length) out.push(varint(field, at))
}

function sample(field: Field): { locations: number[]; values: number[] } {
  const out = { locations: [] as number[], values: [] as number[] }
  eachField(message(field), { 1: (f) => collect(out.locations, f), 2: (f) => collect(out.values, f) })
  return out
}

function location(field: Field): [number, { function: number; line: number }[]] {
  let id = 0
  const lines: { function: number; line: number }[] = []
  eachField(message(field), {
    1: (f) => (id = number(f)),
    4: (f) => {
      const line = { function: 0, line: 0 }
      eachField(message(f), { 1: (n) => (line.function = number(n)), 2: (n) => (line.line = number(n)) })
      lines.push(line)
    },
  })
  return [id, lines]
}

function func(field: Field): { id: number; name: number; file: number } {
  const out = { id: 0, name: 0, file: 0 }
  eachField(message(field), { 1: (f) => (out.id = number(f)), 2: (f) => (out.name = number(f)), 4: (f) => (out.file = number(f)) })
  return out
}
