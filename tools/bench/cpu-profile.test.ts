import { expect, test } from 'vitest'
import { byRoom, type CpuProfile } from './cpu-profile.ts'

const SERVER = 'file:///somewhere/server'

/** A profile of stacks, outermost first, each sampled once after so many microseconds. */
function profileOf(...stacks: readonly (readonly [us: number, ...frames: (readonly [name: string, url: string])[]])[]): CpuProfile {
  const nodes: { id: number; callFrame: { functionName: string; url: string }; children: number[] }[] = [
    { id: 1, callFrame: { functionName: '(root)', url: '' }, children: [] },
  ]
  const samples = stacks.map(([, ...frames]) => {
    let at = nodes[0]!
    for (const [functionName, url] of frames) {
      const node = { id: nodes.length + 1, callFrame: { functionName, url }, children: [] }
      nodes.push(node)
      at.children.push(node.id)
      at = node
    }
    return at.id
  })
  return { nodes, samples, timeDeltas: stacks.map(([us]) => us) }
}

test('time belongs to the room that has Node work for it, but for sockets, and to nobody while idle', () => {
  const get = ['get', `${SERVER}/handlers/get.ts`] as const
  const write = ['write', `${SERVER}/serving/http2/output.ts`] as const
  const shares = byRoom(
    profileOf(
      [2000, get, ['parse', `${SERVER}/machinery/json.ts`], ['slice', '']],
      [1000, get, ['copy', 'node:buffer']],
      [4000, write, ['_write', 'node:net'], ['writeBuffer', '']],
      [500, get, ['(garbage collector)', '']],
      [250, ['(program)', '']],
      [125, get, ['check', 'file:///somewhere/node_modules/@scope/cel/index.js']],
      [9000, ['(idle)', '']],
    ),
  )
  expect(shares).toEqual([
    ['sockets and TLS', 4],
    ['machinery', 2],
    ['handlers', 1],
    ['collection of garbage', 0.5],
    ['outside of JavaScript', 0.25],
    ['@scope/cel', 0.125],
  ])
})
